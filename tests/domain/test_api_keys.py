"""The text of a key: what is none is known without looking for it (S19)."""

from uuid import UUID

import pytest

from app.domain.api_keys import Environment, parsed, text_of

ACCOUNT = UUID("0193d9f0-0000-7000-8000-000000000001")
SECRET = bytes(range(32))


@pytest.mark.parametrize("environment", Environment)
def test_a_text_says_whose_it_is_and_of_which_world(environment: Environment) -> None:
    made = text_of(ACCOUNT, environment, SECRET)

    assert parsed(made.text) == made
    assert made.text.startswith(f"perseat_{environment.lower()}_")
    assert len(made.text) == 84


@pytest.mark.parametrize("where", range(84))
def test_another_character_anywhere_is_seen_by_the_checksum(where: int) -> None:
    text = text_of(ACCOUNT, Environment.LIVE, SECRET).text
    other = "A" if text[where] != "A" else "B"

    assert parsed(text[:where] + other + text[where + 1 :]) is None


def test_a_text_is_not_shown_by_accident() -> None:
    """S24: neither in a log nor in a traceback."""
    made = text_of(ACCOUNT, Environment.LIVE, SECRET)

    assert made.text[35:78] not in f"{made!r} {made}"


def test_the_other_world_is_another_key() -> None:
    text = text_of(ACCOUNT, Environment.TEST, SECRET).text

    assert parsed(text.replace("_test_", "_live_")) is None


def test_a_text_of_before_there_were_two_worlds_has_none() -> None:
    key = parsed(f"perseat_AZPZ8AAAcACAAAAAAAAAAQ_{'x' * 43}")

    assert key is not None
    assert (key.account_id, key.environment) == (ACCOUNT, None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "perseat",
        "perseat_",
        "perseat__",
        "x" * 74,
        f"perseat_{'!' * 22}_{'x' * 43}",
        f"perseat_{'é' * 22}_{'x' * 43}",
        f"perseat_{'A' * 22}_{'x' * 42}",
        f"perseat_{'A' * 21}__{'x' * 42}",
        f"PERSEAT_{'A' * 22}_{'x' * 43}",
        f"perseat_live_{'A' * 71}",
        "perseat_live_",
        "perseat_test_" + "é" * 71,
    ],
)
def test_what_is_no_key_names_no_account(text: str) -> None:
    assert parsed(text) is None
