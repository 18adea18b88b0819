"""The typed clients in `graphql/clients` are those of this schema, and speak to a real server."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from decimal import Decimal
from filecmp import cmpfiles
from pathlib import Path
from shutil import copy

import orjson
import pytest
from perseat_client import Perseat as PythonClient
from perseat_client.exceptions import GraphQLClientError
from perseat_client.input_types import CreateUserInput

from api import clients
from api.ids import encode
from api.presence import RESTART
from app.bootstrap import Perseat
from app.domain.users import Role
from app.models.api_keys import KeyRole
from tests.api.conftest import make_key
from tests.api.live import Server, server
from tests.logging_in import PASSWORD, person
from tests.make import Company, make_company, query

pytestmark = [pytest.mark.xdist_group("clients"), pytest.mark.long]
PROGRAM = Path(__file__).with_name("client.ts")


@pytest.fixture
async def running(app: Perseat) -> AsyncIterator[Server]:
    async with server(app) as started:
        yield started


@pytest.fixture
def address(running: Server) -> str:
    return running.url


async def of_an_administrator(app: Perseat, company: Company) -> tuple[str, str]:
    """A key, and the account's id."""
    key = await make_key(app, KeyRole.ADMINISTRATOR, company.id)
    return key, encode("account", company.id)


def _names(folder: Path) -> set[str]:
    return {each.name for each in folder.glob("*.py")}


def test_the_committed_clients_are_those_of_the_schema(tmp_path: Path) -> None:
    """Else: `uv run python -m api.clients`."""
    clients.make(tmp_path / "operations.ts", tmp_path)

    committed, made = clients.PYTHON / clients.PACKAGE, tmp_path / clients.PACKAGE
    assert (tmp_path / "operations.ts").read_text() == (
        clients.TYPESCRIPT / clients.MODULE
    ).read_text()
    assert _names(made) == _names(committed)
    assert cmpfiles(made, committed, _names(made), shallow=False)[1:] == ([], [])


async def run(*words: object) -> str:
    """What it prints; what it complains of is the failure."""
    process = await asyncio.create_subprocess_exec(
        *(str(each) for each in words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    told, complaint = await process.communicate()
    assert process.returncode == 0, (told + complaint).decode()
    return told.decode()


async def compiled(folder: Path, program: Path) -> Path:
    """With the client beside it, as strictly as can be."""
    (folder / "src").mkdir()
    for file in (*clients.TYPESCRIPT.glob("src/*.ts"), program):
        copy(file, folder / "src")
    for name in ("package.json", "tsconfig.json"):
        copy(clients.TYPESCRIPT / name, folder)
    clients.install()
    await run("node", clients.TYPESCRIPT / "node_modules/typescript/bin/tsc", "-p", folder)
    return folder / "dist" / f"{program.stem}.js"


async def break_off_and_buy(running: Server, company: Company) -> None:
    """As soon as it has heard something, which it says by adding somebody."""
    sql = "SELECT id FROM users WHERE account_id = :id AND email = 'listening@example.com'"
    while not await query(company.app, sql, id=company.id):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    running.application.state.presence.send_away(RESTART)
    await company.buy("25.00")


async def test_typescript(app: Perseat, running: Server, address: str, tmp_path: Path) -> None:
    """It type checks at its strictest, tells mistakes before they are sent, is answered, and hears
    what happened while its connection was broken."""
    company = await make_company(app, users=2)
    key, account = await of_an_administrator(app, company)
    program = await compiled(tmp_path, PROGRAM)

    running_it = run("node", program, address, key, account)
    printed, _ = await asyncio.gather(running_it, break_off_and_buy(running, company))
    told = orjson.loads(printed)

    emails = told.pop("emails")
    assert len(emails) == 3
    assert "grace@example.com" in emails
    assert told == {
        "name": "Company",
        "created": "grace@example.com",
        "again": ["email"],
        "held": 0,
        "balance": "0.00",
        "heard": ["0.00", "25.00"],
        "unheard": 401,
        "refused": [401, "UNAUTHENTICATED", 32],
    }


async def test_a_front_end_logs_in(app: Perseat, address: str, tmp_path: Path) -> None:
    """Two pages that notice at once that there is no token renew it once, and ask again; but what
    somebody has asked for is not asked again as somebody else. Pages of one browser refresh one
    after the other, an answer that was lost is asked for again, and whoever logs out listens no
    more."""
    company = await make_company(app)
    user, other = [await person(company, Role.ADMINISTRATOR) for _ in range(2)]
    program = await compiled(tmp_path, PROGRAM.with_name("front_end.ts"))

    account, who = encode("account", company.id), (user.email, other.email)
    told = orjson.loads(await run("node", program, address, *who, PASSWORD, account))

    assert told == {
        "wrong": ["LOG_IN_FAILED"],
        "stranger": 401,
        "right": [],
        "people": [3, 3, 3],
        "requests": 2 + 1 + 2,
        "swapped": 401,
        "resumedAtOnce": [True, True, True],
        "atOnce": 1,
        "anew": True,
        "heard": ["0.00"],
        "listened": "ended",
        "resumed": False,
    }


async def test_python(app: Perseat, address: str) -> None:
    """Answers are typed: money is exact, and days are days."""
    company = await make_company(app, users=2)
    await company.convert()
    await company.buy("25.00")
    key, account = await of_an_administrator(app, company)
    person = CreateUserInput(
        accountId=account, firstName="Grace", lastName="Hopper", email="grace@example.com"
    )

    async with PythonClient(address, headers={"authorization": f"Bearer {key}"}) as perseat:
        created = (await perseat.create_user(person)).create_user
        again = (await perseat.create_user(person)).create_user
        page = (await perseat.dashboard(account)).account

    assert created.user is not None
    assert created.user.email == "grace@example.com"
    assert [each.field for each in again.user_errors] == ["email"]
    assert page is not None
    assert page.credits.balance.amount == Decimal("25.00")
    assert page.upcoming_invoice is not None
    assert page.upcoming_invoice.issued_on.day == 1
    assert len(page.users.nodes) == 3
    assert page.licenses.held == 3, "what a third person occupies is held at once"


async def test_python_listens(app: Perseat, running: Server) -> None:
    company = await make_company(app)
    key, account = await of_an_administrator(app, company)
    who = {"authorization": f"Bearer {key}"}
    socket = f"ws://{running.address}/graphql"

    async with PythonClient(running.url, ws_url=socket, ws_connection_init_payload=who) as perseat:
        heard = perseat.credit_balance_changed(account)
        told = (await anext(heard)).credit_balance_changed
        await heard.aclose()  # type: ignore[attr-defined]

    assert told.credits.balance.amount == Decimal("0.00")
    assert told.kind is None


def _example(folder: Path, language: str) -> str:
    """The one of the README beside a client."""
    (found,) = re.findall(
        rf"```{language}\n(.*?)```", (folder / "README.md").read_text(), re.DOTALL
    )
    return str(found)


@pytest.fixture
async def in_words(app: Perseat, running: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the examples read from the environment."""
    key, account = await of_an_administrator(app, await make_company(app))
    monkeypatch.setenv("PERSEAT_URL", running.url.removesuffix("/graphql"))
    monkeypatch.setenv("PERSEAT_KEY", key)
    monkeypatch.setenv("PERSEAT_ACCOUNT", account)


@pytest.mark.usefixtures("in_words")
async def test_the_example_of_typescript(tmp_path: Path) -> None:
    example = tmp_path / "example.ts"
    example.write_text(_example(clients.TYPESCRIPT, "ts"))
    (folder := tmp_path / "project").mkdir()
    program = await compiled(folder, example)

    name, balance = (await run("node", program)).splitlines()

    assert name.startswith("Company [")
    assert "grace@example.com" in name
    assert balance == "0.00"


@pytest.mark.usefixtures("in_words")
async def test_the_example_of_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sent again it makes nobody a second time."""
    example = tmp_path / "example.py"
    example.write_text(_example(clients.PYTHON, "python"))
    monkeypatch.setenv("PYTHONPATH", str(clients.PYTHON))

    first, again = [await run(sys.executable, example) for _ in range(2)]

    assert first.startswith("Company 0.00 [")
    assert first.count("grace@example.com") == 1
    assert again == first


async def test_python_without_a_key(address: str) -> None:
    async with PythonClient(address, headers={"authorization": "Bearer nobody"}) as perseat:
        with pytest.raises(GraphQLClientError):
            await perseat.plan_page("account")
