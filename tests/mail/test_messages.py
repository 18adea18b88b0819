"""U6: letters that no name and no address can turn into another letter."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.db.types import new_id
from app.domain.errors import InvalidInput
from app.domain.users import clean_email, clean_name
from app.mail.mailer import Mail, address_of, message_of

SENDER = address_of("Perseat <billing@example.com>")
HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type"]
HEADERS += ["Content-Transfer-Encoding", "MIME-Version"]


def mail(to: str = "ada@example.com", subject: str = "Hello", text: str = "Hello\n") -> Mail:
    return Mail(new_id(), to, subject, text, datetime(2026, 1, 1, 12, tzinfo=UTC))


def test_the_same_key_is_the_same_message() -> None:
    letter = mail()

    message = message_of(letter, SENDER)

    assert message["Message-ID"] == f"<{letter.key}@example.com>"
    assert message["Date"] == "Thu, 01 Jan 2026 12:00:00 +0000"
    assert message.as_bytes() == message_of(letter, SENDER).as_bytes()


def test_a_long_link_stays_in_one_piece() -> None:
    link = f"http://127.0.0.1:8000/set-password#{'x' * 90}"

    assert link in message_of(mail(text=f"Zoë:\n{link}\n"), SENDER).as_bytes().decode()


@pytest.mark.parametrize("line", ["a\nBcc: b@example.com", "a\r\nBcc: b@example.com", "a\n\nbody"])
def test_a_header_is_one_line(line: str) -> None:
    with pytest.raises(ValueError, match="linefeed"):
        message_of(mail(subject=line), SENDER)
    with pytest.raises(ValueError, match="linefeed"):
        message_of(mail(to=line), SENDER)


@given(
    st.text(max_size=60), st.from_regex(r"[^@\s]{1,20}@[^@\s]{1,10}\.[a-z]{2,3}", fullmatch=True)
)
def test_what_the_domain_lets_through_makes_no_other_header(name: str, address: str) -> None:
    try:
        name, address = clean_name(name, field="name"), clean_email(address)
    except InvalidInput:
        return
    content = message_of(mail(address, f"{name} asks", f"{name}\n"), SENDER).as_bytes()

    assert message_from_bytes(content, policy=default).keys() == HEADERS


@pytest.mark.parametrize(
    "text", ["", "Perseat", "a@example.com, b@example.com", "a@", "<>", "a\nb"]
)
def test_a_sender_is_one_address(text: str) -> None:
    with pytest.raises(ValueError, match="must look like"):
        address_of(text)
