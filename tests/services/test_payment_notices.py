"""Rules I6 and C1: who looks after the money hears once of what it needs to know, and is told
what is true when the letter goes out."""

import re
from email.message import EmailMessage

import structlog

from app.bootstrap import Perseat
from app.domain.accounts import AccountStatus
from app.domain.users import Role, UserStatus
from app.models import User
from tests.letters import letters, paragraphs_of
from tests.make import Company, drain, make_company, query
from tests.services.paying import invoice, pay, unpaid
from workers import tasks

LADDER = ("2025-11-11", "2025-11-14", "2025-11-19", "2025-11-26")


async def payer(company: Company) -> User:
    (user,) = await company.add(roles=frozenset({Role.BILLING_ADMIN}))
    return user


async def boss_of(company: Company) -> str:
    sql = "SELECT email FROM users WHERE account_id = :id ORDER BY id LIMIT 1"
    return str((await query(company.app, sql, id=company.id))[0][0])


async def told(company: Company, to: str | None = None) -> list[EmailMessage]:
    """The letters about payments, oldest first."""
    await drain(company.app)
    found = letters(company.app, to or await boss_of(company))
    return [each for each in found if re.search("declined|past due", each["Subject"])]


async def subjects(company: Company, to: str | None = None) -> list[str]:
    return [str(each["Subject"]) for each in await told(company, to)]


async def in_new_york(app: Perseat, card: str = "card_insufficient_funds") -> Company:
    """Declined on the 10th, at 7 in the morning over there."""
    company = await make_company(app, on="2025-11-10", billing_timezone="America/New_York")
    await company.convert(card=card)
    return company


async def test_declined_five_times_is_a_letter_for_each_rung_and_one_of_its_end(
    app: Perseat,
) -> None:
    """I6."""
    company = await unpaid(app)
    for day in LADDER:
        await company.go_to(day)
        await tasks.collect_due(app, only=company.id)
    found = await subjects(company)

    await company.go_to("2025-11-30")

    assert found == [*["The payment of INV-0001 was declined"] * 4, "INV-0001 is past due"]
    assert await subjects(company) == found


async def test_a_decline_says_what_why_when_again_and_what_to_do(app: Perseat) -> None:
    """I6: in the account's time zone."""
    company = await in_new_york(app)

    (letter,) = await told(company)

    assert paragraphs_of(letter) == [
        "Hello Boss Lovelace,",
        (
            "the payment of 49.00 USD for invoice INV-0001 of Company was declined: "
            "there is not enough money."
        ),
        "It is tried again by itself on 11 November 2025 at 07:00 (America/New_York).",
        "See that there is, or add another payment method: what is due is charged to it at once.",
    ]


async def test_past_due_says_what_is_due_and_that_everybody_goes_on_working(app: Perseat) -> None:
    """I6: a lost card is asked once, and what the bank knows of it stays with the bank."""
    company = await in_new_york(app, card="card_lost")

    (letter,) = await told(company)

    assert letter["Subject"] == "INV-0001 is past due"
    assert paragraphs_of(letter)[1:] == [
        (
            "invoice INV-0001 of Company is past due. 49.00 USD could not be collected: "
            "the bank has blocked the card. It is not tried again by itself."
        ),
        (
            "Add another payment method: what is due is charged to it at once. An invoice can "
            "also be paid with the method that you have: choose Pay on it."
        ),
        "Nothing is switched off: your users keep their states, log in, call and text as before.",
    ]


async def test_without_a_method_it_is_past_due_and_says_so(app: Perseat) -> None:
    company = await make_company(app)
    await company.convert()
    await query(
        app, "UPDATE payment_methods SET is_default = false WHERE account_id = :id", id=company.id
    )

    await company.go_to("2025-12-01")

    (letter,) = await told(company)
    assert "could not be collected: there is no payment method." in paragraphs_of(letter)[1]


async def test_a_second_invoice_is_told_of_with_the_sum(app: Perseat) -> None:
    company = await in_new_york(app, card="card_lost")
    await company.go_to("2025-12-02")

    first, second = await told(company)

    assert "In all" not in paragraphs_of(first)[1]
    assert "In all, 119.00 USD on 2 invoices are past due." in paragraphs_of(second)[1]


async def test_what_somebody_did_by_hand_is_not_told_but_its_end_is(app: Perseat) -> None:
    """I6: the screen tells who asked; that nobody tries any more is for all of them."""
    company = await unpaid(app)
    before = await subjects(company)
    await pay(company, (await invoice(company))[0])
    by_hand = await subjects(company)
    await company.go_to("2025-11-14")
    again = await subjects(company)
    await company.use_card("card_lost")
    await pay(company, (await invoice(company))[0])
    await drain(app)

    assert (len(before), len(by_hand), len(again)) == (1, 1, 2)
    assert (await invoice(company))[1] == "PAST_DUE"
    assert (await subjects(company))[2:] == ["INV-0001 is past due"]


async def test_what_is_past_due_and_tried_again_in_vain_is_a_decline(app: Perseat) -> None:
    """I6: past due is told once; each card that is added is an attempt that nobody watches."""
    company = await unpaid(app, card="card_lost")
    await company.use_card("card_lost")

    _, second = await told(company)

    assert second["Subject"] == "The payment of INV-0001 was declined"
    assert paragraphs_of(second)[2] == "It is not tried again by itself."


async def test_recovered_when_the_last_of_them_is_paid(app: Perseat) -> None:
    """I6."""
    company = await unpaid(app, card="card_lost")
    await company.go_to("2025-12-01")
    first, _ = [row.id for row in await company.invoice_rows()]
    before = await subjects(company)
    await company.credit(first)
    between = await subjects(company)
    await company.use_card("card_ok")

    assert before == ["INV-0001 is past due", "INV-0002 is past due"]
    assert between == before
    assert (await subjects(company))[2:] == ["Nothing is past due any more"]
    assert await company.status() is AccountStatus.PAID


async def test_what_was_given_up_is_not_called_settled(app: Perseat) -> None:
    """I3: who pays late still may."""
    company = await unpaid(app, card="card_lost")

    await company.give_up((await invoice(company))[0])

    assert await company.status() is AccountStatus.PAID
    assert await subjects(company) == ["INV-0001 is past due"]


async def test_what_is_settled_before_the_letter_goes_is_not_told(app: Perseat) -> None:
    """A mail system that is away: what is declined or past due by then is told, and no more."""
    company = await make_company(app, on="2025-11-10")
    await company.start(card="card_lost")
    await _leave_the_letters(company)
    held = await _held(company)
    await company.use_card("card_ok")
    await _leave_the_letters(company)

    assert held == ["tell_past_due"]
    assert await subjects(company) == ["Nothing is past due any more"]


async def _held(company: Company) -> list[str]:
    sql = """SELECT DISTINCT kind FROM outbox WHERE account_id = :id AND done_at IS NULL
        AND kind LIKE 'tell%' ORDER BY kind"""
    return [row[0] for row in await query(company.app, sql, id=company.id)]


async def _leave_the_letters(company: Company) -> None:
    """Do all the work of the account but the letters."""
    sql = """SELECT kind, id FROM outbox WHERE account_id = :id AND done_at IS NULL
        AND kind NOT LIKE 'tell%' ORDER BY id"""
    while jobs := await query(company.app, sql, id=company.id):
        for kind, job_id in jobs:
            await getattr(tasks, kind)({"perseat": company.app}, str(company.id), str(job_id))


async def test_billing_admins_hear_of_it_and_none_who_is_suspended(app: Perseat) -> None:
    """U1, I6: when it happens, and when the letter goes out."""
    company = await make_company(app, on="2025-11-10")
    here, gone, late = [await payer(company) for _ in range(3)]
    await company.change(gone, UserStatus.SUSPENDED)
    await company.start(card="card_insufficient_funds")
    await _leave_the_letters(company)

    await company.change(late, UserStatus.SUSPENDED)

    counts = [len(await subjects(company, each.email)) for each in (here, gone, late)]
    assert counts == [1, 0, 0]
    assert await subjects(company) == []


async def test_who_looks_after_the_money_no_longer_is_not_written_to(app: Perseat) -> None:
    """U2: the role was taken away before the letter went out."""
    company = await make_company(app, on="2025-11-10")
    person = await payer(company)
    await company.start(card="card_insufficient_funds")
    await _leave_the_letters(company)

    await query(app, "DELETE FROM user_roles WHERE user_id = :id", id=person.id)

    assert await subjects(company, person.email) == []


async def test_who_has_left_is_told_of_the_last_invoice_and_nothing_of_users(app: Perseat) -> None:
    """I6: nothing of a closed account goes on as before."""
    company = await make_company(app, on="2025-11-10")
    await company.start(card="card_lost")
    await company.set(status="CLOSED", next_bill_at=None)

    (letter,) = await told(company)

    assert letter["Subject"] == "INV-0001 is past due"
    assert not any("users" in each for each in paragraphs_of(letter))


async def test_an_unknown_outcome_is_a_warning_for_operators_and_no_letter(app: Perseat) -> None:
    company = await make_company(app)
    with structlog.testing.capture_logs() as logged:
        await company.convert(card="card_answer_lost")

    (warning,) = [each for each in logged if each["event"] == "payment.unknown"]
    assert warning["log_level"] == "warning"
    assert (warning["account_id"], warning["looks"]) == (str(company.id), 1)
    assert (warning["purpose"], warning["provider"]) == ("INVOICE", "sandbox")
    assert await subjects(company) == []
