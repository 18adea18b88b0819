"""Where mails go and where their links lead (U6), as an operator sets it."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from app.bootstrap import mailer_of
from app.mail.folder import FolderMailer
from app.mail.smtp import SmtpMailer
from app.settings import Settings

FROM = "Perseat <billing@example.com>"


def test_without_a_server_mails_are_files_in_the_data_folder(tmp_path: Path) -> None:
    assert isinstance(mailer_of(Settings(data_folder=tmp_path)), FolderMailer)


def test_with_a_server_they_are_sent() -> None:
    settings = Settings(smtp_url=SecretStr("smtp://u:p@host"), mail_from=FROM)

    assert isinstance(mailer_of(settings), SmtpMailer)


@pytest.mark.parametrize(
    ("values", "cure"),
    [
        ({"smtp_url": "smtp://u:topsecret@host:port", "mail_from": FROM}, "must look like smtp://"),
        ({"smtp_url": "smtp://u:topsecret@host"}, "needs PERSEAT_MAIL_FROM"),
        ({"mail_from": "nobody"}, "must look like Perseat"),
        ({"public_url": "billing.example.com"}, "match pattern"),
        ({"public_url": "https://billing.example.com/#x"}, "match pattern"),
    ],
)
def test_a_mistake_is_told_without_the_password(values: dict[str, str], cure: str) -> None:
    with pytest.raises(ValidationError, match=cure) as wrong:
        Settings.model_validate(values)

    assert "topsecret" not in str(wrong.value)


def test_links_lead_to_the_public_address_or_to_where_the_api_listens() -> None:
    assert Settings().base_url == "http://127.0.0.1:8000"
    assert Settings(host="0.0.0.0", port=81).base_url == "http://127.0.0.1:81"  # noqa: S104
    assert Settings(public_url="https://b.example.com/x/").base_url == "https://b.example.com/x/"
