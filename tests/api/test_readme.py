"""What the README shows is executed: its queries, its commands, its table of commands."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from api.ids import encode
from app.bootstrap import Perseat
from app.settings import Settings
from tests.api.conftest import Client
from tests.api.live import listening, server
from tests.make import make_company

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
DOCUMENTS = re.findall(r"```graphql\n(.*?)```", README, re.DOTALL)
SUBSCRIPTIONS = [each for each in DOCUMENTS if each.startswith("subscription")]
QUERIES = [each for each in DOCUMENTS if each not in SUBSCRIPTIONS]


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
async def test_its_queries_are_answered(app: Perseat, ops: Client, query: str) -> None:
    company = await make_company(app, users=2)
    await company.convert()
    (user,) = await company.people()
    ids = {"user": encode("user", company.id, user.id), "account": encode("account", company.id)}

    data = await ops.data(query, **{key: ids[key] for key in ids if f"${key}:" in query})

    if 'name: ""' in query:
        assert data["createAccount"]["userErrors"][0]["field"] == "name"
    elif "createAccount" in query:
        assert data["createAccount"]["userErrors"] == []
        assert data["createAccount"]["account"]["status"] == "TRIAL"
    elif "$user" in query:
        shown = data["previewUserStatusChange"]["preview"]
        assert shown["sentence"].startswith("Deleting this user saves 70.00")
    elif "previewPlanChange" in query:
        shown = data["previewPlanChange"]["preview"]
        assert shown["sentence"].startswith("xPro from 1 November 2025 on; the next invoice")
    else:
        assert next(iter(data.values()))


async def test_its_subscriptions_are_answered(app: Perseat, ops: Client) -> None:
    company = await make_company(app)
    async with server(app) as running, listening(running, ops.key) as socket:
        for text in SUBSCRIPTIONS:
            await socket.subscribe(text, account=encode("account", company.id))
            assert (await socket.next())["kind"] is None
    assert SUBSCRIPTIONS


def test_ci_runs_exactly_its_test_command() -> None:
    (command,) = re.findall(r"```sh\n(pip install uv && uv run pytest)\n```", README)

    assert (ROOT / ".ci" / "run").read_text().rstrip().endswith(command)


def test_its_commands_are_those_of_the_command_line() -> None:
    program = [sys.executable, "-c", "from app.cli import main; main()", "--help"]
    told = subprocess.run(program, capture_output=True, text=True, check=True).stdout

    shown = set(re.findall(r"^\| `perseat (\w+)", README, re.MULTILINE))

    assert shown == set(re.findall(r"^│ (\w+) ", told, re.MULTILINE))


def test_its_settings_are_those_of_the_program() -> None:
    shown = set(re.findall(r"`(PERSEAT_[A-Z_]+)`", README))

    assert {f"PERSEAT_{name.upper()}" for name in Settings.model_fields} <= shown
