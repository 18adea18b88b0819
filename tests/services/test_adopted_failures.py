"""I3: refunds made by hand and refunds that fail late, what the two do to each other."""

from uuid import UUID

from app.bootstrap import Perseat
from app.domain.money import UNIT
from tests.make import Company, drain, make_company, query
from tests.services.paying import hear, invoice, refund, taken
from tests.services.reconciling import book
from tests.services.test_adopted_refunds import NOTES, adopt, by_hand
from tests.services.test_reinstatements import fails

CHARGE = "SELECT id FROM charges WHERE account_id = :id AND invoice_id = :invoice"


async def credited(app: Perseat, net: str) -> tuple[Company, UUID]:
    """A company that has paid 140.00 and is owed a part of it: by which credit note."""
    company = await make_company(app, users=2)
    await company.convert()
    invoice_id = (await invoice(company))[0]
    ((charge_id,),) = await query(app, CHARGE, id=company.id, invoice=invoice_id)
    return company, (await company.credit(invoice_id, (charge_id, net))).id


async def test_what_is_given_by_hand_instead_of_a_refund_that_failed_is_credited_once(
    app: Perseat,
) -> None:
    """I3, P7: though nobody had heard yet that it failed."""
    company, note_id = await credited(app, "30")
    (refund_id,) = await refund(company, note_id)
    await drain(app)
    await fails(app, refund_id)
    reference = await by_hand(company, 30 * UNIT)

    rows = await adopt(company, reference)

    assert [(each.credit_note_id, each.amount) for each in rows] == [(note_id, 30 * UNIT)]
    assert [row[1] for row in await query(app, NOTES, id=company.id)] == [30 * UNIT]
    assert await book(company, "REFUNDS") == 0
    assert await hear(company, await taken(company)) == []
