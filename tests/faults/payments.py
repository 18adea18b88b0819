"""What companies do about payments while faults strike, beside what `deeds` has."""

from typing import Any
from uuid import uuid4

from api.ids import encode
from app.store import reconciliation
from tests.faults import till
from tests.faults.agreement import until
from tests.faults.client import Refusal
from tests.faults.deeds import Doing, month, spend
from tests.faults.endings import unsent
from tests.make import query

PAST_DUE, RECOVERED = "tell_past_due", "tell_recovered"


async def refund(doing: Doing) -> None:
    """I3: the first invoice is credited as a whole, and what was paid of it goes back, once."""
    found: list[Any] = []

    async def look() -> list[str]:
        sql = "SELECT id FROM invoices WHERE account_id = :id AND kind = 'INITIAL'"
        found[:] = await query(doing.stack.app, sql, id=doing.company.id)
        return []

    await until(look)
    invoice = encode("invoice", doing.company.id, found[0][0])
    given = {"invoiceId": invoice, "reason": "too much", "whole": True}
    asked = ("issueCreditNote", "IssueCreditNoteInput", "creditNote { id }")
    note = await doing.partner.do(*asked, **given, idempotencyKey=str(uuid4()))
    doing.refunds += 1
    back = {"creditNoteId": note["creditNote"]["id"], "idempotencyKey": str(uuid4())}
    await doing.partner.do("refundCreditNote", "RefundCreditNoteInput", "", **back)


async def decline(doing: Doing) -> None:
    """A card that is declined, usage that needs it, and a good card again."""
    await doing.pay_with("card_declined")
    await spend(doing)
    await doing.pay_with("card_ok")


async def compare(doing: Doing) -> None:
    """L5: what was charged for it is compared with the provider's list, and confirmed once."""
    doing.compared = True
    await spend(doing)


async def adopt(doing: Doing) -> None:
    """P3: 50.00 that the provider has taken and we have lost; an operator books it, once."""
    doing.bought += 1
    reference = till.charge(doing, 50)
    app = doing.stack.app

    async def unnamed() -> list[str]:
        async with app.operators.begin() as uow:
            named = await reconciliation.named(uow.session, app.provider.name, reference)
        return [] if named else [f"nobody has named {reference}"]

    await until(unnamed)
    await take_over(doing, reference)


async def take_over(doing: Doing, reference: str) -> None:
    """Twice, and it is the same payment; again as long as the provider does not answer."""
    asked = ("adoptCharge", "AdoptChargeInput", "payment { id }")
    told = []

    async def refused() -> list[str]:
        try:
            told.append(await doing.partner.do(*asked, reference=reference, reason="lost"))
        except Refusal as refusal:
            return [str(refusal)]
        return []

    await until(refused)
    await until(refused)
    assert told[0] == told[1]


async def dun(doing: Doing) -> None:
    """I6: what the 1st bills is past due until there is a good card; who pays hears of both."""
    await doing.pay_with("card_lost")
    await month(doing)
    await until(lambda: unsent(doing, PAST_DUE))
    doing.told += [PAST_DUE, RECOVERED]
    await doing.pay_with("card_ok")
