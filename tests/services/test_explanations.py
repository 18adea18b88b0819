"""Rule I5: charges of real stories, told from the histories of their own instants."""

from datetime import date

import pytest

from app.bootstrap import Perseat
from app.db.types import new_id
from app.domain.causes import Fees, Priced, Used, UserCame
from app.domain.plans import Component, Term
from app.domain.top_ups import AutoTopUp
from app.domain.usage import Initiator, LineType, UsageEvent, UsageKind
from app.domain.users import UserStatus
from app.services import auto_top_up, plan_changes, prices, user_states
from app.services.explanations import Explained, explain
from app.services.plan_changes import PlanWish
from app.services.prices import NewPrice
from tests.golden import GOLDEN
from tests.make import CAUSE, TESTER, Company, at, dollars, make_company, money, query, sms
from tests.services.explaining import explained, told, why

LOOKUP = UsageKind.LOOKUP


def fee(quantity: int) -> UsageEvent:
    """Texts of an agent, each 0.003 for its carrier and nothing else."""
    return sms(quantity, initiator=Initiator.AGENT, carrier="att")


def abroad(quantity: int) -> UsageEvent:
    """Texts at 0.075."""
    return sms(quantity, line_type=LineType.INTERNATIONAL)


async def equal(company: Company) -> bool:
    return [each.recount.told for each in await explained(company) if not each.recount.equal] == []


async def test_who_exceeded_what_was_held(app: Perseat) -> None:
    """L3: the golden 18.67, and what became of the user later is no matter (U5)."""
    company = await make_company(app, users=3)
    await company.convert()
    await company.go_to("2025-11-23")
    (user,) = await company.add(first="Grace", last_name="Hopper")
    await company.change(user, UserStatus.PAUSED)
    await company.go_to("2025-11-25")
    await company.delete(user)
    await company.go_to("2025-12-02")

    _, added, renewed = await explained(company)

    assert added.sentence == (
        "One uPro licence from 23 to 30 November 2025: 70.00 x 8 of 30 days = 18.67. Grace Hopper "
        "became active on 23 November, and all 3 licences were taken. It is paid to the month's "
        "end; what follows is billed on the 1st."
    )
    assert isinstance(added.causes[0], UserCame)
    assert added.causes[0].user_id == user.id
    assert why(renewed) == (
        "The month is billed on its first day, 1 December, when there were 3 active users."
    )
    assert await equal(company)


async def test_several_at_one_instant_are_told_apart(app: Perseat) -> None:
    """L3, L5: a clock that stands still; who takes a free licence causes no charge."""
    company = await make_company(app, users=2)
    await company.convert()
    await company.delete(*await company.people())
    await company.add(first="Free")
    await company.add(first="Grace")
    await company.add(first="Alan", active=False)

    _, grace, alan = await explained(company)

    assert why(grace).startswith("Grace Lovelace became active on 1 November, and all 2 licences")
    assert why(alan).startswith("Alan Lovelace was added as suspended on 1 November, and all 3 ")
    assert await equal(company)


async def test_many_at_once_are_one_charge(app: Perseat) -> None:
    """L3: of those who come together as many are named as exceed what is held."""
    company = await make_company(app, "provider", users=2)
    people = [(await company.add(first=name, active=False))[0] for name in ("Ada", "Grace")]
    await company.convert()
    async with company.begin() as uow:
        await user_states.change_statuses(
            uow, company.id, [each.id for each in people], UserStatus.ACTIVE, cause=CAUSE
        )
    await company.go_to("2025-12-01")

    initial, renewed = await explained(company)

    assert why(initial).endswith("when there were 2 active users.")
    assert why(renewed).endswith("when there were 4 active users.")
    assert await equal(company)


async def test_the_minimum_floors_and_the_contract_is_the_cause(app: Perseat) -> None:
    """L1, L2, L6: 7 users, but the contract's minimum is 10; then another contract."""
    company = await make_company(app, "xpro", users=7)
    await company.set_minimum(10)
    await company.convert()
    await company.set_minimum(12)
    await company.go_to("2025-11-23")
    await company.add(4)
    await company.go_to("2025-12-01")

    initial, added, renewed = await explained(company)

    assert why(initial) == (
        "The trial was converted on 1 November, when there were 7 active users, but the contract's "
        "minimum is 10."
    )
    assert "At least 10 licences are contracted since 1 November 2025." in told(initial)
    assert "and all 10 licences were taken" in why(added)
    assert why(renewed).endswith(
        "when there were 11 active users, but the contract's minimum is 12."
    )
    assert "At least 12 licences are contracted since 1 December 2025." in told(renewed)
    assert await equal(company)


async def test_a_true_up_names_whose_day_it_charges(app: Perseat) -> None:
    """L4: newest first, each from the own day; who was there before is in none of them."""
    company = await make_company(app, users=1)
    await company.convert(Term.ANNUAL)
    await company.go_to("2025-11-10")
    (gone, _) = [(await company.add(first=name))[0] for name in ("Gone", "Early")]
    await company.go_to("2025-11-16")
    await company.add(first="Late")
    await company.delete(gone)
    await company.go_to("2025-12-01")

    _, early, late = await explained(company)

    assert why(early) == (
        "Early Lovelace became active on 10 November 2025. On 1 December 2025 there were 3 active "
        "users and one licence paid for. It is paid to the year's end."
    )
    assert why(late).startswith("Late Lovelace became active on 16 November 2025. ")
    assert told(late) == [
        "Late Lovelace became active on 16 November 2025.",
        "On 1 December 2025 there were 3 active users.",
    ]
    assert await equal(company)


async def test_the_stub_of_a_long_term(app: Perseat) -> None:
    """L2, L3: by the month's equivalent."""
    company = await make_company(app, users=2, on="2025-12-23")
    await company.convert(Term.QUARTERLY)
    await company.add(first="Grace")

    stub, added = await explained(company)

    assert stub.sentence == (
        "2 uPro licences from 23 to 31 December 2025: 199.50 / 3 months x 9 of 31 days = 19.31; "
        "19.31 x 2 = 38.62. The trial was converted on 23 December, when there were 2 active "
        "users. The first full quarter is billed on 1 January 2026."
    )
    assert why(added).endswith("the first full quarter is billed from the 1st.")
    assert await equal(company)


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Asia/Tokyo", "16 November"), ("America/Los_Angeles", "15 November"), ("UTC", "15 November")],
)
async def test_days_are_those_of_the_account(app: Perseat, zone: str, day: str) -> None:
    """C1: 16:00 UTC of the 15th."""
    company = await make_company(app, on="2025-11-10", billing_timezone=zone)
    await company.convert()
    await company.go_to("2025-11-15", "16:00")
    await company.add(first="Grace")
    await company.go_to("2025-12-01", "12:00")

    _, added, renewed = await explained(company)

    assert why(added).startswith(f"Grace Lovelace became active on {day}, ")
    assert told(added) == [f"Grace Lovelace became active on {day} 2025."]
    assert " on its first day, 1 December, " in renewed.sentence
    assert await equal(company)


async def test_29_february(app: Perseat) -> None:
    """C3."""
    company = await make_company(app, on="2024-02-29")
    await company.convert()
    await company.add(first="Grace")

    assert [each.sentence.partition(". ")[0] for each in await explained(company)] == [
        "One uPro licence on 29 February 2024: 70.00 x 1 of 29 days = 2.41"
    ] * 2


async def test_add_ons_and_the_changes_that_made_them(app: Perseat) -> None:
    """A1, L5: two were removed, so that of three that are added one is charged."""
    company = await make_company(app)
    await company.rent(Component.LOCAL_NUMBER, 10)
    await company.convert()
    await company.go_to("2025-11-16")
    await company.rent(Component.LOCAL_NUMBER, -2)
    await company.rent(Component.LOCAL_NUMBER, 3)
    await company.go_to("2025-12-01")

    charges = await explained(company)
    initial, added, renewed = [
        each for each in charges if each.facts.charge.component is Component.LOCAL_NUMBER
    ]

    assert why(initial).endswith("when they had been added already.")
    assert why(added).startswith("3 were added on 16 November, when 11 were rented and 10 paid for")
    assert told(added) == ["3 local numbers were added on 16 November 2025."]
    assert told(renewed) == [
        "3 local numbers were added on 16 November 2025.",
        "2 local numbers were removed on 16 November 2025.",
        "10 local numbers were added on 1 November 2025.",
    ]
    assert await equal(company)


async def test_credits_and_what_was_used(app: Perseat) -> None:
    """M5, M6: the balance that was decided by, and the payment."""
    company = await make_company(app)
    await company.buy("25")
    await company.record(sms(1_000))
    async with company.begin() as uow:
        await auto_top_up.configure_auto_top_up(uow, company.id, AutoTopUp(enabled=True))
    await company.go_to("2025-11-02")

    bought, topped_up = await explained(company)

    assert bought.sentence.startswith("Credits for usage, bought on 1 November 2025: 25.00. ")
    assert told(bought)[0] == "The balance was 0.00 on 1 November 2025."
    assert "The balance was 10.00: automatic top-up" in topped_up.sentence
    assert told(topped_up)[1].startswith("The payment of 100.00 succeeded on ")
    assert await equal(company)


async def test_debt_and_the_usage_that_made_it(app: Perseat) -> None:
    """M7: 37.23, golden; included usage is none of it."""
    (story,) = [each for each in GOLDEN["stories"] if each["id"] == "previous-debt"]
    segments = int(story["steps"][0]["usage"]["qty"])
    company = await make_company(app, users=3, may_go_negative=True)
    await company.convert()
    await company.go_to("2025-11-20")
    await company.record(sms(segments - 1), sms(1))
    await company.go_to("2025-12-01")

    (debt,) = [each for each in await explained(company) if each.facts.charge.rule == "M7"]

    assert debt.sentence == (
        "Previous debt, November 2025: balance -37.23 to the cent = 37.23. Credits of 0.00 did not "
        "cover 2,482 SMS segments (37.23); the balance begins December at zero."
    )
    (used,) = [each for each in debt.causes if isinstance(each, Used)]
    assert (used.events, used.quantity, used.amount) == (2, segments, dollars("37.23"))
    assert (used.first, used.last) == (at("2025-11-20"), at("2025-11-20"))
    assert await equal(company)


async def test_post_paid_usage(app: Perseat) -> None:
    """M8."""
    company = await make_company(app)
    await company.convert()
    await company.pay_afterwards(usage=True)
    await company.record(sms(100))
    await company.go_to("2025-12-01")

    (owed,) = [each for each in await explained(company) if each.facts.charge.rule == "M8"]

    assert why(owed) == (
        "100 SMS segments (1.50); this account pays usage afterwards since 1 November 2025."
    )
    assert owed.recount.equal


def made_of(found: Explained) -> int:
    """What the causes of a line for usage come to."""
    return sum(each.amount for each in found.causes if isinstance(each, Used | Fees))


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/Los_Angeles"])
async def test_the_causes_of_a_line_for_usage_add_up_to_it(app: Perseat, zone: str) -> None:
    """I5, M2, M7: fees of the month's last day are the next one's, calls abroad are its own."""
    company = await make_company(app, billing_timezone=zone)
    await company.convert()
    for day in ("2025-11-02", "2025-11-17", "2025-11-30"):
        await company.go_to(day, "09:00")
        await company.record(abroad(10), fee(100), sms(7, carrier="rogers"), sms(1, kind=LOOKUP))
    await company.go_to("2026-01-02")

    november, december = [
        each for each in await explained(company) if each.facts.charge.rule == "M7"
    ]

    had = november.facts.credits
    assert had is not None
    assert made_of(november) == had.opening + had.added - had.balance
    assert abs(made_of(november) - november.facts.charge.amount) <= dollars("0.005")
    assert [each.what for each in november.causes if isinstance(each, Used | Fees)] == [
        *("51 SMS segments", "3 look-ups", "carriers' fees of 4 events")
    ]
    assert "Carriers' fees of 2 events for 0.3588, debited on the next day." in told(december)
    assert why(december).startswith("Credits of 0.00 did not cover carriers' fees of 2 events (0.3")
    assert dollars("0.3588") == made_of(december)


async def test_what_is_settled_in_the_middle_of_a_day_has_its_own_causes(app: Perseat) -> None:
    """M8, M2, I5: on a clock that stands still, and what counts when the day ends comes after."""
    company = await make_company(app)
    await company.convert()
    await company.go_to("2025-11-14")
    await company.record(abroad(10), fee(100), sms(100))
    await company.pay_afterwards(usage=True)
    await company.record(sms(20), fee(1))
    await company.pay_afterwards(usage=False)
    await company.record(sms(3))
    await company.go_to("2025-12-02")

    lines = [each for each in await explained(company) if each.facts.charge.component is None]

    assert [(each.facts.charge.rule, money(made_of(each))) for each in lines] == [
        *(("M7", "1.50"), ("M8", "0.30"), ("M7", "1.098"))
    ]
    assert [each.facts.credits and each.facts.credits.opening for each in lines] == [0, 0, 0]
    (text_,) = [each for each in lines[1].causes if isinstance(each, Used)]
    assert (text_.quantity, text_.first) == (20, at("2025-11-14"))
    assert await equal(company)


async def test_an_upgrade_and_what_is_added_after_it(app: Perseat) -> None:
    """L7, L3, L6: each charge by the plan of its instant."""
    company = await make_company(app, "ipro", users=1)
    await company.convert()
    await company.go_to("2025-11-16")
    async with company.begin() as uow:
        wish = PlanWish("upro")
        await plan_changes.change_plan(uow, company.id, wish, actor=TESTER, reason="rates")
    await company.add(first="Grace")
    async with company.begin() as uow:
        await plan_changes.change_plan(uow, company.id, PlanWish("ipro"), actor=TESTER)
    await company.go_to("2025-12-02")

    initial, upgraded, added, renewed = await explained(company)

    assert "One iPro licence from 1 to 30" in initial.sentence
    assert upgraded.sentence == (
        "One licence upgraded to uPro from 16 to 30 November 2025: 70.00 - 40.00 = 30.00; 30.00 x "
        "15 of 30 days = 15.00. uPro took the place of iPro on 16 November: the difference of the "
        "prices is charged for one licence held then, to the end of what was paid for."
    )
    assert told(upgraded) == ["uPro took the place of iPro on 16 November 2025."]
    assert added.sentence.startswith("One uPro licence from 16 to 30 November 2025: 70.00 x 15 of ")
    assert renewed.sentence.startswith("2 iPro licences from 1 to 31 December 2025: 40.00 x 2 = ")
    assert await equal(company)


async def test_an_upgrade_of_a_long_term_settles_who_has_come(app: Perseat) -> None:
    """L7, L4: at the price of the plan under which they came, on a clock that stands still."""
    company = await make_company(app, "ipro", users=1)
    await company.rent(Component.LOCAL_NUMBER, 1)
    await company.convert(Term.QUARTERLY)
    await company.add(first="Grace")
    await company.rent(Component.LOCAL_NUMBER, 2)
    for plan in ("upro", "xpro"):
        async with company.begin() as uow:
            await plan_changes.change_plan(uow, company.id, PlanWish(plan), actor=TESTER)
    await company.add(first="Alan")
    await company.go_to("2026-02-01")

    rules = [each.facts.charge.rule for each in await explained(company)]

    assert rules == ["L2", "A1", "L4", "A1", "L7", "L7", "L4", "L6", "A1"]
    assert await equal(company)


async def test_a_negotiated_price_is_the_cause(app: Perseat) -> None:
    """P2: from the next renewal on, and since when is told."""
    company = await make_company(app)
    await company.convert()
    async with company.begin() as uow:
        new = NewPrice("upro", Component.LICENSE, Term.MONTHLY, dollars("60"), date(2025, 12, 1))
        await prices.set_negotiated_price(uow, company.id, new, actor=TESTER)
    await company.go_to("2025-12-01")

    _, renewed = await explained(company)

    assert renewed.sentence.endswith(" The price is 60.00 a month since 1 December.")
    (price,) = [each for each in renewed.causes if isinstance(each, Priced)]
    assert (price.amount, price.since) == (dollars("60"), date(2025, 12, 1))
    assert await equal(company)


async def test_a_price_of_zero(own_app: Perseat) -> None:
    """I4: charged, explained and recounted like any other."""
    await query(own_app, "UPDATE prices SET effective = daterange(lower(effective), '2025-11-15')")
    sql = """INSERT INTO prices (id, plan_id, component, term, effective, amount, is_example)
        VALUES (:id, 'upro', 'LICENSE', 'MONTHLY', daterange('2025-11-15', NULL), 0, true)"""
    await query(own_app, sql, id=new_id())
    company = await make_company(own_app, on="2025-11-20")
    await company.convert()

    (free,) = await explained(company)

    assert free.sentence.startswith(
        "One uPro licence from 20 to 30 November 2025: 0.00 x 11 of 30 days = 0.00. The trial was "
    )
    assert free.recount.equal


async def test_no_charge_of_another_company_is_explained(app: Perseat) -> None:
    """Row-level security: what is not visible is not there."""
    mine, other = await make_company(app), await make_company(app)
    await mine.convert()
    keys = [(mine.id, each.facts.charge.id) for each in await explained(mine)]

    async with other.begin() as uow:
        assert await explain(uow.session, keys) == {}
