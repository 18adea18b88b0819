"""Mails as files (U6): whole, and their owner's alone."""

import asyncio
from pathlib import Path
from stat import S_IMODE

import pytest

from app.mail.folder import FolderMailer
from app.mail.mailer import MailDelayed
from tests.letters import read
from tests.mail.test_messages import SENDER, mail


def files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def test_a_mail_is_a_file_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "mail"
    letter = mail(text="Hello Zoë\n")

    await FolderMailer(folder, SENDER).send(letter)

    (file,) = files(folder)
    assert file.name == f"{letter.key}.eml"
    assert (S_IMODE(folder.stat().st_mode), S_IMODE(file.stat().st_mode)) == (0o700, 0o600)
    assert read(file).get_content().replace("\r\n", "\n") == letter.text


async def test_the_same_mail_at_once_is_one_file(tmp_path: Path) -> None:
    mailer, letter = FolderMailer(tmp_path, SENDER), mail()

    await asyncio.gather(*(mailer.send(letter) for _ in range(10)))

    assert [file.name for file in files(tmp_path)] == [f"{letter.key}.eml"]


async def test_a_mail_that_cannot_be_written_is_delayed_and_leaves_nothing(tmp_path: Path) -> None:
    blocked = tmp_path / "mail"
    blocked.touch()
    letter = mail()
    (tmp_path / f"{letter.key}.eml" / "taken").mkdir(parents=True)

    with pytest.raises(MailDelayed, match="FileExistsError"):
        await FolderMailer(blocked, SENDER).send(mail())
    with pytest.raises(MailDelayed):
        await FolderMailer(tmp_path, SENDER).send(letter)

    assert [file for file in files(tmp_path) if file.name.startswith(".")] == []
