"""`/invoices/<id>.pdf`: for whom it opens, and for whom it does not exist."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import httpx
import jwt
import pytest
from pypdf import PdfReader

from api.downloads import safe_name
from api.ids import encode
from app.bootstrap import Perseat
from app.db.types import new_id
from app.models.api_keys import KeyRole
from app.services import document_links
from tests.api.conftest import Client, make_key
from tests.make import Company, make_company

INVOICES = "query($id: ID!) { account(id: $id) { invoices(first: 5) { nodes { id pdfUrl } } } }"


async def company_with_invoice(app: Perseat) -> Company:
    company = await make_company(app, users=3)
    await company.convert()
    return company


async def own_key(app: Perseat, company: Company, role: KeyRole = KeyRole.PARTNER) -> str:
    return await make_key(app, role, company.id)


async def listed(client: Client, company: Company) -> dict[str, Any]:
    data = await client.data(INVOICES, id=encode("account", company.id))
    found: dict[str, Any] = data["account"]["invoices"]["nodes"][0]
    return found


def path_of(url: str) -> str:
    return url.removeprefix("http://127.0.0.1:8000")


async def get(http: httpx.AsyncClient, path: str, key: str | None = None) -> httpx.Response:
    return await http.get(path, headers={"authorization": f"Bearer {key}"} if key else {})


async def test_a_browser_opens_the_link_without_a_key(
    app: Perseat, http: httpx.AsyncClient, ops: Client
) -> None:
    company = await company_with_invoice(app)
    invoice = await listed(ops, company)

    answer = await get(http, path_of(invoice["pdfUrl"]))

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'inline; filename="INV-0001-Company.pdf"'
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "Total $210.00" in PdfReader(BytesIO(answer.content)).pages[0].extract_text()


@pytest.mark.parametrize("role", [KeyRole.PARTNER, KeyRole.BILLING_ADMIN, KeyRole.OPS])
async def test_a_key_opens_the_invoices_of_its_company(
    app: Perseat, http: httpx.AsyncClient, ops: Client, role: KeyRole
) -> None:
    company = await company_with_invoice(app)
    invoice = await listed(ops, company)
    key = ops.key if role is KeyRole.OPS else await own_key(app, company, role)

    answer = await get(http, f"/invoices/{invoice['id']}.pdf", key)

    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF-1.7")


CREDIT_NOTES = """query($id: ID!) { account(id: $id) {
    invoices(first: 5) { nodes { creditNotes { id pdfUrl } } } } }"""


async def test_a_credit_note_has_a_link_and_an_address_too(
    app: Perseat, http: httpx.AsyncClient, ops: Client
) -> None:
    company = await company_with_invoice(app)
    await company.credit((await company.invoice_rows())[0].id)
    data = await ops.data(CREDIT_NOTES, id=encode("account", company.id))
    (note,) = data["account"]["invoices"]["nodes"][0]["creditNotes"]
    invoice = await listed(ops, company)

    opened = await get(http, path_of(note["pdfUrl"]))
    keyed = await get(http, f"/credit-notes/{note['id']}.pdf", await own_key(app, company))
    mixed = await get(http, f"/credit-notes/{invoice['id']}.pdf", ops.key)

    assert opened.headers["content-disposition"] == 'inline; filename="CN-0001-Company.pdf"'
    assert "Total credited $210.00" in PdfReader(BytesIO(opened.content)).pages[0].extract_text()
    assert (keyed.content, mixed.status_code) == (opened.content, 404)


async def test_anothers_invoice_is_as_if_it_were_not_there(
    app: Perseat, http: httpx.AsyncClient, ops: Client
) -> None:
    company, other = await company_with_invoice(app), await company_with_invoice(app)
    key = await own_key(app, other)
    theirs = (await listed(ops, company))["id"]
    ids = (theirs, encode("invoice", other.id, new_id()), encode("user", other.id, new_id()), "x")

    answers = [await get(http, f"/invoices/{each}.pdf", key) for each in ids]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    (error,) = answers[0].json()["errors"]
    assert error["extensions"] == {"code": "NOT_FOUND", "field": "id"}


@pytest.mark.parametrize("key", [None, "perseat_nonsense"])
async def test_without_a_key_or_a_link_nothing_is_told(
    app: Perseat, http: httpx.AsyncClient, ops: Client, key: str | None
) -> None:
    there = (await listed(ops, await company_with_invoice(app)))["id"]
    nowhere = encode("invoice", new_id(), new_id())

    answers = [await get(http, f"/invoices/{each}.pdf", key) for each in (there, nowhere)]

    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].text == answers[1].text


async def test_a_link_is_for_one_invoice_and_one_use(
    app: Perseat, http: httpx.AsyncClient, ops: Client
) -> None:
    """Neither another invoice, nor a link of yesterday, nor another token signed by us."""
    company, other = await company_with_invoice(app), await company_with_invoice(app)
    mine, theirs = await listed(ops, company), await listed(ops, other)
    token = mine["pdfUrl"].partition("token=")[2]
    now, key = datetime.now(UTC), app.signing_key  # noqa: TID251 - the links' clock is the machine's
    old = document_links.sign(mine["id"], now=now - timedelta(minutes=16), key=key)
    preview = jwt.encode({"sub": mine["id"], "exp": now + timedelta(hours=1)}, key, "HS256")

    tries = ((theirs["id"], token), (mine["id"], old), (mine["id"], preview), (mine["id"], ""))
    answers = [await get(http, f"/invoices/{each}.pdf?token={given}") for each, given in tries]

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("INV-0001", 'A/../"b"\r\nSet-Cookie: x'), "INV-0001-A-b-Set-Cookie-x.pdf"),
        (("INV-0001", "株式会社"), "INV-0001.pdf"),
        (("INV-0001", "Société Générale"), "INV-0001-Societe-Generale.pdf"),
        (("INV-0001", "x" * 300), f"INV-0001-{'x' * 71}.pdf"),
    ],
)
def test_a_file_name_is_harmless(parts: tuple[str, ...], name: str) -> None:
    assert safe_name(*parts, suffix=".pdf") == name
