"""The page behind a link (U6): what it shows, what it keeps to itself, and what it costs."""

import re
from base64 import b64encode
from hashlib import sha256
from urllib.parse import quote

import httpx
import pytest

from app.bootstrap import Perseat
from app.domain.errors import InvalidInput
from app.services import passwords
from app.services.locks import account_locked
from tests.letters import letters, token_in
from tests.make import drain, make_company

GOOD = "four wet dogs in a row"


@pytest.fixture
async def token(app: Perseat) -> str:
    return await invited(app)


async def invited(app: Perseat, *, active: bool = True, closed: bool = False) -> str:
    """The token of a new user's link."""
    company = await make_company(app)
    (user,) = await company.add(active=active)
    await drain(app)
    if closed:
        await company.cancel()  # a trial, which ends at once
    return token_in(letters(app, user.email)[-1])


async def send(http: httpx.AsyncClient, token: str, password: str = GOOD) -> httpx.Response:
    return await http.post("/set-password", data={"token": token, "password": password})


async def test_the_page_is_for_nobody_elses_eyes(http: httpx.AsyncClient, token: str) -> None:
    """Neither kept, framed, nor told to another site; it runs its own script and no other."""
    answers = [
        await http.get("/set-password"),
        await send(http, token, "short"),
        await send(http, token),
        await send(http, token),
    ]

    assert [answer.status_code for answer in answers] == [200, 422, 200, 410]
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-frame-options"] == "DENY"
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; ")
        assert "unsafe" not in policy
        for tag in ("script", "style"):
            (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", answer.text, re.DOTALL)
            assert f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" in policy
        assert not re.search(r"https?://|<link|src=|style=|onclick", answer.text)


async def test_the_form_can_be_filled_by_people_and_password_managers(
    http: httpx.AsyncClient,
) -> None:
    page = (await http.get("/set-password")).text

    assert '<html lang="en">' in page
    assert '<label for="password">' in page
    assert 'autocomplete="new-password"' in page
    assert 'minlength="15"' in page
    assert 'aria-describedby="hint"' in page


async def test_a_good_password_is_saved_once(http: httpx.AsyncClient, token: str) -> None:
    first, second = await send(http, token), await send(http, token)

    assert "You can log in" in first.text
    assert "ask an administrator" in second.text
    assert GOOD not in first.text + second.text


async def test_who_is_not_active_is_told_who_has_to_act(
    app: Perseat, http: httpx.AsyncClient
) -> None:
    """S3: additional steps for the user and the administrator."""
    answer = await send(http, await invited(app, active=False))

    assert "an administrator of your company has to activate" in answer.text


async def test_a_busy_account_is_tried_again(app: Perseat, http: httpx.AsyncClient) -> None:
    """The form comes back, and the link is still good."""
    company = await make_company(app)
    (user,) = await company.add()
    await drain(app)
    token = token_in(letters(app, user.email)[-1])

    async with company.begin() as uow:
        await account_locked(uow, company.id)
        busy = await send(http, token)
    again = await send(http, token)

    assert (busy.status_code, busy.headers["retry-after"]) == (503, "2")
    assert f'value="{token}"' in busy.text
    assert 'role="alert"' in busy.text
    assert GOOD not in busy.text
    assert again.status_code == 200


async def test_the_page_says_that_an_account_is_closed(
    app: Perseat, http: httpx.AsyncClient
) -> None:
    """P1: to who was not let in before; the others log in and read."""
    refused = await send(http, await invited(app, active=False, closed=True))
    saved = await send(http, await invited(app, closed=True))

    assert refused.status_code == 410
    assert "account is closed" in refused.text
    assert "You can log in" in saved.text


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short and bad",
        "a" * 20,
        "x" * 10_000,
        "nul \0 in four wet dogs",
        "four\nwet\ndogs\nin\na\nrow",
        "perseat perseat",
    ],
)
async def test_a_bad_password_gets_the_form_again(
    http: httpx.AsyncClient, token: str, password: str
) -> None:
    """It is not repeated, and the link is still good."""
    answer = await send(http, token, password)

    assert answer.status_code == 422
    assert f'value="{token}"' in answer.text
    assert 'role="alert"' in answer.text
    assert not password or password not in answer.text
    assert (await send(http, token)).status_code == 200


@pytest.mark.parametrize(
    "wrong", ["", "x?!", "A" * 65, "A" * 5_000, "\0" * 65, "é" * 65, "'; DROP TABLE users; --"]
)
async def test_a_wrong_token_gets_one_answer(http: httpx.AsyncClient, wrong: str) -> None:
    answer = await send(http, wrong)

    assert answer.status_code == 410
    assert "Nothing was changed" in answer.text
    assert not wrong or wrong not in answer.text


async def test_what_is_typed_cannot_become_a_part_of_the_page(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = '"><script>alert(1)</script>'

    async def refuse(*_: object) -> None:
        raise InvalidInput(evil, field="password")

    monkeypatch.setattr(passwords, "choose", refuse)
    answer = await send(http, evil)

    assert answer.text.count("&lt;script&gt;alert") == 2
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"token=%ff&password=%ff", 400),
        (b"\xff\xfe", 400),
        (b"&".join(b"a=%d" % number for number in range(50)), 400),
        (b"", 410),
        (b"{}", 410),
        (b"password=" + b"x" * 17_000, 413),
    ],
)
async def test_a_body_of_another_kind_is_no_accident(
    http: httpx.AsyncClient, body: bytes, status: int
) -> None:
    assert (await http.post("/set-password", content=body)).status_code == status


async def test_letters_of_all_scripts_arrive(http: httpx.AsyncClient, token: str) -> None:
    content = f"token={token}&password={quote('четыре мокрых пса')}"

    assert (await http.post("/set-password", content=content)).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_only_get_and_post_reach_it(http: httpx.AsyncClient, method: str) -> None:
    assert (await http.request(method, "/set-password")).status_code == 405
