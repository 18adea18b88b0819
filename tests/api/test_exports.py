"""`/exports/...`: whose rows a key gets, for which days, and that they are all of them."""

import csv
from decimal import Decimal
from io import BytesIO, StringIO

import httpx
import pytest
from openpyxl import load_workbook

from api.ids import encode
from app.bootstrap import Perseat
from app.db.types import new_id
from app.domain.exports import Days, Export
from app.domain.plans import Component
from app.domain.usage import Initiator
from app.models.api_keys import KeyRole
from app.services import api_keys, exports
from app.services.api_keys import NewKey
from tests.api.conftest import Client, make_key
from tests.make import Company, make_company, sms, statements

Rows = list[dict[str, str]]


async def billed(app: Perseat) -> Company:
    """Invoices of 1 December (an addition beside the renewal) and of the first day."""
    company = await make_company(app, users=3)
    await company.convert()
    await company.go_to("2025-11-16")
    await company.rent(Component.LOCAL_NUMBER, 1)
    await company.go_to("2025-12-01")
    return company


async def get(http: httpx.AsyncClient, path: str, key: str) -> httpx.Response:
    return await http.get(f"/exports/{path}", headers={"authorization": f"Bearer {key}"})


async def rows_of(http: httpx.AsyncClient, path: str, key: str) -> Rows:
    answer = await get(http, path, key)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"), newline="")))


@pytest.fixture
async def company(app: Perseat) -> Company:
    return await billed(app)


@pytest.fixture
async def key(app: Perseat, company: Company) -> str:
    return await make_key(app, KeyRole.BILLING_ADMIN, company.id)


async def test_a_company_exports_its_invoices(
    http: httpx.AsyncClient, company: Company, key: str
) -> None:
    first, second = await rows_of(http, "invoices.csv", key)

    assert first == {
        "account": encode("account", company.id),
        "account_name": "Company",
        "invoice": "INV-0001",
        "kind": "INITIAL",
        "status": "PAID",
        "issued_on": "2025-11-01",
        "due_on": "2025-11-01",
        "first_day": "2025-11-01",
        "last_day": "2025-11-30",
        "currency": "USD",
        "subtotal": "210.00",
        "tax": "0.00",
        "total": "210.00",
        "paid": "210.00",
        "credited": "0.00",
        "refundable": "0.00",
        "due": "0.00",
    }
    assert (second["invoice"], second["total"]) == ("INV-0002", "217.50")


async def test_its_charges_say_what_they_are_for_and_how_they_came_about(
    http: httpx.AsyncClient, key: str
) -> None:
    """I5: and they sum up to the invoices."""
    rows = await rows_of(http, "charges.csv?from=2025-12-01&to=2025-12-31", key)

    assert [(row["invoice"], row["component"], row["amount"]) for row in rows] == [
        ("INV-0002", "LOCAL_NUMBER", "2.50"),
        ("INV-0002", "LICENSE", "210.00"),
        ("INV-0002", "LOCAL_NUMBER", "5.00"),
    ]
    assert rows[0]["explanation"] == "5.00 x 15 of 30 days = 2.50; 2.50 x 1 = 2.50"
    assert (rows[0]["first_day"], rows[0]["last_day"]) == ("2025-11-16", "2025-11-30")


@pytest.mark.parametrize(
    ("days", "found"),
    [
        ("", ["INV-0001", "INV-0002"]),
        ("?from=2025-11-02", ["INV-0002"]),
        ("?to=2025-11-01", ["INV-0001"]),
        ("?from=2025-11-01&to=2025-12-01", ["INV-0001", "INV-0002"]),
        ("?from=2025-11-02&to=2025-11-30", []),
    ],
)
async def test_both_days_count(
    http: httpx.AsyncClient, key: str, days: str, found: list[str]
) -> None:
    assert [row["invoice"] for row in await rows_of(http, f"invoices.csv{days}", key)] == found


@pytest.mark.parametrize("name", ["invoices", "charges"])
async def test_a_workbook_has_what_the_csv_has(
    http: httpx.AsyncClient, key: str, name: str
) -> None:
    answer = await get(http, f"{name}.xlsx?to=2025-12-31", key)
    plain = await rows_of(http, f"{name}.csv", key)

    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    assert answer.headers["content-disposition"] == (
        f'attachment; filename="{name}-2025-12-31.xlsx"'
    )
    (sheet,) = load_workbook(BytesIO(answer.content)).worksheets
    head, *rows = sheet.iter_rows(values_only=True)
    assert list(head) == list(plain[0])
    assert [row[2] for row in rows] == [row["invoice"] for row in plain]
    column = list(head).index("amount" if name == "charges" else "total")
    shown = [Decimal(str(row[column])) for row in rows]
    assert shown == [Decimal(row[str(head[column])]) for row in plain]


async def test_pages_follow_each_other_without_a_gap(
    http: httpx.AsyncClient, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a page ends in the middle of an invoice, or with the last row."""
    whole = await rows_of(http, "charges.csv", key)
    for size in range(1, len(whole) + 2):
        for name in ("AT_ONCE", "INVOICES_AT_ONCE"):
            monkeypatch.setattr(exports, name, size)

        assert await rows_of(http, "charges.csv", key) == whole


async def test_a_page_is_read_when_it_is_asked_for(
    app: Perseat, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory holds one page, and nobody who reads slowly holds a transaction."""
    monkeypatch.setattr(exports, "AT_ONCE", 1)
    pages = exports.pages(app.tenants, company.id, Export.CHARGES, Days())
    with statements(app) as sent:
        first = await anext(pages)
        read = len([each for each in sent if "JOIN charges" in each])
        await pages.aclose()

    assert (len(first), read) == (1, 1)
    assert "checked out connections: 0" in app.tenants.engine.pool.status().lower()


async def test_a_company_never_sees_another(
    app: Perseat, http: httpx.AsyncClient, key: str
) -> None:
    other = await billed(app)

    answer = await get(http, f"invoices.csv?account={encode('account', other.id)}", key)

    assert answer.status_code == 404
    assert len({row["account"] for row in await rows_of(http, "invoices.csv", key)}) == 1


async def test_an_operator_exports_one_company_or_all(
    app: Perseat, http: httpx.AsyncClient, ops: Client, company: Company
) -> None:
    other = await billed(app)
    one = f"?account={encode('account', company.id)}"

    assert len(await rows_of(http, f"invoices.csv{one}", ops.key)) == 2
    everybody = {row["account"] for row in await rows_of(http, "invoices.csv", ops.key)}
    assert {encode("account", company.id), encode("account", other.id)} <= everybody


@pytest.mark.parametrize(
    ("path", "status", "code", "field"),
    [
        ("invoices.csv?from=yesterday", 400, "INVALID", "from"),
        ("invoices.csv?to=2026-02-29", 400, "INVALID", "to"),
        ("invoices.csv?from=2026-02-01&to=2026-01-01", 400, "INVALID", "from"),
        ("charges.csv?account=x", 400, "INVALID", "account"),
        ("users.csv", 404, "NOT_FOUND", "file"),
        ("invoices.pdf", 404, "NOT_FOUND", "file"),
        ("invoices", 404, "NOT_FOUND", "file"),
    ],
)
async def test_a_mistake_is_told_like_all_others(
    http: httpx.AsyncClient, key: str, path: str, status: int, code: str, field: str
) -> None:
    answer = await get(http, path, key)

    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]) == (status, {"code": code, "field": field})


async def test_an_unknown_company_is_told_to_an_operator(
    http: httpx.AsyncClient, ops: Client
) -> None:
    nobody = encode("account", new_id())

    assert (await get(http, f"invoices.csv?account={nobody}", ops.key)).status_code == 404


async def test_nobody_exports_without_a_key(http: httpx.AsyncClient) -> None:
    assert (await http.get("/exports/invoices.csv")).status_code == 401


async def test_a_name_that_is_a_formula_is_a_name(
    http: httpx.AsyncClient, company: Company, key: str
) -> None:
    name = '=HYPERLINK("http://x.example";"open me")'
    await company.set(name=name)

    assert (await rows_of(http, "invoices.csv", key))[0]["account_name"] == f"'{name}"
    book = load_workbook(BytesIO((await get(http, "invoices.xlsx", key)).content))
    assert (book.worksheets[0]["B2"].value, book.worksheets[0]["B2"].data_type) == (name, "s")


async def used(app: Perseat) -> Company:
    """In a zone that is ahead: what was posted on 10 November there, and on the 12th."""
    company = await make_company(
        app, users=2, on="2025-11-09", time="23:00", billing_timezone="Asia/Tokyo"
    )
    (user,) = await company.people()
    line = (await company.attach(user)).line
    await company.record(
        sms(2, "=1+1", user_id=str(user.id), line_id=str(line.id), initiator=Initiator.AGENT),
        sms(10, "b", source="@crm"),
    )
    await company.set_clock("2025-11-12")
    await company.record(sms(3, "c"))
    return company


async def test_usage_is_exported_with_the_reason_of_its_cost(
    app: Perseat, http: httpx.AsyncClient
) -> None:
    """I5, M2: by the account's own days of posting; text of partners cannot calculate."""
    company = await used(app)
    key = await make_key(app, KeyRole.BILLING_ADMIN, company.id)

    first, second = await rows_of(http, "usage.csv?from=2025-11-10&to=2025-11-11", key)

    assert (first["event_id"], second["source"]) == ("'=1+1", "'@crm")
    assert (first["posted_on"], first["happened_on"]) == ("2025-11-10", "2025-11-01")
    assert first["posted_at"] == "2025-11-09T23:00:00+00:00"
    assert (first["user_name"], first["included"], first["amount"]) == (
        "Ada Lovelace",
        "yes",
        "0.00",
    )
    assert first["line"].startswith("'+1415")
    assert (second["quantity"], second["rate"], second["amount"]) == ("10", "0.015", "0.15")
    assert second["explanation"].startswith("10 outbound SMS segments by automation")
    assert second["event"].startswith("usage_")
    assert (second["user"], second["adjusts"]) == ("", "")


@pytest.mark.parametrize(
    ("days", "found"),
    [
        ("", ["=1+1", "b", "c"]),
        ("?to=2025-11-10", ["=1+1", "b"]),
        ("?from=2025-11-11", ["c"]),
        ("?from=2025-11-09&to=2025-11-09", []),
    ],
)
async def test_usage_pages_and_workbooks(
    app: Perseat,
    http: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    days: str,
    found: list[str],
) -> None:
    """Wherever a page ends; a workbook has the same."""
    company = await used(app)
    key = await make_key(app, KeyRole.BILLING_ADMIN, company.id)
    for size in (1, 2, 3, 4):
        monkeypatch.setattr(exports, "AT_ONCE", size)
        rows = await rows_of(http, f"usage.csv{days}", key)
        assert [row["event_id"].removeprefix("'") for row in rows] == found

    book = load_workbook(BytesIO((await get(http, f"usage.xlsx{days}", key)).content))
    _, *shown = book.worksheets[0].iter_rows(values_only=True)
    assert [row[4] for row in shown] == found


async def test_usage_of_all_companies_is_for_operators(
    app: Perseat, http: httpx.AsyncClient, ops: Client
) -> None:
    one, two = await used(app), await used(app)
    own = await make_key(app, KeyRole.PARTNER, one.id)
    both = {encode("account", each.id) for each in (one, two)}

    mine = await rows_of(http, "usage.csv", own)
    every = await rows_of(http, "usage.csv?from=2025-11-10&to=2025-11-12", ops.key)
    chosen = await rows_of(http, f"usage.csv?account={encode('account', two.id)}", ops.key)

    assert {row["account"] for row in mine} == {encode("account", one.id)}
    assert both <= {row["account"] for row in every}
    assert len(chosen) == 3


async def test_a_key_that_may_read_invoices_only_exports_no_usage(
    app: Perseat, http: httpx.AsyncClient
) -> None:
    """S3: by its scopes."""
    company = await make_company(app)
    async with company.begin() as uow:
        new = NewKey(KeyRole.BILLING_ADMIN, "books", scopes=["invoices:read"])
        _, text = await api_keys.create_api_key(uow, company.id, new, pepper=app.key_pepper)

    asked = [
        await http.get(f"/exports/{what}.csv", headers={"authorization": f"Bearer {text}"})
        for what in Export
    ]

    assert [each.status_code for each in asked] == [200, 200, 403]
    assert "usage:read" in asked[2].text
