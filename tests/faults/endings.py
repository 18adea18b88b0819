"""How it has to end for a company, whatever was struck while it did what it did."""

from functools import cache
from pathlib import Path

from app.domain.money import UNIT
from tests.faults.deeds import Doing
from tests.faults.hooks import unheard
from tests.make import query

_SEEN = """
    SELECT (SELECT count(*) FROM usage_events WHERE account_id = :id),
        (SELECT count(*) FROM payments WHERE account_id = :id AND purpose = 'PURCHASE'
            AND status = 'SUCCEEDED'),
        (SELECT count(*) FROM invoices WHERE account_id = :id AND kind = 'RENEWAL'
            AND status = 'PAID' AND total >= 70000000),
        (SELECT count(posted_at) FROM usage_deferrals WHERE account_id = :id),
        (SELECT count(*) FROM refunds WHERE account_id = :id AND status = 'SUCCEEDED'),
        (SELECT count(DISTINCT r.id) FROM billing_runs r JOIN billing_run_accounts a
            ON a.run_id = r.id WHERE r.status = 'PLANNED' AND a.account_id = :id
            AND coalesce(a.total, 70000000) >= 70000000)
"""
_MONEY = """
    SELECT c.balance, coalesce(sum(p.amount), 0)::bigint,
        (SELECT coalesce(sum(amount), 0)::bigint FROM usage_deferrals d WHERE d.account_id = :id),
        (SELECT coalesce(sum(amount), 0)::bigint FROM ledger_transfers t
            WHERE t.account_id = :id AND t.kind = 'DEBT')
    FROM credits c LEFT JOIN payments p ON p.account_id = c.account_id
        AND p.status = 'SUCCEEDED' AND p.purpose <> 'INVOICE'
    WHERE c.account_id = :id GROUP BY c.balance
"""
_UNCONFIRMED = """
    SELECT count(*) FROM payments p
    WHERE p.account_id = :id AND p.status IN ('SUCCEEDED', 'REFUNDED') AND NOT EXISTS (
        SELECT FROM ledger_transfers t WHERE t.account_id = p.account_id
            AND t.kind = 'SETTLEMENT' AND t.reference = p.id)
"""


async def missing(doing: Doing) -> list[str]:
    """What is not yet as it has to be: everything was done once, and the fewest steps of 100.00
    that end above 10.00 were charged.

    What was missing at a cut-off is asked for by its invoice (M7), while a top-up for it may be
    under way.
    """
    app, account = doing.stack.app, doing.company.id
    ((*seen, plans),) = await query(app, _SEEN, id=account)
    found = (*seen, min(plans, doing.plans))
    wanted = (
        doing.events,
        doing.bought,
        doing.renewals,
        doing.deferrals,
        doing.refunds,
        doing.plans,
    )
    told = [] if found == wanted else [f"{found} instead of {wanted}"]
    ((balance, taken, fees, owed),) = await query(app, _MONEY, id=account)
    if balance != taken + owed - doing.used - fees:
        told.append(f"{taken} taken, {owed} owed, {doing.used + fees} used, balance {balance}")
    if not 10 * UNIT < balance <= (110 + 50 * doing.bought) * UNIT + owed:
        told.append(f"balance {balance}")
    if doing.compared:
        ((unconfirmed,),) = await query(app, _UNCONFIRMED, id=account)
        told += [f"{unconfirmed} payments are not confirmed"] if unconfirmed else []
    told += await unheard(doing) if doing.hears else []
    told += [each for kind in doing.told for each in await unsent(doing, kind)]
    return told + [each for email in doing.hired for each in await _no_letter(doing, email)]


async def unsent(doing: Doing, kind: str) -> list[str]:
    """A letter about money is asked for once; it is sent at least once, by the name of its job."""
    sql = "SELECT id FROM outbox WHERE account_id = :id AND kind = :kind"
    jobs = await query(doing.stack.app, sql, id=doing.company.id, kind=kind)
    mails = doing.stack.folder / "mail"
    if len(jobs) == 1 and (mails / f"{jobs[0][0]}.eml").exists():
        return []
    return [f"{len(jobs)} letters to be sent ({kind}), or none was"]


async def _no_letter(doing: Doing, email: str) -> list[str]:
    sql = "SELECT id FROM users WHERE account_id = :id AND email = :email"
    users = await query(doing.stack.app, sql, id=doing.company.id, email=email)
    letters = (doing.stack.folder / "mail").glob("*.eml")
    if len(users) == 1 and any(email in _written(each) for each in letters):
        return []
    return [f"{len(users)} users {email}, or no letter"]


@cache
def _written(letter: Path) -> str:
    """It is there whole or not at all, and stays as it is."""
    return letter.read_text()
