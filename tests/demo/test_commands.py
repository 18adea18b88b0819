"""The commands against servers of the operator's own: one line, with the cure."""

import asyncio
import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from getpass import getuser
from pathlib import Path
from socket import gethostname
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from app.bootstrap import Perseat
from app.cli import main
from app.domain import ids
from app.domain.audit_events import SECRET
from app.domain.money import UNIT
from app.domain.plans import Component
from app.embedded import Servers, servers
from app.models.api_keys import PLATFORM
from app.services import alerts
from app.settings import Settings
from tests.auditing import asking
from tests.make import as_superuser, at, drain, make_company, query, sms
from tests.services.reconciling import LATER, bought, charged_elsewhere, sandbox
from tests.services.topping import low

pytestmark = pytest.mark.xdist_group("commands")


@dataclass(frozen=True)
class Done:
    """How a command ended: what it printed, and what it exits with."""

    out: str
    code: str | int | None


Run = Callable[..., Coroutine[Any, Any, Done]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """A command of `perseat`, with these variables, in a thread for its event loop."""

    def work() -> str | int | None:
        try:
            main()
        except SystemExit as end:
            return end.code
        return None

    async def run(*command: str, **variables: str) -> Done:
        monkeypatch.setattr("sys.argv", ["perseat", *command])
        given = {"PERSEAT_DATA_FOLDER": str(tmp_path), "COLUMNS": "200", **variables}
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        code = await asyncio.to_thread(work)
        told = capsys.readouterr()
        return Done(told.out + told.err, code)

    return run


def _urls(settings: Settings) -> dict[str, str]:
    assert settings.database_url is not None
    assert settings.redis_url is not None
    return {
        "PERSEAT_DATABASE_URL": settings.database_url.get_secret_value(),
        "PERSEAT_REDIS_URL": settings.redis_url.get_secret_value(),
    }


@pytest.fixture(scope="module")
def fresh() -> Iterator[Servers]:
    """Servers on which nobody has ever migrated, so that they have no role of ours."""
    folder = Path(tempfile.mkdtemp(prefix="perseat-"))  # pytest's are closed to other users
    settings = Settings(data_folder=folder, database_url=None, redis_url=None)
    try:
        with servers(settings, durable=False) as started:
            yield started
    finally:
        shutil.rmtree(folder)


async def _execute(url: str, *statements: str) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()


@pytest.mark.parametrize("port", ["-1", "70000", "http"])
async def test_a_port_that_cannot_be_is_named(run: Run, port: str) -> None:
    done = await run("up", PERSEAT_PORT=port)

    assert re.fullmatch(r"perseat: PERSEAT_PORT: Input should be .*", str(done.code))


async def test_the_version(run: Run) -> None:
    assert re.fullmatch(r"perseat \d+\.\d+\.\d+\n", (await run("--version")).out)


@pytest.mark.parametrize(
    "command",
    [
        ["verify"],
        ["key", "--reason", "ok"],
        ["explain", str(UUID(int=1))],
        ["release", str(UUID(int=1)), "--reason", "ok"],
    ],
)
async def test_a_database_that_is_not_migrated(
    fresh: Servers, run: Run, command: list[str]
) -> None:
    urls = {"PERSEAT_DATABASE_URL": fresh.database_url, "PERSEAT_REDIS_URL": fresh.redis_url}

    done = await run(*command, **urls)

    assert re.fullmatch(r"perseat: The database .*: run `perseat migrate`\.", str(done.code))


async def test_migrating_needs_a_role_that_owns_and_creates(fresh: Servers, run: Run) -> None:
    """No superuser: CREATEROLE and a database of its own are enough for all of it."""
    await _execute(
        fresh.database_url, "CREATE ROLE billing LOGIN", "CREATE DATABASE shop OWNER billing"
    )
    url = re.sub(r"//[^/@]*@?/perseat\?", "//billing@/shop?", fresh.database_url)
    urls = {"PERSEAT_DATABASE_URL": url, "PERSEAT_REDIS_URL": fresh.redis_url}

    before = await run("migrate", **urls)
    await _execute(fresh.database_url, "ALTER ROLE billing CREATEROLE")
    after = [
        await run(*command, **urls)
        for command in (["migrate"], ["key", "--reason", "ok"], ["verify"])
    ]

    assert re.fullmatch(
        r"perseat: the database refused: permission denied to create role\. .*CREATEROLE.*",
        str(before.code),
    )
    assert [each.code for each in after] == [0] * 3


async def test_accounts_are_named_as_the_api_names_them(app: Perseat, run: Run) -> None:
    company, urls = await make_company(app), _urls(app.settings)
    named = ids.encode("account", company.id)

    for each in (named, str(company.id)):
        made = await run("key", "--role", "PARTNER", "--account", each, "--reason", "ok", **urls)
        assert made.code == 0
        await company.set(parked_at=at("2025-12-05"), parked_reason="a test")
        assert "Released Company." in (await run("release", each, "--reason", "ok", **urls)).out
    await drain(app)


async def test_who_is_not_parked_is_not_released(app: Perseat, run: Run) -> None:
    """Billing is not asked to try."""
    company, urls = await make_company(app), _urls(app.settings)
    release = ("release", str(company.id), "--accept-unusual", "--reason", "ok")
    await drain(app)

    done = await run(*release, **urls)

    assert (done.code, done.out) == (0, "The account is not parked: there is nothing to release.\n")
    waiting = "SELECT count(*) FROM outbox WHERE done_at IS NULL AND account_id = :id"
    assert await query(app, waiting, id=company.id) == [(0,)]


async def test_a_charge_is_explained_by_any_of_its_ids(own_app: Perseat, run: Run) -> None:
    """I5: the charge's own, its invoice's for all of it, and both as bare UUIDs."""
    company, urls = await make_company(own_app, users=2), _urls(own_app.settings)
    await company.rent(Component.LOCAL_NUMBER, 3)
    await company.convert()
    sql = "SELECT id, invoice_id FROM charges WHERE rule = 'L2'"
    ((charge, invoice),) = await query(own_app, sql)

    one = await run("explain", ids.encode("charge", company.id, charge), **urls)
    same = await run("explain", str(charge), **urls)
    whole = await run("explain", ids.encode("invoice", company.id, invoice), **urls)

    assert (one.code, one.out) == (0, same.out)
    assert one.out == (
        f"{ids.encode('charge', company.id, charge)}  (L2)  140.00 USD\n"
        "  2 uPro licences from 1 to 30 November 2025: 70.00 x 2 = 140.00. The trial was converted "
        "on 1 November, when there were 2 active users.\n"
        "  Steps\n"
        "    70.00 x 2 = 140.00\n"
        "  Causes\n"
        "    2025-11-01 12:00  On 1 November 2025 there were 2 active users.\n"
        "    2025-11-01 12:00  One uPro licence costs 70.00 a month since 1 January 2020.\n"
        "  Recomputed from the derivation and from the history: equal\n\n"
    )
    assert whole.out == (await run("explain", str(invoice), **urls)).out
    assert whole.out.startswith(one.out)
    assert "3 uPro local numbers" in whole.out


async def test_a_debt_is_told_with_what_would_have_prevented_it(own_app: Perseat, run: Run) -> None:
    """M7: beside the causes, from the history alone."""
    company = await make_company(own_app)
    await company.convert()
    await company.record(sms(2_482))
    await company.go_to("2025-12-01")
    ((charge,),) = await query(own_app, "SELECT id FROM charges WHERE rule = 'M7'")

    told = await run("explain", str(charge), **_urls(own_app.settings))

    assert told.code == 0
    assert (
        "  Debt\n"
        "    Usage has taken 37.23 since 1 November 2025; there were 0.00 of credits, 0.00 were "
        "added, and 37.23 are missing.\n"
        "    2,482 SMS segments took 37.23 on 1 November 2025.\n"
        "    Invoice 2 of 1 December 2025 asks for 37.23 as previous debt.\n"
        "    Nothing was topped up: automatic top-up was off.\n"
        "    Automatic top-up by 100.00 from 10.00 on would have charged once, 100.00 together, "
        "and the balance would have ended at 62.77 without ever being negative.\n"
    ) in told.out


async def test_a_charge_that_comes_out_different_fails(own_app: Perseat, run: Run) -> None:
    """I5: where the history cannot tell nothing fails, and it is said."""
    company, urls = await make_company(own_app, users=2), _urls(own_app.settings)
    await company.set_minimum(4)
    await company.convert()
    (charge,) = [str(row[0]) for row in await query(own_app, "SELECT id FROM charges")]

    statement = "UPDATE minimum_licenses SET effective_on = '2025-12-01', actor = "
    await as_superuser(own_app, f"{statement}'migration'")
    unknown = await run("explain", charge, **urls)
    await as_superuser(own_app, f"{statement}'test'")
    different = await run("explain", charge, **urls)

    assert unknown.code == 0
    assert "Recomputed: the history cannot tell. The contracted minimum" in unknown.out
    assert different.code == 1
    assert "Recomputed: DIFFERENT. quantity: 4 charged, 2 by the histories; " in different.out


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (str(UUID(int=1)), "There is no such charge"),
        (ids.encode("invoice", UUID(int=1), UUID(int=2)), "There is no such charge"),
        ("4711", "'4711' is neither charge_... nor invoice_... nor a UUID."),
    ],
)
async def test_what_is_no_charge(app: Perseat, run: Run, given: str, told: str) -> None:
    done = await run("explain", given, **_urls(app.settings))

    assert told in str(done.code)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--role", "PARTNER"], "add --account"),
        (["--account", str(UUID(int=1))], "add --role"),
        (["--account", "4711"], "neither account_... nor a UUID"),
        (["--name", "night"], "--reason"),
    ],
)
async def test_a_key_without_what_it_needs(run: Run, arguments: list[str], told: str) -> None:
    reason = [] if told == "--reason" else ["--reason", "ok"]
    done = await run("key", *arguments, *reason)

    assert told in done.out
    assert done.code == 2


async def test_no_demo_companies_in_a_database_of_the_operators_own(
    fresh: Servers, tmp_path: Path
) -> None:
    """And nothing of ours is started that is not ours."""
    await _execute(fresh.database_url, "CREATE DATABASE empty")
    url = fresh.database_url.replace("/perseat?", "/empty?")
    given = {"PERSEAT_DATABASE_URL": url, "PERSEAT_REDIS_URL": fresh.redis_url}
    command = [sys.executable, "-c", "from app.cli import main; main()", "up"]
    process = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, **given, "PERSEAT_DATA_FOLDER": str(tmp_path)},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    told = (await process.stdout.readuntil(b"Ctrl-C")).decode()
    process.send_signal(signal.SIGINT)
    await process.communicate()

    assert "Starting" not in told
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM accounts")) == 0
        assert await connection.scalar(text("SELECT count(*) FROM plans")) != 0
    await engine.dispose()


async def test_what_was_billed_goes_into_a_file(app: Perseat, run: Run, tmp_path: Path) -> None:
    company, urls = await make_company(app), _urls(app.settings)
    await company.convert()
    named = ids.encode("account", company.id)
    file, book = tmp_path / "out.csv", tmp_path / "out.xlsx"
    options = ("--from", "2025-11-01", "--to", "2025-11-30", "--account", named)

    done = [
        await run("export", "invoices", str(file), *options, **urls),
        await run("export", "charges", str(book), **urls),
    ]

    assert [each.code for each in done] == [0, 0]
    assert f'"{named}","Company","INV-0001"' in file.read_text("utf-8-sig")
    assert book.read_bytes().startswith(b"PK")


async def test_what_commands_change_is_in_the_audit(app: Perseat, run: Run) -> None:
    """S25: who at the command line, from which machine, and why."""
    company, urls = await low(app), _urls(app.settings)
    account = str(company.id)
    await company.set(parked_at=at("2025-12-05"), parked_reason="a test")
    silent = await run("release", account, **urls)
    for command in (
        ["release", account],
        ["key", "--role", "PARTNER", "--account", account],
        ["topup", "rerun", "--account", account],
        ["topup", "rerun", "--account", account, "--apply"],
    ):
        assert (await run(*command, "--reason", "they asked", **urls)).code == 0
    await drain(app)

    rows = await query(
        app,
        "SELECT operation, actor, body FROM audit_events WHERE account_id = :id ORDER BY number",
        id=company.id,
    )
    bodies = [orjson.loads(row.body) for row in rows]
    assert silent.code == 2
    assert [row.operation for row in rows] == [
        "perseat release",
        "perseat key",
        "perseat topup rerun",
    ]
    assert {row.actor for row in rows} == {f"command line of {getuser()}"}
    assert {body["reason"] for body in bodies} == {"they asked"}
    assert {body["address"] for body in bodies} == {gethostname()}
    assert [change["table"] for change in bodies[1]["changes"]] == ["api_keys"]
    assert bodies[1]["changes"][0]["after"]["digest"] == SECRET


async def test_what_commands_change_of_no_account_is_in_the_audit(
    own_app: Perseat, run: Run
) -> None:
    """S25: plans and what is posted of them, comparisons, keys of operators; blanks say nothing."""
    company, urls = await make_company(own_app), _urls(own_app.settings)
    await company.start()
    await company.set_clock("2025-12-01", "00:00")
    commands = {
        "perseat run plan": ["run", "plan", "2025-12-01", "--sandbox"],
        "perseat run apply": ["run", "apply"],
        "perseat reconcile": ["reconcile"],
        "perseat key": ["key", "--role", "OPS"],
    }

    blank = [await run(*each, "--reason", " ", **urls) for each in commands.values()]
    plan = await run(*commands["perseat run plan"], "--reason", "they asked", **urls)
    commands["perseat run apply"].append(plan.out.split()[-1])
    for each in list(commands.values())[1:]:
        assert (await run(*each, "--reason", "they asked", **urls)).code == 0

    sql = "SELECT operation, body FROM audit_events WHERE account_id = :id ORDER BY number"
    rows = await query(own_app, sql, id=PLATFORM)
    bodies = [orjson.loads(row.body) for row in rows]
    assert [row.operation for row in rows] == list(commands)
    assert {body["reason"] for body in bodies} == {"they asked"}
    assert [body["changes"][0]["table"] for body in bodies] == [
        *("billing_runs", "billing_runs", "reconciliations", "api_keys")
    ]
    assert [body["changes"][0]["after"].get("dry_run") for body in bodies[:2]] == [True, False]
    assert all(each.code not in {0, None} for each in blank)


async def test_the_audit_goes_into_a_file(app: Perseat, run: Run, tmp_path: Path) -> None:
    """S25: of one company, and where each chain ends."""
    company, urls = await make_company(app), _urls(app.settings)
    async with asking(app, company.id) as uow:
        await alerts.set_credit_alerts(uow, company.id, [UNIT])
    named = ids.encode("account", company.id)
    file, heads = tmp_path / "audit.jsonl", tmp_path / "heads.jsonl"

    done = [
        await run("audit", str(file), "--account", named, **urls),
        await run("audit", str(heads), "--heads", **urls),
        await run("audit", "nowhere/audit.jsonl", **urls),
    ]

    assert [each.code for each in done[:2]] == [0, 0]
    assert "There is no folder" in str(done[2].code)
    (row,) = [orjson.loads(line) for line in file.read_text().splitlines()]
    ends = [orjson.loads(line) for line in heads.read_text().splitlines()]
    assert {name: row[name] for name in ("account", "number", "hash")} in ends


async def test_the_timeline_of_an_account_is_words(app: Perseat, run: Run) -> None:
    """S25: what happened and who did what, newest first; of somebody who is not there nothing."""
    company, urls = await make_company(app), _urls(app.settings)
    async with asking(app, company.id) as uow:
        await alerts.set_credit_alerts(uow, company.id, [UNIT])

    whole = await run("timeline", ids.encode("account", company.id), **urls)
    one = await run("timeline", str(company.id), "--most", "1", **urls)
    nobody = await run("timeline", str(uuid4()), **urls)

    lines = whole.out.splitlines()
    assert one.out.splitlines() == lines[:1]
    assert "Somebody has signed up: a trial (plan upro, term MONTHLY)." in lines[-1]
    assert "account.created" in lines[-1]
    assert "There is no such account" in str(nobody.code)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["out.pdf"], "The file's name ends in .csv or .xlsx."),
        (["nowhere/out.csv"], "There is no folder "),
        (["out.csv", "--from", "yesterday"], "A day is written like 2026-01-31."),
        (["out.csv", "--from", "2026-01-02", "--to", "2026-01-01"], "`from` is the earlier day"),
    ],
)
async def test_an_export_that_cannot_be_says_why(run: Run, arguments: list[str], told: str) -> None:
    done = await run("export", "invoices", *arguments)

    assert str(done.code).startswith(f"perseat: {told}")


async def test_a_month_is_planned_applied_and_shown(own_app: Perseat, run: Run) -> None:
    """C5: the plan is lines of JSON, the same bytes twice; a stale one says what changed."""
    companies, urls = [await make_company(own_app) for _ in range(2)], _urls(own_app.settings)
    for company in companies:
        await company.start()
    for company in companies:
        await company.set_clock("2025-12-01", "00:00")

    plans = [await run("run", "plan", "2025-12-01", "--sandbox", **urls) for _ in range(2)]
    plan_hash = plans[0].out.split()[-1]
    applied = [await run("run", "apply", plan_hash, "--reason", "ok", **urls) for _ in range(2)]
    shown = await run("run", "show", plan_hash, **urls)
    empty = await run("run", "plan", "2025-12-01", "--sandbox", **urls)
    unknown = await run("run", "apply", "f" * 64, "--reason", "ok", **urls)
    wrong = await run("run", "plan", "2025-12-02", "--sandbox", **urls)

    assert plans[0] == plans[1]
    lines = plans[0].out.splitlines()[:-1]
    assert [orjson.loads(line)["total"] for line in lines] == [70_000_000] * 2
    assert applied[0] == applied[1]
    assert "FINISHED, {'BILLED': 2}" in applied[0].out
    assert "140.00 USD" in shown.out
    assert [len(await company.invoices()) for company in companies] == [2, 2]
    assert len(empty.out.splitlines()) == 1
    assert str(unknown.code).startswith("perseat: There is no such plan")
    assert "A run is of a 1st" in str(wrong.code)


async def test_why_an_account_was_charged_is_told(app: Perseat, run: Run) -> None:
    """M6: newest first, by the account's clock on the wall, with what came of it."""
    company, urls = await low(app, billing_timezone="Asia/Tokyo"), _urls(app.settings)
    await drain(app)
    named = ids.encode("account", company.id)

    told = await run("topup", "why", named, **urls)
    one = await run("topup", "why", str(company.id), "--limit", "1", **urls)
    nobody = await run("topup", "why", str(UUID(int=1)), **urls)

    lines = told.out.splitlines()
    assert lines[0] == "Company, times in Asia/Tokyo"
    assert lines[1].startswith("2025-11-01 21:00:00  ")
    assert any("charged 100.00, which succeeded." in line for line in lines)
    assert any(line.strip() == "settled 2025-11-01 21:00:00" for line in lines)
    assert len(one.out.splitlines()) < len(lines)
    assert str(nobody.code).startswith("perseat: There is no such account")


async def test_a_rerun_of_top_ups_is_tried_out_and_then_applied(app: Perseat, run: Run) -> None:
    """M6: dry run by default; applied twice it charges once."""
    company, urls = await low(app), _urls(app.settings)
    wish = ("topup", "rerun", "--account", str(company.id), "--reason", "ok")

    tried = await run(*wish, **urls)
    before = await company.top_ups()
    applied = await run(*wish, "--apply", **urls)
    again = await run(*wish, "--apply", **urls)
    none = await run(
        "topup", "rerun", "--state", "closed", "--since", "2999-01-01", "--reason", "ok", **urls
    )
    await drain(app)

    assert "would charge 100.00." in tried.out
    assert "Nothing was changed; --apply does it." in tried.out
    assert before == []
    assert "charged 100.00, which is not sent yet." in applied.out
    assert "did nothing, because the charge of 100.00 is not sent yet." in again.out
    assert none.out.startswith("No account's newest decision is within these limits.")
    assert await company.taken() == ["100.00"]


async def test_reconciling_names_what_differs_and_adopts_what_is_unknown(
    own_app: Perseat, run: Run
) -> None:
    """L5, F24: it fails as long as anything differs."""
    company = await make_company(own_app)
    await company.use_card("card_ok")
    await bought(company)
    urls = {**_urls(own_app.settings), "PERSEAT_DATA_FOLDER": str(own_app.settings.data_folder)}
    until = ("--until", f"{own_app.clock.now() + LATER:%Y-%m-%dT%H:%M}")
    why = ("--reason", "daily")

    good = await run("reconcile", *why, *until, **urls)
    charge = await charged_elsewhere(company)
    differs = await run("reconcile", "--json", *why, *until, **urls)
    shown = await run("reconcile", *why, *until, **urls)
    wish = ("adopt", "charge", charge.reference, "--reason")
    no_reason = await run(*wish, " ", **urls)
    adopted = await run(*wish, "Lost", **urls)
    after = await run("reconcile", *why, *until, **urls)
    async with sandbox(own_app) as counter:
        body = {"charge": charge.reference, "amount": 2 * UNIT, "key": None}
        (await counter.post("/v1/refunds", json=body)).raise_for_status()
    refund = ("adopt", "refunds", charge.reference, "--reason", "By hand")
    refunded, again = [await run(*refund, **urls) for _ in range(2)]
    empty = await run("reconcile", *why, "--since", "2024-02-29", "--until", "2024-02-29", **urls)

    assert (good.code, differs.code, shown.code, after.code) == (0, 1, 1, 0)
    assert "1 charges, 1 newly confirmed, 0 differences" in good.out
    (difference,) = orjson.loads(differs.out)["differences"]
    assert difference["kind"] == "UNKNOWN_TO_US"
    assert charge.reference in difference["sentence"]
    assert "UNKNOWN_TO_US" in shown.out
    assert "Say why" in str(no_reason.code)
    assert adopted.out.startswith("Adopted as payment_")
    assert "The span ends before it begins" in str(empty.code)
    assert refunded.out.startswith("2.00 given back of payment_")
    assert again.out == refunded.out
    assert await company.balance() == "13.00"
