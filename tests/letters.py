"""Mails as their receivers see them: the files of the folder that stands for a mail system."""

import re
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from functools import cache
from pathlib import Path

from app.bootstrap import Perseat

_parser = BytesParser(_class=EmailMessage, policy=policy.default)


def letters(app: Perseat, to: str) -> list[EmailMessage]:
    """What was mailed to an address, oldest first."""
    files = sorted((app.settings.data_folder / "mail").glob("*.eml"))
    return [read(file) for file in files if _receiver(file) == to]


@cache
def _receiver(file: Path) -> str:
    """Read once: all tests share the folder, and it has thousands."""
    return str(read(file)["To"])


def read(file: Path) -> EmailMessage:
    return _parser.parsebytes(file.read_bytes())


def text_of(letter: EmailMessage) -> str:
    return str(letter.get_content())


def paragraphs_of(letter: EmailMessage) -> list[str]:
    """From the greeting on, each in one line."""
    return [" ".join(each.split()) for each in re.split(r"\r?\n\r?\n", text_of(letter))]


def token_in(letter: EmailMessage) -> str:
    found = re.search(r"/set-password#(\S+)", text_of(letter))
    assert found is not None
    return found[1]
