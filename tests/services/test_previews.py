"""Previews: what is shown is what the invoices say later, to the cent (P4, U1, L1 to L6)."""

from typing import Any

import pytest

from app.bootstrap import Perseat
from app.db.types import new_id
from app.domain.departures import Attached
from app.domain.errors import InvalidInput, NotFound, Refused
from app.domain.permissions import Actor, ActorRole
from app.domain.plans import Term
from app.domain.previews import Action
from app.domain.users import Role, UserStatus
from app.services.previews import Preview, Wish, preview
from tests.make import TESTER, Company, make_company, money, query


async def ask(company: Company, action: Action, actor: Actor = TESTER, **wish: Any) -> Preview:
    async with company.begin() as uow:
        return await preview(uow, company.id, Wish(action, **wish), actor=actor)


def totals(shown: Preview) -> tuple[dict[str, str], dict[str, str]]:
    before, after = (
        {str(each.issued_on): money(each.total) for each in side.invoices}
        for side in (shown.before, shown.after)
    )
    return before, after


async def test_a_user_who_is_added_costs_the_days_that_are_left(app: Perseat) -> None:
    """L3, L6: the golden 18.67 beside the renewal, then a licence more for good."""
    company = await make_company(app, users=3)
    await company.convert()
    await company.go_to("2025-11-23")

    shown = await ask(company, Action.CREATE)

    assert totals(shown) == (
        {"2025-12-01": "210.00", "2026-01-01": "210.00", "2026-02-01": "210.00"},
        {"2025-12-01": "298.67", "2026-01-01": "280.00", "2026-02-01": "280.00"},
    )
    assert shown.after.charge is not None
    assert money(shown.after.charge.amount) == "18.67"
    assert (shown.before.licenses.held, shown.after.licenses.held) == (3, 4)
    assert shown.sentence == (
        "Adding this user adds 88.67 on the invoice of 1 December 2025 and 70.00 on the invoice of "
        "1 January 2026: a licence is charged for 23 Nov to 30 Nov 2025, on the next invoice."
    )
    assert await company.unbilled() == "0.00"
    assert len(await company.people()) == 2


@pytest.mark.parametrize(
    ("action", "lost"),
    [
        (Action.PAUSE, "inbound calls and ringing in groups"),
        (
            Action.SUSPEND,
            (
                "log-in, reports, inbound calls, outbound calls and messages, ringing in groups "
                "and notifications"
            ),
        ),
    ],
)
async def test_pausing_and_suspending_save_nothing(app: Perseat, action: Action, lost: str) -> None:
    """U1, R-11."""
    company = await make_company(app, users=3)
    await company.convert()
    user = (await company.people())[0]

    shown = await ask(company, action, user_id=user.id)

    before, after = totals(shown)
    doing, state = {"PAUSE": ("Pausing", "paused"), "SUSPEND": ("Suspending", "suspended")}[action]
    assert before == after
    assert shown.sentence == (
        f"{doing} this user saves 0.00: {state} users stay billable; the user loses {lost}."
    )
    assert shown.can_be_undone


async def test_a_user_who_is_deleted_saves_the_next_renewal(app: Perseat) -> None:
    """L5: not the paid term; and it is for ever (U5)."""
    company = await make_company(app, users=3)
    await company.convert()
    user = (await company.people())[0]

    shown = await ask(company, Action.DELETE, user_id=user.id)

    assert totals(shown)[1] == {
        "2025-12-01": "140.00",
        "2026-01-01": "140.00",
        "2026-02-01": "140.00",
    }
    assert (shown.after.licenses.held, shown.after.licenses.available) == (3, 1)
    assert shown.sentence.startswith(
        "Deleting this user saves 70.00 on the invoice of 1 December 2025 and 70.00 on the invoice "
        "of 1 January 2026: the licence is paid until 30 November 2025, and another user may take "
        "it; the user loses log-in,"
    )
    assert shown.sentence.endswith("; it cannot be undone.")
    assert not shown.can_be_undone


async def test_a_minimum_is_billed_whoever_leaves(app: Perseat) -> None:
    """L1, L6; and who comes below it costs nothing."""
    company = await make_company(app, users=3)
    await company.set_minimum(10)
    await company.convert()
    user = (await company.people())[0]

    leaving = await ask(company, Action.DELETE, user_id=user.id)
    coming = await ask(company, Action.CREATE)

    assert "saves 0.00: the contracted minimum is billed all the same" in leaving.sentence
    assert coming.sentence == (
        "Adding this user costs 0.00: the contracted minimum is billed all the same."
    )


async def test_a_minimum_that_begins_later_is_foreseen(app: Perseat) -> None:
    """L1: 3 licences, and at least 5 from January on."""
    company = await make_company(app, users=3)
    await company.convert()
    await company.go_to("2025-12-10")
    await company.set_minimum(5)

    shown = await ask(company, Action.CREATE)

    assert totals(shown) == (
        {"2026-01-01": "350.00", "2026-02-01": "350.00", "2026-03-01": "350.00"},
        {"2026-01-01": "399.68", "2026-02-01": "350.00", "2026-03-01": "350.00"},
    )


async def test_a_long_term_shows_its_true_up_and_its_renewal(app: Perseat) -> None:
    """L4: nothing at once, the true-up on the next 1st, then a licence more at each renewal."""
    company = await make_company(app, users=3)
    await company.convert(Term.QUARTERLY)
    await company.go_to("2025-11-16")

    shown = await ask(company, Action.CREATE)

    assert totals(shown) == (
        {"2026-02-01": "598.50", "2026-05-01": "598.50"},
        {"2025-12-01": "166.97", "2026-02-01": "798.00", "2026-05-01": "798.00"},
    )
    assert shown.after.charge is None
    assert "the next 1st charges a licence from today to the end of the term" in shown.sentence


async def test_who_leaves_before_the_true_up_takes_it_along(app: Perseat) -> None:
    """L4, GAP-2: the day of the one who leaves is not charged, that of the other is."""
    company = await make_company(app, users=1)
    await company.convert(Term.QUARTERLY)
    await company.go_to("2025-11-10")
    (early,) = await company.add()
    await company.go_to("2025-11-20")
    (late,) = await company.add()

    without_early = await ask(company, Action.DELETE, user_id=early.id)
    without_late = await ask(company, Action.DELETE, user_id=late.id)

    assert totals(without_early)[1]["2025-12-01"] == "158.30"
    assert totals(without_late)[1]["2025-12-01"] == "179.98"
    assert "one licence less is added on the next 1st" in without_late.sentence


async def test_active_users_are_billed_on_the_first_and_not_before(app: Perseat) -> None:
    """P4, R-62."""
    company = await make_company(app, "provider", users=5)
    await company.convert()
    user = (await company.people())[0]

    leaving = await ask(company, Action.DEACTIVATE, user_id=user.id)
    await company.change(user, UserStatus.DEACTIVATED)
    coming = await ask(company, Action.ACTIVATE, user_id=user.id)
    gone = await ask(company, Action.DELETE, user_id=user.id)

    assert totals(leaving)[1]["2025-12-01"] == "160.00"
    assert totals(coming)[1]["2025-12-01"] == "200.00"
    assert coming.after.charge is None
    assert gone.sentence == (
        "Deleting this user saves 0.00: a user who is not active is not billed; it cannot be "
        "undone."
    )


async def test_a_trial_pays_nothing(app: Perseat) -> None:
    company = await make_company(app, users=2)

    shown = await ask(company, Action.CREATE)

    assert totals(shown) == ({}, {})
    assert (shown.before.licenses.occupied, shown.after.licenses.occupied) == (2, 3)
    assert shown.sentence == (
        "Adding this user costs 0.00: a trial pays nothing until it is converted."
    )


async def test_a_role_costs_nothing_and_may_take_settings_away(app: Perseat) -> None:
    """U2."""
    company = await make_company(app, users=2)
    await company.convert()
    user = (await company.people())[0]

    shown = await ask(
        company, Action.GRANT_ROLE, user_id=user.id, roles=frozenset({Role.ADMINISTRATOR})
    )

    assert shown.sentence == "Giving this role costs 0.00: roles do not change the bill."
    assert shown.access_after.changes_settings
    assert not shown.access_before.changes_settings


async def test_what_would_be_refused_is_refused(app: Perseat) -> None:
    """U2, U3, U5: with the error of the mutation."""
    company = await make_company(app, users=2)
    ((boss,),) = await query(
        app,
        "SELECT user_id FROM user_roles WHERE account_id = :id AND role = 'ADMINISTRATOR'",
        id=company.id,
    )
    (user,) = await company.people()
    await company.change(user, UserStatus.DELETED)

    for wish, rule in (
        (Wish(Action.DELETE, boss), "U3"),
        (Wish(Action.SUSPEND, boss), "U3"),
        (Wish(Action.REVOKE_ROLE, boss, frozenset({Role.ADMINISTRATOR})), "U3"),
        (Wish(Action.DEACTIVATE, boss), "U1"),
    ):
        with pytest.raises(Refused) as refused:
            async with company.begin() as uow:
                await preview(uow, company.id, wish, actor=TESTER)
        assert refused.value.rule == rule
    with pytest.raises(Refused):
        await ask(company, Action.ACTIVATE, user_id=user.id)
    with pytest.raises(NotFound):
        await ask(company, Action.ACTIVATE, user_id=new_id())
    with pytest.raises(InvalidInput):
        await ask(company, Action.GRANT_ROLE, user_id=boss)
    with pytest.raises(Refused):
        await ask(company, Action.CREATE, Actor("x", ActorRole.BILLING_ADMIN))


async def test_what_is_due_is_billed_before_it_is_asked_about(app: Perseat) -> None:
    """C5: a late run makes no preview of the past."""
    company = await make_company(app, users=3)
    await company.convert()
    await company.set_clock("2025-12-10")

    shown = await ask(company, Action.CREATE)

    assert list(totals(shown)[1]) == ["2026-01-01", "2026-02-01", "2026-03-01"]
    assert (await company.invoices())["2025-12-01"] == "210.00"


async def test_a_deletion_shows_what_it_lets_go_of(app: Perseat) -> None:
    """U5, R-15: the lists need a new owner, the history stays."""
    company = await make_company(app, users=2)
    await company.convert()
    (user,) = await company.people()
    await company.attach(user)

    deletion = await ask(company, Action.DELETE, user_id=user.id)
    suspension = await ask(company, Action.SUSPEND, user_id=user.id)

    assert deletion.leaves == Attached(1, 1, 1, 1, 1, 1)
    assert deletion.losses[-6:] == [
        "1 assigned contact",
        "1 line",
        "1 place in a ring group",
        "1 contact list",
        "1 call of the history",
        "1 message of the history",
    ]
    assert suspension.leaves == Attached()
    assert suspension.losses[-1] == "notifications"
