"""Mails as files, for who has no mail server: open them with any mail program."""

import asyncio
import os
from email.headerregistry import Address
from pathlib import Path
from tempfile import mkstemp

from app.mail.mailer import Mail, MailDelayed, message_of


class FolderMailer:
    """One .eml file each in `folder`. Links are secrets: the files are their owner's alone."""

    def __init__(self, folder: Path, sender: Address) -> None:
        self._folder = folder
        self._sender = sender

    async def send(self, mail: Mail) -> None:
        """The file is there whole or not at all, also after the power went."""
        try:
            await asyncio.to_thread(self._write, mail)
        except OSError as error:
            raise MailDelayed(type(error).__name__) from None

    def _write(self, mail: Mail) -> None:
        content = message_of(mail, self._sender).as_bytes()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = mkstemp(prefix=".", suffix=".part", dir=self._folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(handle)
            Path(name).replace(self._folder / f"{mail.key}.eml")
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
