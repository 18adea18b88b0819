"""Rule L7: an upgrade costs the difference at once, everything else waits for the renewal."""

import asyncio

import pytest

from app.bootstrap import Perseat
from app.domain.errors import InvalidInput, NotFound, Refused
from app.domain.plans import Component, Term
from app.domain.users import UserStatus
from app.services.plan_changes import PlanWish, preview
from app.services.verify import verify
from tests.golden import GOLDEN
from tests.make import Company, make_company, query

UPGRADE = next(row for row in GOLDEN["proration"] if row["rule"] == "L7")
CHANGES = """SELECT kind, from_plan_id, to_plan_id, to_term, effective_on::text
    FROM subscription_changes WHERE account_id = :id ORDER BY id"""


async def changes(company: Company) -> list[tuple[str, ...]]:
    return [tuple(row) for row in await query(company.app, CHANGES, id=company.id)]


async def wrong(app: Perseat) -> list[object]:
    return [
        (each.invariant.name, each.findings) async for each in verify(app.operators) if each.count
    ]


async def test_an_upgrade_costs_the_difference_to_the_months_end(app: Perseat) -> None:
    """L7: the worked figure, and the renewal at the new price beside it."""
    company = await make_company(app, "ipro", on="2025-12-01")
    await company.convert()
    await company.go_to(UPGRADE["from"])

    effective_on = await company.change_plan("upro")

    assert str(effective_on) == UPGRADE["from"]
    assert await company.unbilled() == UPGRADE["line"]
    await company.go_to("2026-01-01")
    assert (await company.invoices())["2026-01-01"] == "78.71"  # 8.71 + 70.00


async def test_who_comes_after_an_upgrade_pays_the_new_price_once(app: Perseat) -> None:
    """L3, L7: the difference is for what was held, the addition is at 90.00 x 10 of 30."""
    company = await make_company(app, "ipro", users=2)
    await company.convert()
    await company.go_to("2025-11-16")
    await company.change_plan("xpro")
    await company.go_to("2025-11-21")
    await company.add()

    assert (await company.charges())[1:] == [
        ("L7", "[1,3)", "[2025-11-16,2025-12-01)", "50.00"),
        ("L3", "[3,4)", "[2025-11-21,2025-12-01)", "30.00"),
    ]


async def test_several_upgrades_in_a_day_stack(app: Perseat) -> None:
    """L7, I7: iPro to uPro to xPro on one day costs what iPro to xPro costs."""
    company = await make_company(app, "ipro", on="2025-12-01")
    await company.convert()
    await company.go_to("2025-12-23")

    await company.change_plan("upro")
    await company.change_plan("xpro")

    assert [each[3] for each in (await company.charges())[1:]] == ["8.71", "5.81"]
    assert await company.licenses() == (1, 1, 0, 0)


async def test_a_downgrade_waits_for_the_renewal(app: Perseat) -> None:
    """L7: nothing is refunded, and the next month is the cheaper one."""
    company = await make_company(app, "xpro", users=2)
    await company.convert()
    await company.go_to("2025-11-10")

    effective_on = await company.change_plan("ipro")

    assert str(effective_on) == "2025-12-01"
    assert await company.unbilled() == "0.00"
    await company.go_to("2025-12-01")
    assert (await company.invoices())["2025-12-01"] == "80.00"
    assert await changes(company) == [
        ("SCHEDULED", "xpro", "ipro", "MONTHLY", "2025-12-01"),
        ("RENEWED", "xpro", "ipro", "MONTHLY", "2025-12-01"),
    ]


async def test_the_last_wish_counts(app: Perseat) -> None:
    """L7: a wish replaces the one before, an upgrade takes it away, the plan that is there too."""
    company = await make_company(app, "upro")
    await company.convert()
    await company.change_plan("ipro", Term.ANNUAL)
    await company.change_plan("upro", Term.QUARTERLY)
    await company.change_plan("xpro", Term.MONTHLY)
    await company.change_plan("upro")
    await company.change_plan("xpro")
    await company.change_plan("xpro")

    await company.go_to("2025-12-01")

    kinds = [each[0] for each in await changes(company)]
    assert kinds == ["SCHEDULED", "SCHEDULED", "CHANGED", "SCHEDULED", "WITHDRAWN"]
    assert (await company.invoices())["2025-12-01"] == "110.00"  # 20.00 for 30 of 30, and 90.00


async def shown(company: Company, plan: str | None, term: Term | None = None) -> str:
    async with company.begin() as uow:
        return (await preview(uow, company.id, PlanWish(plan, term))).sentence


async def test_a_preview_tells_what_is_due_for_what(app: Perseat) -> None:
    """L4, L7: the true-up apart from the difference, what is at once apart from the renewal, and
    what is replaced or in vain."""
    company = await make_company(app, "ipro", on="2025-01-01")
    await company.convert(Term.QUARTERLY)
    await company.go_to("2025-02-10")
    await company.add()
    await company.go_to("2025-02-20")

    told = [await shown(company, "upro"), await shown(company, "upro", Term.ANNUAL)]
    told.append(await shown(company, None, Term.QUARTERLY))
    await company.change_plan(term=Term.ANNUAL)
    told.append(await shown(company, None, Term.MONTHLY))
    await company.cancel()
    told.append(await shown(company, None, Term.MONTHLY))

    carries = (
        "; the next invoice carries 76.00 for it (net), beside 63.33 for what was added before."
    )
    instead = "iPro, monthly, from 1 April 2025 on, instead of iPro, annual."
    assert told == [
        f"uPro from 20 February 2025 on{carries}",
        f"uPro from 20 February 2025 on{carries} It is annual from 1 April 2025 on.",
        "iPro, quarterly: this is what there is; nothing changes.",
        instead,
        f"{instead} But the subscription is cancelled and ends on 1 April 2025: resume it first.",
    ]


async def test_what_a_wish_leaves_out_stays_as_it_is_planned(app: Perseat) -> None:
    """L7: a downgrade, then another term: the renewal begins with both."""
    company = await make_company(app, "xpro", users=5)
    await company.convert()
    await company.change_plan("ipro")
    await company.change_plan(term=Term.QUARTERLY)

    await company.go_to("2025-12-01")

    assert (await company.invoices())["2025-12-01"] == "570.00"  # 5 x 114.00


async def test_a_term_changes_at_the_renewal(app: Perseat) -> None:
    """L7, C2: a year from the next 1st, with the plan's upgrade at once."""
    company = await make_company(app, "ipro", on="2025-11-16")
    await company.convert()

    effective_on = await company.change_plan("upro", Term.ANNUAL)

    assert str(effective_on) == "2025-12-01"
    assert await company.unbilled() == "15.00"
    await company.go_to("2025-12-01")
    assert (await company.charges())[-1] == ("L6", "[1,2)", "[2025-12-01,2026-12-01)", "756.00")


async def test_a_long_term_is_trued_up_before_it_is_upgraded(app: Perseat) -> None:
    """L4, L7: who came under the old plan pays its price from the own day, then the difference."""
    company = await make_company(app, "ipro", on="2025-01-01")
    await company.convert(Term.QUARTERLY)
    await company.go_to("2025-02-10")
    await company.add()
    await company.go_to("2025-02-20")

    await company.change_plan("upro")

    assert (await company.charges())[1:] == [
        ("L4", "[2,3)", "[2025-02-10,2025-04-01)", "63.33"),  # 114.00 x 50 of 90
        ("L7", "[1,3)", "[2025-02-20,2025-04-01)", "76.00"),  # 85.50 x 40 of 90 = 38.00, twice
    ]
    await company.go_to("2025-03-01")
    assert (await company.invoices())["2025-03-01"] == "139.33"


async def test_an_upgrade_in_the_stub_of_a_long_term_is_by_the_month(app: Perseat) -> None:
    """L2, L7: (1,026.00 - 432.00) / 12 x 15 of 30 days; then the full year of the new plan."""
    company = await make_company(app, "ipro", on="2025-11-10")
    await company.convert(Term.ANNUAL)
    await company.go_to("2025-11-16")

    await company.change_plan("upro")

    assert (await company.charges())[-1][3] == "13.50"  # (756.00 - 432.00) / 12 x 15 / 30
    await company.go_to("2025-12-01")
    assert (await company.charges())[-1] == ("L6", "[1,2)", "[2025-12-01,2026-12-01)", "756.00")


async def test_a_freed_licence_is_upgraded_too(app: Perseat) -> None:
    """L5, L7: it can be taken again until the term ends, and then it is one of the new plan."""
    company = await make_company(app, "ipro", users=2)
    await company.convert()
    await company.go_to("2025-11-16")
    await company.change((await company.people())[0], UserStatus.DELETED)

    await company.change_plan("upro")
    await company.add()

    assert await company.unbilled() == "30.00"


async def test_add_ons_that_get_cheaper_are_not_refunded(app: Perseat) -> None:
    """A1, L7: 10 numbers at 6.00 stay paid; they renew at 5.00."""
    company = await make_company(app, "ipro")
    await company.rent(Component.LOCAL_NUMBER, 10)
    await company.convert()
    await company.go_to("2025-11-16")

    await company.change_plan("upro")

    assert await company.unbilled() == "15.00"
    await company.go_to("2025-12-01")
    assert (await company.invoices())["2025-12-01"] == "135.00"


async def test_add_ons_that_get_dearer_cost_the_difference(app: Perseat) -> None:
    """L7: every price goes through one proration, also a negotiated one."""
    company = await make_company(app, "ipro")
    await company.negotiate(Component.LOCAL_NUMBER, "1.00")
    await company.rent(Component.LOCAL_NUMBER, 10)
    await company.convert()
    await company.go_to("2025-11-16")

    await company.change_plan("upro")

    assert [each[3] for each in (await company.charges())[2:]] == ["15.00", "20.00"]


async def test_to_and_fro_between_plans_pays_a_difference_once(app: Perseat) -> None:
    """L7: numbers at 6.00, 5.00 and 6.00 again are paid by the first 6.00."""
    company = await make_company(app, "ipro")
    await company.rent(Component.LOCAL_NUMBER, 10)
    await company.negotiate(Component.LOCAL_NUMBER, "6.00", plan="xpro")
    await company.convert()
    await company.go_to("2025-11-16")

    await company.change_plan("upro")
    await company.change_plan("xpro")

    assert [each[3] for each in (await company.charges())[2:]] == ["15.00", "10.00"]


async def test_an_upgrade_to_the_same_price_is_a_success(app: Perseat) -> None:
    """L7: at once, and a difference of nothing is no charge."""
    company = await make_company(app, "ipro")
    await company.negotiate(Component.LICENSE, "40.00", plan="upro")
    await company.convert()

    await company.change_plan("upro")

    assert await company.unbilled() == "0.00"
    assert [each[0] for each in await changes(company)] == ["CHANGED"]


async def test_in_a_trial_a_plan_is_free_to_choose(app: Perseat) -> None:
    """L7: up or down, at once; the conversion bills what was chosen last."""
    company = await make_company(app, "xpro")
    await company.change_plan("ipro", Term.ANNUAL)
    await company.change_plan("upro", Term.MONTHLY)

    await company.convert()

    assert await company.invoices() == {"2025-11-01": "70.00"}


@pytest.mark.parametrize(
    ("plan", "term", "error"),
    [
        (None, None, InvalidInput),
        ("nothing", None, NotFound),
        ("provider", None, Refused),
    ],
)
async def test_what_cannot_be_chosen_is_refused(
    app: Perseat, plan: str | None, term: Term | None, error: type[Exception]
) -> None:
    """P4: a plan of another policy; a plan that does not exist; nothing at all."""
    company = await make_company(app)

    with pytest.raises(error):
        await company.change_plan(plan, term)


async def test_a_plan_in_another_currency_is_refused(own_app: Perseat) -> None:
    """P1: 99 euros are not 99 dollars; neither in a trial nor later."""
    await query(own_app, "INSERT INTO plans VALUES ('epro', 'ePro', 'LICENSE', 'EUR')")
    await query(
        own_app,
        """INSERT INTO prices (id, plan_id, component, term, effective, amount, is_example) VALUES
        (gen_random_uuid(), 'epro', 'LICENSE', 'MONTHLY', '[2020-01-01,)', 99000000, true)""",
    )
    company = await make_company(own_app)
    with pytest.raises(Refused, match="EUR"):
        await company.change_plan("epro")
    await company.convert()

    with pytest.raises(Refused, match="EUR") as refused:
        await company.change_plan("epro")

    assert (refused.value.rule, refused.value.field) == ("P1", "planId")


async def test_a_plan_that_does_not_sell_what_is_rented_is_refused(own_app: Perseat) -> None:
    """P3: the sentence names what has to go first."""
    await query(own_app, "INSERT INTO plans VALUES ('bare', 'Bare', 'LICENSE', 'USD')")
    await query(
        own_app,
        """INSERT INTO prices (id, plan_id, component, term, effective, amount, is_example) VALUES
        (gen_random_uuid(), 'bare', 'LICENSE', 'MONTHLY', '[2020-01-01,)', 99000000, true)""",
    )
    company = await make_company(own_app)
    await company.rent(Component.VOICE_ANALYTICS, 1)
    await company.convert()

    with pytest.raises(Refused, match="voice analytics") as refused:
        await company.change_plan("bare")

    assert (refused.value.rule, refused.value.field) == ("P3", "planId")


async def test_two_upgrades_at_once_charge_once(app: Perseat) -> None:
    """L7: the second one finds the plan that it wants."""
    company = await make_company(app, "ipro")
    await company.convert()
    await company.go_to("2025-11-16")

    await asyncio.gather(company.change_plan("upro"), company.change_plan("upro"))

    assert await company.unbilled() == "15.00"


async def test_a_late_upgrade_bills_what_is_due_first(app: Perseat) -> None:
    """C5, L7: the 1st is billed at the old price, the day after at the difference."""
    company = await make_company(app, "ipro")
    await company.convert()
    await company.set_clock("2025-12-02")

    await company.change_plan("upro")

    assert (await company.invoices())["2025-12-01"] == "40.00"
    assert await company.unbilled() == "29.03"  # 30.00 x 30 of 31


async def test_a_leap_year_with_an_upgrade_on_its_29th_of_february(app: Perseat) -> None:
    """C3, L7: 2024 from March on has 306 of 366 days; the 29th counts."""
    company = await make_company(app, "ipro", on="2024-01-01")
    await company.convert(Term.ANNUAL)
    await company.go_to("2024-02-29")

    await company.change_plan("upro")

    assert await company.unbilled() == "271.77"  # (756.00 - 432.00) x 307 of 366


async def test_every_invariant_holds_after_all_of_it(own_app: Perseat) -> None:
    """I7: upgrades, true-ups, downgrades and terms in one company, and another in Kiritimati."""
    for zone in ("UTC", "Pacific/Kiritimati"):
        company = await make_company(
            own_app, "ipro", users=2, on="2025-01-10", billing_timezone=zone
        )
        await company.rent(Component.LOCAL_NUMBER, 2)
        await company.convert(Term.QUARTERLY)
        await company.go_to("2025-02-10")
        await company.add(2)
        await company.change_plan("upro", Term.MONTHLY)
        await company.add()
        await company.change_plan("xpro")
        await company.go_to("2025-04-20")
        await company.rent(Component.TOLL_FREE_NUMBER, 1)
        await company.change_plan("ipro", Term.ANNUAL)
        await company.go_to("2025-07-01")

    assert await wrong(own_app) == []
