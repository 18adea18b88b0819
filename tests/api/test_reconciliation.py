"""Reconciliation through HTTP: operators see what differs, and adopt what is unknown."""

from api.ids import encode
from app.bootstrap import Perseat
from app.db.types import new_id
from app.domain.money import UNIT
from app.models.api_keys import KeyRole
from tests.api.conftest import Client, make_key
from tests.make import make_company
from tests.services.paying import taken
from tests.services.reconciling import bought, by_hand, charged_elsewhere, name, reconciled

SHOWN = """query($first: Int = 20, $after: String) {
    reconciliations(first: $first, after: $after) {
        nodes { id provider since until charges confirmed actor createdAt differences {
            kind sentence whatToDo reference happenedAt account { id } payment { status }
            ours { amount currency } theirs { amount currency } } }
        pageInfo { hasNextPage endCursor } } }"""
REFUNDED = """refunds { status amount { amount } reason actor }
    payment { status amountRefunded { amount } }
    account { invoices { nodes { creditNotes { total { amount } } } } }"""
ADOPTED = """payment { id purpose paymentMethod { id } steps { source actor reason } }
    account { credits { balance { amount } } }"""


async def test_differences_are_shown_and_unknown_charges_adopted(
    own_app: Perseat, own_ops: Client
) -> None:
    company = await make_company(own_app)
    await company.use_card("card_ok")
    await bought(company, amount=11 * UNIT)
    charge = await charged_elsewhere(company)
    await reconciled(own_app)
    await reconciled(own_app)

    page = (await own_ops.data(SHOWN, first=1))["reconciliations"]
    cursor = page["pageInfo"]["endCursor"]
    rest = (await own_ops.data(SHOWN, after=cursor))["reconciliations"]
    given = {"reference": charge.reference, "reason": "Lost by a restore"}
    adopted = [await own_ops.mutate("adoptCharge", ADOPTED, **given) for _ in range(2)]
    nothing = await own_ops.mutate("adoptCharge", ADOPTED, **{**given, "reason": ""})

    (newest,) = page["nodes"]
    assert len(rest["nodes"]) == 1
    assert (newest["provider"], newest["charges"], newest["actor"]) == ("sandbox", 2, "test")
    found = {each["kind"]: each for each in newest["differences"]}
    assert set(found) == {"AMOUNT", "UNKNOWN_TO_US"}
    assert found["AMOUNT"]["ours"] == {"amount": "10.00", "currency": "USD"}
    assert found["AMOUNT"]["theirs"] == {"amount": "11.00", "currency": "USD"}
    assert found["AMOUNT"]["payment"] == {"status": "SUCCEEDED"}
    assert found["UNKNOWN_TO_US"]["payment"] is None
    assert found["UNKNOWN_TO_US"]["ours"] is None
    assert found["UNKNOWN_TO_US"]["reference"] == charge.reference
    assert found["UNKNOWN_TO_US"]["account"] == found["AMOUNT"]["account"]
    assert adopted[0] == adopted[1]
    assert adopted[0]["payment"]["purpose"] == "PURCHASE"
    assert adopted[0]["payment"]["paymentMethod"] is None
    last = {"source": "RECONCILIATION", "actor": "ops key test", "reason": "Lost by a restore"}
    assert adopted[0]["payment"]["steps"][-1] == last
    assert adopted[0]["account"] == {"credits": {"balance": {"amount": "15.00"}}}
    assert [each["field"] for each in nothing["userErrors"]] == ["reason"]


async def test_an_operator_says_whose_a_charge_is(app: Perseat, ops: Client) -> None:
    """P3 of the invariants: what was charged by hand tells nobody."""
    company, other = await make_company(app), await make_company(app)
    charge = await by_hand(app)
    await name(app, charge)
    given = {"reference": charge.reference, "reason": "Paid on the phone"}
    wishes: list[dict[str, str]] = [
        {},
        {"accountId": "nonsense"},
        {"accountId": encode("account", company.id)},
    ]

    answers = [await ops.mutate("adoptCharge", ADOPTED, **given, **each) for each in wishes]
    wrong = await ops.mutate("adoptCharge", ADOPTED, **given, accountId=encode("account", other.id))

    *refused, adopted = answers
    fields = [each["userErrors"][0]["field"] for each in (*refused, wrong)]
    assert fields == ["reference", "accountId", "accountId"]
    assert "accountId" in refused[0]["userErrors"][0]["message"]
    assert adopted["account"] == {"credits": {"balance": {"amount": "5.00"}}}


async def test_what_went_back_by_hand_is_booked_once(app: Perseat, ops: Client) -> None:
    """P7 of the invariants: a credit note of as much, and a refund that says why."""
    company = await make_company(app)
    await company.convert()
    charge = await taken(company)
    await app.provider.refund(new_id(), charge.reference, 30 * UNIT)
    given = {"reference": charge.reference, "reason": "On the phone"}

    adopted = [await ops.mutate("adoptRefunds", REFUNDED, **given) for _ in range(2)]
    unknown = await ops.mutate("adoptRefunds", REFUNDED, **{**given, "reference": "ch_nobody"})

    assert adopted[0] == adopted[1]
    assert adopted[0]["payment"] == {"status": "SUCCEEDED", "amountRefunded": {"amount": "30.00"}}
    (refund,) = adopted[0]["refunds"]
    assert (refund["status"], refund["amount"]) == ("SUCCEEDED", {"amount": "30.00"})
    assert (refund["reason"], refund["actor"]) == ("On the phone", "ops key test")
    (row,) = adopted[0]["account"]["invoices"]["nodes"]
    assert [each["total"] for each in row["creditNotes"]] == [{"amount": "30.00"}]
    assert unknown["refunds"] == []
    assert [each["field"] for each in unknown["userErrors"]] == ["reference"]


async def test_only_operators_reconcile(app: Perseat, ops: Client) -> None:
    company = await make_company(app)
    key = await make_key(app, KeyRole.ADMINISTRATOR, company.id)
    client = Client(ops.http, key)

    given = {"reference": "ch_1", "reason": "mine"}
    refunded = await client.mutate("adoptRefunds", "payment { id }", **given)
    seen = await client.ask(SHOWN)
    adopted = await client.mutate("adoptCharge", "payment { id }", reference="ch_1", reason="mine")

    assert seen["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert [each["code"] for each in adopted["userErrors"]] == ["FORBIDDEN"]
    assert [each["code"] for each in refunded["userErrors"]] == ["FORBIDDEN"]


async def test_what_nobody_has_named_is_not_adopted(ops: Client) -> None:
    given = {"reference": "ch_nobody", "reason": "why not"}

    refused = await ops.mutate("adoptCharge", "payment { id }", **given)

    assert refused["payment"] is None
    assert [each["field"] for each in refused["userErrors"]] == ["reference"]
