"""Rule U5: what names a user lets go of the user in the deletion, all of it or nothing (R-15)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from app.bootstrap import Perseat
from app.db.types import new_id
from app.db.unit_of_work import UnitOfWork
from app.domain.communications import CommunicationKind
from app.domain.departures import Attached, Departure
from app.domain.errors import BillingError, NotFound, Refused
from app.domain.usage import Direction
from app.domain.users import UserStatus
from app.models import User
from app.services import communications, contacts, departures, lines, ring_groups, user_states
from tests.make import CAUSE, Attachments, Company, make_company, phone, query, sms, statements

ONE_OF_EACH = Attached(contacts=1, lines=1, ring_groups=1, lists=1, calls=1, messages=1)


async def attached(company: Company, user: User) -> Attached:
    async with company.begin() as uow:
        return await departures.attached(uow, company.id, user.id)


async def _fill(company: Company, user: User, number: int) -> None:
    """`number` contacts and calls more for the user."""
    made = await company.attach(user)
    values: dict[str, Any] = {
        "account": company.id,
        "user": user.id,
        "list": made.contact_list.id,
        "line": made.line.id,
        "number": number,
    }
    await query(
        company.app,
        """INSERT INTO contacts (account_id, id, name, phone, assigned_to, contact_list_id,
            created_at) SELECT :account, uuidv7(), 'Contact', '+14155550000', :user, :list, now()
            FROM generate_series(1, :number)""",
        **{key: values[key] for key in ("account", "user", "list", "number")},
    )
    await query(
        company.app,
        """INSERT INTO communications (account_id, id, kind, direction, line_id, user_id,
            happened_at) SELECT :account, uuidv7(), 'CALL', 'INBOUND', :line, :user, now()
            FROM generate_series(1, :number)""",
        **{key: values[key] for key in ("account", "user", "line", "number")},
    )


async def _rows(company: Company) -> dict[str, int]:
    """How many rows there are, whoever is named by them."""
    tables = ("contacts", "contact_lists", "lines", "ring_groups", "communications")
    sql = "SELECT count(*) FROM {} WHERE account_id = :id"
    return {
        table: (await query(company.app, sql.format(table), id=company.id))[0][0]
        for table in tables
    }


async def test_what_is_attached_is_counted_in_one_statement(app: Perseat) -> None:
    company = await make_company(app, users=3)
    user, other = await company.people()
    await company.attach(user)
    await company.attach(user)
    await company.attach(other)

    with statements(app) as sent:
        found = await attached(company, user)

    assert len(sent) == 2  # the tenant, and the count
    assert found == Attached(contacts=2, lines=2, ring_groups=2, lists=2, calls=2, messages=2)


async def test_a_deletion_lets_go_of_everything_and_deletes_no_history(app: Perseat) -> None:
    """U5: contacts unassigned, lines without owner and voicemail, history without a user."""
    company = await make_company(app, users=3)
    user, other = await company.people()
    made = await company.attach(user)
    await company.attach(other)
    before = await _rows(company)

    await company.delete(user, new_list_owner_id=other.id)

    line, contact = "SELECT owner_id, voicemail FROM lines", "SELECT assigned_to FROM contacts"
    assert await attached(company, user) == Attached()
    assert await attached(company, other) == Attached(1, 1, 1, 2, 1, 1)
    assert await _rows(company) == before
    assert [
        tuple((await query(app, f"{sql} WHERE id = :id", id=row.id))[0])
        for sql, row in ((line, made.line), (contact, made.contact))
    ] == [(None, False), (None,)]


async def test_the_bill_keeps_its_records(app: Perseat) -> None:
    """U5: charges, usage with its user and the history of states are never cascaded."""
    company = await make_company(app, users=2)
    await company.convert()
    (user,) = await company.people()
    await company.buy("10")
    await company.record(sms(5, user_id=str(user.id)))
    await company.attach(user)
    charges, balance = await company.charges(), await company.balance()

    await company.delete(user, delete_lists=True)

    of_user = "SELECT count(*) FROM {} WHERE user_id = :id"
    assert (await company.charges(), await company.balance()) == (charges, balance)
    assert [
        (await query(app, of_user.format(table), id=user.id))[0][0]
        for table in ("usage_events", "user_states", "user_roles")
    ] == [1, 2, 1]


async def test_of_many_those_who_may_leave_do(app: Perseat) -> None:
    """R-15: an undecided list keeps its owner, and nobody else; an heir is not deleted."""
    company = await make_company(app, users=4)
    free, owner, heir = await company.people()
    await company.attach(owner)
    ids = [each.id for each in (free, owner, heir)]

    async def delete(users: list[UUID], departure: Departure | None = None) -> list[Any]:
        async with company.begin() as uow:
            outcomes = await user_states.change_statuses(
                uow, company.id, users, UserStatus.DELETED, cause=CAUSE, departure=departure
            )
        return [each.error and (each.error.code, each.error.field) for each in outcomes]

    undecided = await delete(ids[:2])
    kept = await attached(company, owner)
    handed_over = await delete(ids[1:], Departure(new_list_owner_id=heir.id))

    assert undecided == [None, ("REFUSED", "newListOwnerId")]
    assert kept == ONE_OF_EACH
    assert handed_over == [None, ("INVALID", "newListOwnerId")]
    assert await attached(company, owner) == Attached()
    assert await attached(company, heir) == Attached(lists=1)


async def test_a_thousand_contacts_cost_as_many_statements_as_one(app: Perseat) -> None:
    company = await make_company(app, users=4)
    few, many, heir = await company.people()
    await _fill(company, few, 1)
    await _fill(company, many, 1_000)

    with statements(app) as for_few:
        await company.delete(few, new_list_owner_id=heir.id)
    with statements(app) as for_many:
        await company.delete(many, new_list_owner_id=heir.id)

    assert len(for_many) == len(for_few) <= 20
    assert await attached(company, many) == Attached()
    assert (await attached(company, heir)).lists == 2


async def test_lists_go_too_if_that_is_said_and_their_contacts_stay(app: Perseat) -> None:
    """R-15: contacts of others on these lists keep whom they are assigned to."""
    company = await make_company(app, users=3)
    user, other = await company.people()
    made = await company.attach(user)
    new = contacts.NewContact("Theirs", phone(1), other.id, made.contact_list.id)
    async with company.begin() as uow:
        kept = await contacts.create_contact(uow, company.id, new)

    await company.delete(user, delete_lists=True)

    sql = "SELECT id, assigned_to, contact_list_id FROM contacts WHERE account_id = :id ORDER BY id"
    rows = [tuple(row) for row in await query(app, sql, id=company.id)]
    assert rows == [(made.contact.id, None, None), (kept.id, other.id, None)]
    assert (await _rows(company))["contact_lists"] == 0


async def _refusal(company: Company, user: User, **options: Any) -> BillingError:
    with pytest.raises(BillingError) as refused:
        await company.delete(user, **options)
    return refused.value


async def test_a_deletion_that_is_refused_changes_nothing(app: Perseat) -> None:
    """R-15: no decision about the lists, or an heir who cannot be one."""
    company, elsewhere = await make_company(app, users=4), await make_company(app, users=2)
    user, gone, other = await company.people()
    await company.attach(user)
    await company.delete(gone)
    strangers = [new_id(), (await elsewhere.people())[0].id]

    undecided = await _refusal(company, user)
    both = await _refusal(company, user, new_list_owner_id=other.id, delete_lists=True)
    own = await _refusal(company, user, new_list_owner_id=user.id)
    deleted = await _refusal(company, user, new_list_owner_id=gone.id)
    unknown = [await _refusal(company, user, new_list_owner_id=each) for each in strangers]

    errors = [undecided, both, own, deleted, *unknown]
    assert [(error.code, error.field) for error in errors] == [
        ("REFUSED", "newListOwnerId"),
        ("INVALID", "deleteLists"),
        ("INVALID", "newListOwnerId"),
        ("REFUSED", "newListOwnerId"),
        ("NOT_FOUND", "newListOwnerId"),
        ("NOT_FOUND", "newListOwnerId"),
    ]
    assert await attached(company, user) == ONE_OF_EACH
    assert [each.status for each in await company.people() if each.id == user.id] == ["ACTIVE"]


async def test_the_last_administrator_keeps_the_line(app: Perseat) -> None:
    """U3 before U5."""
    company = await make_company(app)
    async with company.begin() as uow:
        (boss,) = (await uow.session.exec(select(User))).all()
    await company.attach(boss)

    refused = await _refusal(company, boss, delete_lists=True)

    assert isinstance(refused, Refused)
    assert refused.rule == "U3"
    assert await attached(company, boss) == ONE_OF_EACH


@pytest.mark.parametrize("status", [UserStatus.PAUSED, UserStatus.SUSPENDED])
async def test_who_is_only_away_keeps_everything(app: Perseat, status: UserStatus) -> None:
    """R-14: suspension keeps settings and history for a return or a successor."""
    company = await make_company(app, users=2)
    (user,) = await company.people()
    await company.attach(user)

    await company.change(user, status)

    assert await attached(company, user) == ONE_OF_EACH


Act = Callable[[UnitOfWork, UUID, UUID, Attachments], Awaitable[object]]


async def _into_the_group(uow: UnitOfWork, account: UUID, user: UUID, made: Attachments) -> object:
    return await ring_groups.set_ring_group_members(uow, account, made.ring_group.id, [user])


async def _onto_the_line(uow: UnitOfWork, account: UUID, user: UUID, made: Attachments) -> object:
    return await lines.update_line(uow, account, made.line.id, {"owner_id": user})


async def _to_the_contact(uow: UnitOfWork, account: UUID, user: UUID, made: Attachments) -> object:
    return await contacts.assign_contacts(uow, account, [made.contact.id], user)


async def _a_list(uow: UnitOfWork, account: UUID, user: UUID, made: Attachments) -> object:
    name = f"Another {made.contact_list.name}"
    return await contacts.create_contact_list(uow, account, name, owner_id=user)


async def _a_call(uow: UnitOfWork, account: UUID, user: UUID, made: Attachments) -> object:
    new = communications.NewCommunication(
        CommunicationKind.CALL, Direction.OUTBOUND, made.line.id, user
    )
    return await communications.record_communication(uow, account, new)


@pytest.mark.parametrize(
    "act", [_into_the_group, _onto_the_line, _to_the_contact, _a_list, _a_call]
)
async def test_nobody_is_deleted_and_put_somewhere_at_the_same_moment(
    app: Perseat, act: Act
) -> None:
    """U5: whichever comes first, a deleted user is nowhere at the end."""
    company = await make_company(app, users=2)
    (keeper,) = await company.people()
    made = await company.attach(keeper)
    outcomes: set[type | None] = set()

    async def assign(user: User) -> object:
        async with company.begin() as uow:
            return await act(uow, company.id, user.id, made)

    for round_ in range(6):
        (user,) = await company.add()
        both = [assign(user), company.delete(user, delete_lists=True)]
        first, second = await asyncio.gather(
            *(both if round_ % 2 else reversed(both)), return_exceptions=True
        )
        assert await attached(company, user) == Attached()
        outcomes |= {type(each) for each in (first, second) if isinstance(each, Exception)}

    assert outcomes <= {Refused}
    assert [user.id for user in await company.people(UserStatus.ACTIVE)] == [keeper.id]


async def test_a_call_that_is_reported_late_is_kept_without_its_user(app: Perseat) -> None:
    """U5: the fact stays; whoever was never there is a mistake."""
    company = await make_company(app, users=3)
    user, other = await company.people()
    made = await company.attach(other)
    await company.delete(user)

    async with company.begin() as uow:
        late = await _a_call(uow, company.id, user.id, made)
    with pytest.raises(NotFound) as missing:
        async with company.begin() as uow:
            await _a_call(uow, company.id, new_id(), made)

    assert getattr(late, "user_id", "") is None
    assert missing.value.field == "userId"


async def test_a_deleted_user_is_not_deleted_again(app: Perseat) -> None:
    company = await make_company(app, users=2)
    (user,) = await company.people()
    await company.delete(user)

    with pytest.raises(Refused) as refused:
        async with company.begin() as uow:
            await user_states.change_status(
                uow, company.id, user.id, UserStatus.DELETED, cause=CAUSE
            )

    assert (refused.value.rule, refused.value.field) == ("U5", "id")
