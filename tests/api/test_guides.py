"""What `/docs` shows to copy beside GraphQL is sent, executed and verified as it stands there."""

import os
import re
import shlex
import subprocess
from base64 import b64encode
from collections.abc import Callable, Mapping
from shutil import which
from typing import Any

import httpx
import orjson
import pytest

from api.docs import HTML, REFERENCE
from api.ids import encode
from api.reference import FOLDER
from app.bootstrap import Perseat
from app.domain import webhooks
from app.models.api_keys import KeyRole
from app.services import webhooks as service
from app.services.ingestion import BATCH_LIMIT
from tests.api.conftest import Client, make_key
from tests.make import Company, make_company, sms
from tests.payments.receiver import receiving
from tests.services.hooks import listening

Verify = Callable[[str, Mapping[str, str], bytes], Any]
GUIDES = REFERENCE.partition("## Beside GraphQL")[2].partition("\n## ")[0]
COMMANDS = re.findall(r"```sh\n(.*?)```", REFERENCE, re.DOTALL)
DOCUMENTS = re.findall(r"```graphql\n(.*?)```", GUIDES, re.DOTALL)
((PYTHON,), (JAVASCRIPT,)) = (
    re.findall(rf"```{each}\n(.*?)```", GUIDES, re.DOTALL) for each in ("python", "js")
)
OPTIONS = {"-H": "headers", "-d": "content", "--data-binary": "content", "-o": "file"}


@pytest.fixture
async def company(app: Perseat) -> Company:
    company = await make_company(app, users=2)
    await company.convert()
    await company.record(sms(10))
    return company


async def _send(http: httpx.AsyncClient, command: str, given: Mapping[str, str]) -> httpx.Response:
    """As curl does: `-d` takes the ends of lines away, and both make it a POST."""
    for name, value in given.items():
        command = command.replace(f"${name}", value)
    program, address, *rest = shlex.split(command.replace("\\\n", ""))
    assert program == "curl"
    options: dict[str, list[str]] = {}
    for name, value in zip(rest[::2], rest[1::2], strict=True):
        options.setdefault(OPTIONS[name], []).append(value)
    headers = dict(each.split(": ", 1) for each in options.get("headers", []))
    content = "".join(options.get("content", []))
    path = address.removeprefix("https://billing.example.com")
    assert path != address
    return await http.request(
        "POST" if content else "GET", path, headers=headers, content=content.encode()
    )


async def _given(app: Perseat, company: Company) -> dict[str, str]:
    (row,) = await company.invoice_rows()
    return {
        "KEY": await make_key(app, KeyRole.ADMINISTRATOR, company.id),
        "ACCOUNT": encode("account", company.id),
        "INVOICE": encode("invoice", company.id, row.id),
    }


async def test_every_command_is_answered(
    app: Perseat, http: httpx.AsyncClient, company: Company
) -> None:
    given = await _given(app, company)

    answers = [await _send(http, each, given) for each in COMMANDS]

    assert len(COMMANDS) == 5
    assert [each.status_code for each in answers] == [200] * 5
    asked, told, csv, xlsx, pdf = answers
    assert asked.json()["data"]["viewer"]["role"] == "ADMINISTRATOR"
    lines = [orjson.loads(each) for each in told.content.splitlines()]
    assert [each.get("result") for each in lines] == ["RECORDED", "INVALID", None]
    assert lines[-1]["summary"]["cost"]
    assert csv.content.decode("utf-8-sig").count("\n") == 2
    assert (xlsx.content[:2], pdf.content[:5]) == (b"PK", b"%PDF-")


@pytest.mark.parametrize("document", DOCUMENTS, ids=range(len(DOCUMENTS)))
async def test_every_document_is_answered(ops: Client, company: Company, document: str) -> None:
    (user,) = await company.people()
    ids = {"user": encode("user", company.id, user.id), "account": encode("account", company.id)}

    data = await ops.data(document, **{key: ids[key] for key in ids if f"${key}:" in document})

    (answer,) = data.values()
    assert answer
    assert answer.get("userErrors", []) == []


def _in_python() -> Verify:
    names: dict[str, Any] = {}
    exec(PYTHON, names)  # noqa: S102 - the page's own
    verify: Verify = names["verified"]
    return verify


def _in_node(secret: str, headers: Mapping[str, str], body: bytes) -> Any:
    """The body comes as bytes, as a server of node has it."""
    program = f"""{JAVASCRIPT}
        const [secret, headers, body] = JSON.parse(process.env.GIVEN);
        const event = verified(secret, headers, Buffer.from(body, "base64"));
        console.log(JSON.stringify(event));"""
    given = orjson.dumps([secret, dict(headers), b64encode(body).decode()]).decode()
    done = subprocess.run(
        [which("node") or "node", "-e", program],
        env={**os.environ, "GIVEN": given},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ValueError(done.stderr)
    return orjson.loads(done.stdout)


@pytest.mark.parametrize("language", ["python", "node"])
async def test_signatures_are_verified_as_shown(app: Perseat, language: str) -> None:
    """Also by the old secret and by the new one, while both sign; nothing else is taken."""
    verify = _in_python() if language == "python" else _in_node
    with receiving() as told:
        hook = await listening(app, told)
        ground = hook.ground
        async with hook.company.begin() as uow:
            _, new = await service.rotate(uow, hook.company.id, hook.endpoint.id, ground)
        await hook.tell()
        await hook.deliver()
        (signed,) = hook.heard()
    body, headers = signed
    late = {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) - 301)}

    events = [verify(each, headers, body) for each in (hook.secret, new)]

    assert [each["type"] for each in events] == ["top_up.stopped"] * 2
    for secret, said, text in (
        ("whsec_" + b64encode(b"somebody else's").decode(), headers, body),
        (new, headers, body.replace(b"0", b"1")),
        (new, late, body),
        (new, {**headers, "webhook-signature": "v1"}, body),
    ):
        with pytest.raises(ValueError, match=r"not signed|too old"):
            verify(secret, said, text)


def test_its_figures_are_those_of_the_program() -> None:
    text = " ".join(GUIDES.split())

    for said in (
        f"up to {BATCH_LIMIT:,} events",
        f"for {webhooks.OVERLAP.days * 24} hours",
        f"after {webhooks.LADDER[0].seconds} seconds first",
        f"{webhooks.LADDER[-1].seconds // 3600} hours at last, for {webhooks.GIVE_UP.days} days",
        f"after {webhooks.IN_LINE} attempts",
        f"nothing for {webhooks.DISABLE.days} days",
        f"kept for {webhooks.KEEP_DELIVERIES.days} days",
        f"what has happened for {webhooks.KEEP_EVENTS.days}",
    ):
        assert said in text


def test_the_page_shows_them_as_code_to_copy() -> None:
    shown = re.findall(r"<figure><button>Copy</button><pre><code>", HTML)

    blocks = len(COMMANDS) + len(DOCUMENTS) + 2 + len(list(FOLDER.glob("*.graphql")))
    assert len(shown) == blocks
    assert "```" not in HTML
