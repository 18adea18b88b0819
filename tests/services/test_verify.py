"""`perseat verify`: silent about healthy data, and whatever is broken is named."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from app.bootstrap import Perseat, perseat
from app.db.types import new_id
from app.db.unit_of_work import SilentBell
from app.domain.money import UNIT
from app.domain.plans import Component
from app.domain.top_ups import AutoTopUp
from app.domain.usage import Initiator, LineType, UsageKind
from app.domain.users import UserStatus
from app.services import alerts, auto_top_up, credits, provider_events
from app.services.verify import RECOUNT, REPLAY, RERATED, verify
from app.settings import Settings
from app.store.verify import INVARIANTS
from tests.auditing import asking
from tests.holding import held
from tests.lived import listen
from tests.logging_in import choose, enter
from tests.make import Company, as_superuser, drain, make_company, query, sms
from tests.services.hearing import event, posted
from tests.services.paying import hear, refund, taken, taken_back
from tests.services.reconciling import reconciled

BROKEN = {
    "the credit balance is the sum of its ledger": "UPDATE credits SET balance = balance + 1",
    "what was used of a hold is the sum of its events": "UPDATE usage_holds SET used = used + 1",
    "an alert is armed exactly while the balance is above it": (
        "UPDATE credit_alerts SET armed = NOT armed"
    ),
    "what has crossed an alert has come to it": (
        "UPDATE alert_crossings SET balance = balance + 1000000000"
    ),
    "what is receivable is what invoices ask for, and settled debts that wait for one": (
        "UPDATE ledger_transfers SET amount = amount + 10000 WHERE kind = 'INVOICE'"
    ),
    "bad debt is what was given up and has not been paid since": (
        "UPDATE ledger_transfers SET amount = amount + 10000 WHERE kind = 'BAD_DEBT'"
    ),
    "what is owed back is what was paid and then credited": (
        "DELETE FROM ledger_transfers WHERE kind = 'REFUND'"
    ),
    "tax that is owed is what invoices ask less what was credited": (
        "DELETE FROM ledger_transfers WHERE kind = 'TAX_REVERSAL'"
    ),
    "an invoice is the sum of its charges and their tax": (
        "UPDATE charges SET invoice_id = NULL, tax = 0 WHERE rule = 'L2' AND NOT replaced"
    ),
    "the tax of an invoice is its rate of what is taxable, rounded once": (
        "UPDATE invoices SET tax_rate = 200000 WHERE kind = 'INITIAL'"
    ),
    "invoice numbers have no gaps": "UPDATE accounts SET invoice_sequence = invoice_sequence + 1",
    "credit note numbers have no gaps": "UPDATE credit_notes SET number = number + 9",
    "a credit note is the sum of its lines": (
        "UPDATE credit_note_lines SET amount = amount + 10000"
    ),
    "what is credited of an invoice is the sum of its credit notes": (
        """UPDATE invoices SET credited = credited + 10000, refundable = refundable + 10000
        WHERE refundable > 0"""
    ),
    "no charge is credited above what was billed, nor by a note of another invoice": """
        UPDATE credit_note_lines SET amount = 1000000000000
    """,
    "what is void or given up was decided by somebody": "DELETE FROM invoice_decisions",
    "a charge is replaced by the same charge of the invoice that was issued instead": """
        UPDATE charges SET slots = int4range(lower(slots) + 9, upper(slots) + 9)
        WHERE replaces IS NOT NULL
    """,
    "a closed account that owes for usage waits for its next 1st": (
        "UPDATE accounts SET status = 'CLOSED', next_bill_at = NULL"
    ),
    "what is paid afterwards is what its history says": (
        "UPDATE accounts SET post_paid_usage = NOT post_paid_usage"
    ),
    "nothing is topped up that is paid afterwards": (
        "UPDATE credits SET enabled = true, stopped_reason = NULL"
    ),
    "what was cleared of a balance is what debt lines ask for": """
        UPDATE charges SET unit_amount = unit_amount + 10000, amount = amount + 10000
        WHERE rule = 'M7'
    """,
    "a debt that is settled leaves a balance of exactly zero": (
        "UPDATE ledger_transfers SET amount = amount + 1 WHERE kind = 'DEBT_ROUNDING'"
    ),
    "no settlement rounds more than half a cent": (
        "UPDATE ledger_transfers SET amount = 5001 WHERE kind = 'DEBT_ROUNDING'"
    ),
    "rectangles of a component stand on each other without a gap": """
        UPDATE charges SET slots = int4range(lower(slots) + 1, upper(slots) + 1) WHERE rule = 'L6'
    """,
    "an upgrade is paid for what was held on its day": """UPDATE charges
        SET slots = int4range(lower(slots), upper(slots) - 1), quantity = quantity - 1,
            amount = unit_amount * (quantity - 1) WHERE rule = 'L7'
    """,
    "paid terms follow each other without a gap": """UPDATE charges
        SET period = daterange(lower(period) + 1, upper(period)) WHERE rule = 'L6'
    """,
    "what is held is held to the end of its term": """UPDATE charges
        SET period = daterange(lower(period), upper(period) - 1) WHERE rule = 'L3'
    """,
    "licences are charged up to the occupied ones or the minimum": """
        UPDATE charges
        SET slots = int4range(1, upper(slots) + 1), quantity = quantity + 1,
            amount = unit_amount * (quantity + 1) WHERE rule = 'L6'
    """,
    "what was unbilled at a cut-off is on its invoice": (
        "UPDATE charges SET invoice_id = NULL, tax = 0 WHERE rule = 'L3'"
    ),
    "in a month nobody is beyond what is held": "DELETE FROM charges WHERE rule = 'L3'",
    "who is billable on a 1st has been paid for since the own day": """UPDATE charges
        SET period = daterange(lower(period) + 1, upper(period)) WHERE rule = 'L3'
    """,
    "an account is billed until its watermark": (
        "UPDATE accounts SET next_bill_at = test_clock - interval '2 days'"
    ),
    "no account waits for an operator": (
        "UPDATE accounts SET parked_at = now(), parked_reason = 'a test'"
    ),
    "the paid term holds the day before the watermark": (
        "UPDATE subscriptions SET current = '[2025-11-01,2025-12-01)', priced_on = '2025-11-01'"
    ),
    "usage debits are the sum of their events": (
        """UPDATE usage_events
        SET quantity = quantity + 1, amount = amount + rate, fee = fee + fee_rate"""
    ),
    "what is posted later is the sum of its events": (
        "UPDATE usage_deferrals SET events = events + 1"
    ),
    "what is posted later was moved once, when it counts": (
        "DELETE FROM ledger_transfers WHERE kind = 'CARRIER_FEES'"
    ),
    "what counts is posted within a day": (
        "UPDATE usage_deferrals SET posted_at = NULL WHERE kind = 'INTERNATIONAL'"
    ),
    "usage by day is the sum of its events": "UPDATE usage_days SET quantity = quantity + 1",
    "each payment that succeeded moved its money once": (
        "DELETE FROM ledger_transfers WHERE kind = 'PAYMENT'"
    ),
    "an invoice is paid by its payments": (
        "UPDATE payments SET amount = amount + 10000 WHERE purpose = 'INVOICE'"
    ),
    "credits were bought by payments that succeeded": (
        "DELETE FROM ledger_transfers WHERE kind = 'TOP_UP'"
    ),
    "what is in clearing was taken and is not confirmed by the provider yet": (
        "UPDATE ledger_transfers SET amount = amount + 10000 WHERE kind = 'PAYMENT'"
    ),
    "the provider confirms what was taken and what went back, by its whole amount": (
        "UPDATE ledger_transfers SET amount = amount - 10000 WHERE kind = 'SETTLEMENT'"
    ),
    "a payment counts what the provider has not confirmed of it yet": (
        "UPDATE payments SET unconfirmed = unconfirmed + 1"
    ),
    "nothing stays in clearing for more than three days": """
        WITH gone AS (DELETE FROM ledger_transfers
            WHERE kind = 'SETTLEMENT' AND account_id = '{one}')
        UPDATE ledger_transfers SET id = '017f22e2-79b0-7cc3-98c4-dc0c0c07398f'
        WHERE kind = 'PAYMENT' AND amount = 25000000
    """,
    "what a payment provider has told is looked into within a day": """
        UPDATE provider_events SET processed_at = NULL, received_at = now() - interval '2 days'
    """,
    "no more of a payment goes back than was taken": (
        "UPDATE refunds SET amount = amount + 10000000000"
    ),
    "a payment is refunded exactly when all of it was given back": (
        "UPDATE payments SET status = 'REFUNDED' WHERE purpose = 'INVOICE' AND status = 'SUCCEEDED'"
    ),
    "what went back was moved once, from where it was": (
        "UPDATE late_failures SET from_credits = amount"
    ),
    "what came back was moved once, to where it belongs": (
        "DELETE FROM ledger_transfers WHERE kind = 'RETURNED_TO_CREDITS'"
    ),
    "no more comes back than had gone": (
        "UPDATE reinstatements SET amount = amount + 100000000, returned = returned + 100000000"
    ),
    "what comes back of a refund is all of it, and it has failed": """
        INSERT INTO reinstatements
            (account_id, id, payment_id, refund_id, amount, owed_back, to_credits, created_at)
        SELECT account_id, uuidv7(), payment_id, id, amount, amount, 0, now() FROM refunds
    """,
    "what goes back of an invoice is credited on it, and credits that go back have no note": (
        "UPDATE payments SET purpose = 'PURCHASE' WHERE purpose = 'INVOICE'"
    ),
    "no refund is open for a day": """
        UPDATE refunds SET status = 'SENT', settled_at = NULL,
            id = '017f22e2-79b0-7cc3-98c4-dc0c0c07398f'
    """,
    "every automatic top-up has the decision that made it": (
        "DELETE FROM top_up_decisions WHERE outcome = 'CHARGED'"
    ),
    "the decisions about an account's top-ups are numbered without gaps": (
        "DELETE FROM top_up_decisions WHERE number = 1"
    ),
    "an account at or below its threshold is charged, or a decision says why not": (
        """WITH gone AS (DELETE FROM top_up_decisions WHERE account_id = '{one}')
        UPDATE credits SET enabled = true, stopped_reason = NULL WHERE true"""
    ),
    "automatic top-up has stopped by a decision that says so, or a payment taken back": (
        "UPDATE credits SET enabled = false, stopped_reason = 'BREAKER'"
    ),
    "a user is what the history says": "UPDATE users SET status = 'SUSPENDED'",
    "nobody who is deleted is assigned or rings": (
        "UPDATE users SET status = 'DELETED' WHERE status = 'PAUSED'"
    ),
    "somebody who can log in administers each account": "DELETE FROM user_roles",
    "add-ons are the sum of their changes": "UPDATE add_ons SET quantity = quantity + 1",
    "what runs have billed is what invoices say": (
        "UPDATE billing_run_accounts SET total = total + 10000 WHERE status = 'BILLED'"
    ),
    "each cut-off up to the next one is settled by one run": (
        "UPDATE billing_run_accounts SET period = '2020-01-01' WHERE status = 'BILLED'"
    ),
    "no payment is open for a day": """
        UPDATE payments SET status = 'SENT', settled_at = NULL,
            id = '017f22e2-79b0-7cc3-98c4-dc0c0c07398f' WHERE purpose = 'PURCHASE'
    """,
    "an open invoice is being collected": """
        UPDATE invoices SET status = 'OPEN', paid = 0, credited = 0, refundable = 0
        WHERE kind = 'INITIAL' AND status = 'PAID'
    """,
    "work in the outbox is done within ten minutes": (
        "UPDATE outbox SET done_at = NULL, created_at = now() - interval '11 minutes'"
    ),
    "each row of the audit has the hash of itself and of all before it": (
        "UPDATE audit_events SET body = replace(body, 'a test', 'no test') WHERE number = 1"
    ),
    "a row of the audit says in its columns what was hashed": (
        "UPDATE audit_events SET actor = 'somebody else'"
    ),
    "the audit ends where its head says": "DELETE FROM audit_events WHERE number = 2",
    "each webhook is of an event of its account, while events are kept": (
        "UPDATE webhook_deliveries SET event_id = id"
    ),
    "a webhook arrives or is given up before its endpoint has failed for six days": (
        """WITH e AS (UPDATE webhook_endpoints SET enabled_at = enabled_at - interval '7 days',
            failing_since = failing_since - interval '7 days')
        UPDATE webhook_deliveries SET created_at = created_at - interval '7 days'"""
    ),
    "an e-mail address opens the accounts in which somebody has it": "DELETE FROM log_ins",
    "who cannot log in is in no session": "UPDATE passwords SET chosen_at = NULL",
    "a session goes on with one refresh token": "UPDATE refresh_tokens SET used_at = now()",
    REPLAY.name: """UPDATE charges
        SET derivation = jsonb_set(derivation, '{inputs,price}', '70000001') WHERE rule = 'A1'
    """,
    RECOUNT.name: """UPDATE charges
        SET derivation = jsonb_set(derivation, '{inputs,price}', '71000000'),
            unit_amount = 71000000, amount = 71000000 * quantity WHERE rule = 'L6'
    """,
    RERATED.name: (
        "UPDATE usage_events SET rate = rate + 1, amount = amount + quantity WHERE rate > 0"
    ),
}
SHORTER = """UPDATE charges SET slots = int4range(lower(slots), upper(slots) - 1),
    quantity = quantity - 1, amount = unit_amount * (quantity - 1) WHERE rule = """
LONGER = """UPDATE charges SET slots = int4range(lower(slots), upper(slots) + 1),
    quantity = quantity + 1, amount = unit_amount * (quantity + 1) WHERE rule = """
BROKEN_TOO = [
    (
        "licences are charged up to the occupied ones or the minimum",
        f"{SHORTER}'L2'",
    ),
    (
        "licences are charged up to the occupied ones or the minimum",
        f"{LONGER}'L3' AND lower(slots) = 4",
    ),
    ("paid terms follow each other without a gap", "DELETE FROM charges WHERE rule = 'L6'"),
    (
        "licences are charged up to the occupied ones or the minimum",
        "UPDATE minimum_licenses SET minimum = 9",
    ),
    (
        "licences are charged up to the occupied ones or the minimum",
        "DELETE FROM user_states WHERE to_status = 'ACTIVE' AND version = 1",
    ),
    (
        "an invoice is the sum of its charges and their tax",
        "UPDATE charges SET tax = tax + 10000 WHERE rule = 'L3'",
    ),
    (
        "what is credited of an invoice is the sum of its credit notes",
        "UPDATE credit_notes SET refundable = 0",
    ),
    (
        "no charge is credited above what was billed, nor by a note of another invoice",
        """UPDATE credit_notes SET invoice_id = (SELECT id FROM invoices i WHERE kind = 'TOP_UP'
            AND i.account_id = credit_notes.account_id LIMIT 1) WHERE true""",
    ),
    (
        "what is void or given up was decided by somebody",
        "UPDATE invoice_decisions SET decided = 'UNCOLLECTIBLE', replacement_id = NULL",
    ),
    (
        "a charge is replaced by the same charge of the invoice that was issued instead",
        "UPDATE charges SET replaces = NULL",
    ),
    (
        "a charge is replaced by the same charge of the invoice that was issued instead",
        "UPDATE invoice_decisions SET replacement_id = invoice_id WHERE decided = 'VOID'",
    ),
    ("credit note numbers have no gaps", "DELETE FROM credit_notes"),
    ("invoice numbers have no gaps", "UPDATE invoices SET number = 9 WHERE number = 1"),
    ("invoice numbers have no gaps", "DELETE FROM invoices WHERE number = 1"),
    ("usage debits are the sum of their events", "DELETE FROM usage_events"),
    ("what is posted later is the sum of its events", "DELETE FROM usage_deferrals"),
    (
        "what is posted later is the sum of its events",
        "UPDATE usage_events SET fee = 0, fee_rate = 0",
    ),
    (
        "what is posted later was moved once, when it counts",
        "UPDATE usage_deferrals SET amount = amount + 1",
    ),
    (
        "what is posted later was moved once, when it counts",
        """UPDATE ledger_transfers SET effective_at = effective_at + interval '1 hour'
        WHERE kind = 'INTERNATIONAL_USAGE'""",
    ),
    (RERATED.name, "UPDATE usage_events SET fee_rate = 1, fee = quantity"),
    (RERATED.name, "UPDATE usage_events SET carrier = 'pigeon'"),
    (RERATED.name, "UPDATE usage_events SET happened_at = '2019-12-31T23:00Z'"),
    (
        RERATED.name,
        "UPDATE usage_events SET initiator = 'AGENT', line_type = 'LOCAL', kind = 'SMS_SEGMENT'",
    ),
    (
        "every automatic top-up has the decision that made it",
        "UPDATE top_up_decisions SET amount = amount + 10000 WHERE outcome = 'CHARGED'",
    ),
    (
        "every automatic top-up has the decision that made it",
        "UPDATE payments SET purpose = 'PURCHASE', episode = NULL WHERE purpose = 'TOP_UP'",
    ),
    ("a user is what the history says", "DELETE FROM user_states WHERE version = 2"),
    (
        "a user is what the history says",
        "UPDATE user_states SET from_status = 'SUSPENDED' WHERE version = 2",
    ),
    *(
        (
            "nobody who is deleted is assigned or rings",
            f"""UPDATE {table} SET {column} = (SELECT id FROM users u WHERE
            u.account_id = {table}.account_id AND status = 'DELETED') WHERE true""",  # noqa: S608
        )
        for table, column in (
            ("lines", "owner_id"),
            ("ring_group_members", "user_id"),
            ("contact_lists", "owner_id"),
            ("contacts", "assigned_to"),
            ("communications", "user_id"),
        )
    ),
    ("somebody who can log in administers each account", "UPDATE users SET status = 'SUSPENDED'"),
    (REPLAY.name, "UPDATE charges SET rule = 'L9' WHERE rule = 'A1'"),
    (
        REPLAY.name,
        "UPDATE charges SET derivation = derivation #- '{inputs,months}' WHERE rule = 'L6'",
    ),
    (REPLAY.name, "UPDATE charges SET unit_amount = 0, amount = 0 WHERE rule = 'L2'"),
]
BROKEN_TOO += [
    ("usage by day is the sum of its events", statement)
    for statement in (
        "DELETE FROM usage_days",
        "DELETE FROM usage_events",
        "UPDATE usage_days SET events = events + 1",
        "UPDATE usage_days SET amount = amount - 1",
        "UPDATE usage_days SET fee = 1",
        "UPDATE usage_days SET kind = 'MMS_SEGMENT' WHERE kind = 'LOOKUP'",
        "UPDATE usage_days SET user_id = id",
        "UPDATE usage_days SET posted_on = posted_on + 1",
        "UPDATE usage_events SET happened_at = happened_at - interval '1 day'",
        "UPDATE accounts SET billing_timezone = 'Pacific/Kiritimati'",
    )
]
BROKEN_TOO += [
    (RECOUNT.name, statement)
    for statement in (
        "DELETE FROM user_states WHERE to_status = 'ACTIVE' AND version = 1",
        "UPDATE user_states SET at = at + interval '1 second' WHERE version = 1",
        "UPDATE add_on_changes SET quantity = quantity + 1",
        "UPDATE add_on_changes SET at = at + interval '1 day'",
        "UPDATE charges SET posted_at = posted_at - interval '1 day' WHERE rule = 'L3'",
        "UPDATE charges SET rule = 'L3' WHERE rule = 'L6'",
        "UPDATE payments SET amount = 20000000 WHERE purpose = 'PURCHASE'",
        "DELETE FROM payments WHERE purpose = 'PURCHASE'",
        "UPDATE minimum_licenses SET minimum = 9",
        "UPDATE subscriptions SET plan_id = 'ipro'",
        "DELETE FROM post_paid_changes",
    )
]
BROKEN_TOO += [
    (
        "the provider confirms what was taken and what went back, by its whole amount",
        """UPDATE ledger_transfers SET debit = 'CLEARING', credit = 'BANK'
        WHERE kind = 'SETTLEMENT'""",
    ),
    (
        "the provider confirms what was taken and what went back, by its whole amount",
        "UPDATE ledger_transfers SET reference = id WHERE kind = 'SETTLEMENT'",
    ),
    (
        "each row of the audit has the hash of itself and of all before it",
        "DELETE FROM audit_events WHERE number = 1",
    ),
    (
        "a row of the audit says in its columns what was hashed",
        "UPDATE audit_events SET body = 'gone' WHERE number = 1",
    ),
    (
        "a row of the audit says in its columns what was hashed",
        """UPDATE audit_events SET body = jsonb_set(body::jsonb, '{at}', '"then"')::text""",
    ),
]
CASES = [*BROKEN.items(), *BROKEN_TOO]
RULE = AutoTopUp(enabled=True, threshold=30 * UNIT)
Found = dict[str, set[UUID | None]]


async def _live(company: Company) -> None:
    """Until the end of November: licences, numbers, tax, a first invoice that was wrong, an
    upgrade, more usage than credits, who pauses, and who is gone."""
    await company.set(tax_rate=190_000)
    await company.rent(Component.LOCAL_NUMBER, 2)
    await company.set_minimum(2)
    await company.start()
    (wrong,) = await company.invoice_rows()
    await company.void(wrong.id, reissue=True)
    await company.set_clock("2025-11-01", "13:00")
    await company.add()
    user = (await company.people())[0]
    await company.change(user, UserStatus.PAUSED)
    await company.attach(user)
    await choose(company, user)
    await enter(company, user)
    await company.delete(*await company.add())
    await company.change_plan("xpro")
    spring = await held(company, "spring", sms(initiator=Initiator.AGENT))
    async with company.begin() as uow:
        await alerts.set_credit_alerts(uow, company.id, [-UNIT // 10])
    for low in (5 * UNIT, 6 * UNIT):
        async with asking(company.app, company.id) as uow:
            await alerts.set_credit_alerts(uow, company.id, [-UNIT // 10, low])
    usage = sms(2_000, hold_id=str(spring.id), carrier="att"), sms(7, kind=UsageKind.LOOKUP)
    await company.record(*usage, sms(1, line_type=LineType.INTERNATIONAL))
    async with company.begin() as uow:
        await credits.buy_credits(uow, company.id, 25 * UNIT)
    async with company.begin() as uow:  # below the threshold with all that was bought
        await auto_top_up.configure_auto_top_up(uow, company.id, RULE)


async def _correct(company: Company) -> None:
    """A part of the first invoice, which is paid; and the renewal, which nobody will pay. Usage
    goes on, with no credits."""
    first = next(row for row in await company.invoice_rows() if row.status == "PAID")
    (charge,) = await query(
        company.app,
        "SELECT id FROM charges WHERE invoice_id = :id AND rule = 'L2'",
        id=first.id,
    )
    note = await company.credit(first.id, (charge[0], "1.00"))
    await company.credit(first.id, (charge[0], "1.00"))
    await refund(company, note.id)
    bought = await taken(company)
    await hear(company, taken_back(bought, 2 * UNIT))
    await hear(company, replace(taken_back(bought, UNIT), returned=UNIT))
    await company.use_card("card_lost")
    await company.set_clock("2025-12-10")
    for usage in (True, False, True):
        await company.pay_afterwards(usage=usage)
        await company.record(sms(20_003))  # with a part of a cent


async def _give_up(company: Company) -> None:
    await company.give_up((await company.invoice_rows())[-1].id)


async def _hear(company: Company) -> None:
    """Of a charge that is none of ours."""
    app, told = company.app, posted(company.app, event(new_id(), company.id))
    async with company.begin() as uow:
        heard = app.provider.verify(*told)
        await provider_events.receive(uow, app.provider.name, heard, told[0])
    await provider_events.process(app.operators, app.provider, heard.id)


async def _named(app: Perseat) -> Found:
    return {
        checked.invariant.name: {finding.account_id for finding in checked.findings}
        async for checked in verify(app.operators)
    }


@asynccontextmanager
async def _copy(server: str, redis_url: str, of: str, folder: Path) -> AsyncIterator[Perseat]:
    """Perseat on a copy of a database that nobody is connected to."""
    name = f"copy_{new_id().hex}"
    engine = create_async_engine(server.format("postgres"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {of}"))
        settings = {"database_url": server.format(name), "redis_url": redis_url}
        given = Settings.model_validate({**settings, "data_folder": folder})
        async with perseat(given, bell=SilentBell()) as app:
            yield app
        await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    await engine.dispose()


@dataclass(frozen=True)
class Healthy:
    """A database with two companies that have lived, and what verify has said of it."""

    database: str
    one: UUID
    other: UUID
    named: Found


@pytest.fixture(scope="module")
async def healthy(
    server: str, redis_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Healthy]:
    """It is copied for each case, which breaks one of the two in its own way."""
    async with _copy(server, redis_url, template, tmp_path_factory.mktemp("healthy")) as app:
        companies = [await make_company(app, users=2) for _ in range(2)]
        for step in (_live, _correct):
            for company in companies:
                await step(company)
            await drain(app)
        for company in companies:
            await _give_up(company)
            await _hear(company)
            await listen(company)
        assert (await reconciled(app)).confirmed >= len(companies)  # others were taken back
        named = await _named(app)
        lived = (await query(app, "SELECT current_database()"))[0][0]
        for each in (app.tenants, app.operators):
            await each.engine.dispose()
        yield Healthy(lived, companies[0].id, companies[1].id, named)


async def test_nothing_is_said_of_healthy_data(healthy: Healthy) -> None:
    assert [name for name, accounts in healthy.named.items() if accounts] == []


@pytest.mark.parametrize(
    ("name", "statement"),
    CASES,
    ids=[f"{name}: {' '.join(statement.split())}" for name, statement in CASES],
)
async def test_what_is_broken_is_named_with_its_account(
    server: str, redis_url: str, tmp_path: Path, healthy: Healthy, name: str, statement: str
) -> None:
    key = "id" if statement.split()[1] == "accounts" else "account_id"
    mine = f"{' AND' if 'WHERE' in statement else ' WHERE'} {key} = '{healthy.one}'"
    async with _copy(server, redis_url, healthy.database, tmp_path) as app:
        await as_superuser(app, statement.replace("{one}", str(healthy.one)) + mine)
        broken = await _named(app)

    assert healthy.one in broken[name]
    assert all(healthy.other not in accounts for accounts in broken.values())


def test_each_invariant_has_a_case_that_breaks_it() -> None:
    assert [*BROKEN] == [invariant.name for invariant in (*INVARIANTS, REPLAY, RECOUNT, RERATED)]
