"""What is left of sessions that are over goes, a bounded number at a time (S33)."""

from uuid import UUID

from app.bootstrap import Perseat
from app.services import sessions
from tests.logging_in import enter, person
from tests.make import Company, as_superuser, make_company, query
from workers import tasks


async def ago(company: Company, session_id: UUID, days: int) -> None:
    """It was logged in that many days earlier."""
    moved = ", ".join(
        f"{name} = {name} - interval '{days} days'" for name in ("created_at", "expires_at")
    )
    await as_superuser(company.app, f"UPDATE sessions SET {moved} WHERE id = '{session_id}'")  # noqa: S608


async def left(company: Company) -> list[UUID]:
    """The sessions that have tokens, oldest first."""
    sql = """SELECT s.id FROM sessions s JOIN refresh_tokens t ON t.session_id = s.id
        WHERE s.account_id = :id ORDER BY s.id, t.id"""
    return [row[0] for row in await query(company.app, sql, id=company.id)]


async def test_sessions_are_forgotten_a_day_after_their_end(app: Perseat) -> None:
    """Not earlier, ended or not: a token that was stolen is known as long as it could be used."""
    company = await make_company(app)
    user = await person(company)
    old, ended, late, open_one = [(await enter(company, user)).session_id for _ in range(4)]
    for session_id, days in ((old, 32), (ended, 29), (late, 30)):
        await ago(company, session_id, days)
    async with company.begin() as uow:
        await sessions.end(uow, company.id, ended, of=user.id)

    await tasks.forget_sessions({"perseat": app})
    await tasks.forget_sessions({"perseat": app})

    assert await left(company) == [ended, late, open_one]
    assert await query(app, "SELECT id FROM sessions WHERE id = :id", id=old) == []


async def test_no_more_is_forgotten_at_once_than_is_said(app: Perseat) -> None:
    """And a session stays until the last of its tokens has gone."""
    company = await make_company(app)
    user = await person(company)
    ticket = await enter(company, user)
    used = "UPDATE refresh_tokens SET used_at = now() WHERE session_id = :id"
    await query(app, used, id=ticket.session_id)
    sql = """INSERT INTO refresh_tokens (account_id, id, session_id, digest, created_at)
        VALUES (:account, uuidv7(), :id, repeat('0', 64), now())"""
    await query(app, sql, account=company.id, id=ticket.session_id)
    await sessions.forget(app.operators)
    await ago(company, ticket.session_id, 32)

    counts = []
    for _ in range(3):
        counts.append((len(await left(company)), await _sessions(company)))
        await sessions.forget(app.operators, most=1)

    assert counts == [(2, 1), (1, 1), (0, 0)]


async def _sessions(company: Company) -> int:
    sql = "SELECT count(*) FROM sessions WHERE account_id = :id"
    count: int = (await query(company.app, sql, id=company.id))[0][0]
    return count
