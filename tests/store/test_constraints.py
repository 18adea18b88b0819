"""What no code of ours may get wrong, the database refuses."""

from uuid import UUID

import pytest

from app.bootstrap import Perseat
from app.db.types import new_id
from app.domain.payments import TRANSITIONS
from tests.make import Company, make_company, query
from tests.store.rows import execute, refusal, refused_copy

pytestmark = pytest.mark.xdist_group("store")

LICENSE = "component = 'LICENSE' AND invoice_id IS NOT NULL"


BEGIN = """INSERT INTO payment_steps
    (account_id, payment_id, number, to_status, source, created_at)
    VALUES (:account, :id, 0, 'CREATED', 'REQUEST', now())"""
STEP = """INSERT INTO payment_steps
    (account_id, payment_id, number, previous, from_status, to_status, source, reason, created_at)
    SELECT account_id, id, :number, :previous, :before, :after, :source, :reason, now()
    FROM payments WHERE account_id = :account AND purpose = 'PURCHASE'"""


async def begun(company: Company) -> dict[str, object]:
    """What a copy of a payment needs to stand at a first step of its own."""
    payment_id = new_id()
    await execute(company.app.operators, BEGIN, account=company.id, id=payment_id)
    return {"id": payment_id, "step": 0, "reference": None}


@pytest.mark.parametrize(
    ("step", "name"),
    [
        ((3, 2, "SUCCEEDED", "DECLINED"), "from_status_to_status"),
        ((3, 2, "SUCCEEDED", "UNKNOWN"), "from_status_to_status"),
        ((3, 2, "SENT", "SUCCEEDED"), "previous_from_status"),
        ((4, 3, "SENT", "DECLINED"), "previous_from_status"),
        ((3, 1, "SENT", "UNKNOWN"), "ck_payment_steps_previous"),
        ((2, 1, "SENT", "DECLINED"), "pk_payment_steps"),
        ((3, 2, None, "CREATED"), "ck_payment_steps_first"),
        ((0, None, None, "SENT"), "ck_payment_steps_first"),
    ],
)
async def test_a_step_that_is_no_transition_is_refused(
    company: Company, step: tuple[int, int | None, str | None, str], name: str
) -> None:
    """P2 of the invariants: a step begins where the last one ended, and is one of the rules."""
    named = dict(zip(("number", "previous", "before", "after"), step, strict=True))
    values = {**named, "source": "ANSWER", "reason": None, "account": company.id}

    assert name in await refusal(company.app.operators, STEP, tenant=None, **values)


async def test_an_operator_s_step_needs_a_reason(company: Company) -> None:
    """P4 of the invariants."""
    step = {"number": 3, "previous": 2, "before": "SUCCEEDED", "after": "REFUNDED"}
    values = {**step, "source": "OPERATOR", "reason": "", "account": company.id}

    said = await refusal(company.app.operators, STEP, tenant=None, **values)

    assert "ck_payment_steps_reason" in said


@pytest.mark.parametrize("status", ["CREATED", "SENT", "UNKNOWN", "REFUNDED"])
async def test_a_payment_stands_where_its_last_step_ends(company: Company, status: str) -> None:
    """P2 of the invariants: without a step nobody changes a status."""
    settled = "settled_at" if status == "REFUNDED" else "NULL"
    sql = f"""UPDATE payments SET status = '{status}', settled_at = {settled}
        WHERE account_id = :id AND purpose = 'PURCHASE'"""  # noqa: S608

    said = await refusal(company.app.operators, sql, id=company.id)

    assert "fk_payments_account_id_id_step_status" in said


async def test_the_transitions_of_the_database_are_those_of_the_rules(company: Company) -> None:
    """P2 of the invariants."""
    rows = await query(company.app, "SELECT from_status, to_status FROM payment_transitions")

    rules = {(before, after) for before, every in TRANSITIONS.items() for after in every}
    assert {tuple(row) for row in rows} == rules


@pytest.mark.parametrize(
    ("slots", "period"),
    [
        ("[1,3)", "[2025-11-01,2025-12-01)"),
        ("[2,4)", "[2025-11-30,2026-01-01)"),
        ("[1,3)", "[2025-10-01,2025-11-02)"),
        ("[2,4)", "[2025-11-15,2025-11-16)"),
    ],
)
async def test_a_day_of_a_unit_is_never_billed_twice(
    company: Company, slots: str, period: str
) -> None:
    """I7: rectangles of one component never overlap, not by one unit and one day."""
    said = await refused_copy(company, "charges", LICENSE, slots=slots, period=period)

    assert 'exclusion constraint "no_day_billed_twice"' in said


async def test_rectangles_may_touch_and_other_components_may_lie_beside(own_app: Perseat) -> None:
    """I7."""
    company = await make_company(own_app, users=2)
    await company.convert()

    said = [
        await refused_copy(company, "charges", LICENSE, **change)
        for change in (
            {"slots": "[3,5)"},
            {"period": "[2025-12-01,2026-01-01)"},
            {"component": "LOCAL_NUMBER"},
        )
    ]

    assert said == ["it was not refused"] * 3


async def test_the_days_of_an_upgrade_are_paid_for_once_too(own_app: Perseat) -> None:
    """I7, L7: its rectangle lies over the licence's, and a second one like it is refused."""
    company = await make_company(own_app, "ipro", users=2)
    await company.convert()
    await company.go_to("2025-11-16")
    await company.change_plan("upro")

    again = await refused_copy(company, "charges", "rule = 'L7'", period="[2025-11-30,2025-12-01)")
    another = await refused_copy(company, "charges", "rule = 'L7'", upgrade=2)

    assert 'exclusion constraint "no_day_billed_twice"' in again
    assert another == "it was not refused"


async def test_a_charge_cannot_point_at_the_invoice_of_another_account(
    app: Perseat, company: Company, other: Company
) -> None:
    """The foreign key holds the account."""
    stranger = (await other.invoice_rows())[0].id
    sql = """UPDATE charges SET invoice_id = :invoice
        WHERE account_id = :id AND invoice_id IS NULL"""

    said = [
        await refusal(app.operators, sql, invoice=stranger, id=company.id),
        await refused_copy(company, "charges", LICENSE, slots="[7,9)", invoice_id=stranger),
    ]

    assert all('foreign key constraint "fk_charges_account_id_invoice_id"' in each for each in said)


@pytest.mark.parametrize(
    ("table", "column", "change"),
    [
        ("lines", "owner_id", {"number": "+14155550124"}),
        ("ring_group_members", "user_id", {"position": 2}),
        ("contact_lists", "owner_id", {"name": "Another list"}),
        ("contacts", "assigned_to", {}),
        ("communications", "user_id", {}),
    ],
)
async def test_a_user_of_another_account_takes_part_in_nothing(
    company: Company, other: Company, table: str, column: str, change: dict[str, object]
) -> None:
    """The foreign key holds the account."""
    stranger = (await other.people())[0].id

    said = await refused_copy(company, table, "true", **{**change, column: stranger})

    assert f'foreign key constraint "fk_{table}_account_id_{column}"' in said


TOP_UP = {"purpose": "TOP_UP", "status": "CREATED", "settled_at": None, "invoice_id": None}
NOBODY = UUID(int=1)
"""Nothing has this id; it is a fixed one, so that a case has the same name in every process."""
CASES = [
    ("charges", LICENSE, {"amount": 10_000, "slots": "[7,9)"}, "ck_charges_amount"),
    ("charges", LICENSE, {"slots": "[7,10)"}, "ck_charges_slots_are_quantity"),
    ("charges", LICENSE, {"slots": "[0,2)"}, "ck_charges_rectangle_has_area"),
    ("charges", LICENSE, {"slots": "[7,9)", "period": "empty"}, "ck_charges_rectangle_has_area"),
    ("charges", LICENSE, {"slots": "[7,9)", "period": None}, "ck_charges_rectangle"),
    ("charges", LICENSE, {"slots": None, "period": None}, "ck_charges_rectangle"),
    (
        "charges",
        LICENSE,
        {"slots": "[7,9)", "unit_amount": 1, "amount": 2},
        "ck_charges_whole_cents",
    ),
    (
        "charges",
        LICENSE,
        {"slots": "[7,9)", "unit_amount": -10_000, "amount": -20_000},
        "ck_charges_positive",
    ),
    ("charges", LICENSE, {"upgrade": 1}, "ck_charges_upgrade"),
    ("charges", LICENSE, {"slots": "[7,9)", "rule": "L7"}, "ck_charges_upgrade"),
    ("charges", LICENSE, {"upgrade": -1}, "ck_charges_upgrade"),
    ("invoices", "kind = 'INITIAL'", {"number": 99}, "uq_invoices_account_id_period_kind"),
    (
        "invoices",
        "kind = 'INITIAL'",
        {"number": 99, "period": "[2025-10-01,2025-10-02)"},
        "uq_invoices_account_id_period_kind",
    ),
    ("invoices", "kind = 'TOP_UP'", {}, "uq_invoices_account_id_number"),
    ("invoices", "kind = 'TOP_UP'", {"number": 0}, "ck_invoices_number"),
    (
        "invoices",
        "kind = 'TOP_UP'",
        {"number": 99, "paid": 0},
        "ck_invoices_status_is_what_is_due",
    ),
    (
        "invoices",
        "kind = 'TOP_UP'",
        {"number": 99, "status": "OPEN"},
        "ck_invoices_status_is_what_is_due",
    ),
    ("invoices", "kind = 'TOP_UP'", {"number": 99, "credited": 10_000}, "ck_invoices_due"),
    ("invoices", "kind = 'TOP_UP'", {"number": 99, "total": 1, "paid": 1}, "ck_invoices_total"),
    (
        "invoices",
        "kind = 'TOP_UP'",
        {"number": 99, "next_attempt_at": "2025-11-01"},
        "ck_invoices_attempts_while_due",
    ),
    (
        "invoices",
        "kind = 'TOP_UP'",
        {"number": 99, "status": "VOID"},
        "ck_invoices_status_is_what_is_due",
    ),
    (
        "invoices",
        "kind = 'TOP_UP'",
        {"number": 99, "status": "UNCOLLECTIBLE"},
        "ck_invoices_status_is_what_is_due",
    ),
    (
        "invoices",
        "kind = 'TOP_UP'",
        {"number": 99, "credited": 10_000, "refundable": 0},
        "ck_invoices_due",
    ),
    ("invoices", "kind = 'TOP_UP'", {"number": 99, "refundable": 10**12}, "ck_invoices_due"),
    ("invoices", "kind = 'TOP_UP'", {"number": 99, "tax": 10**12}, "ck_invoices_tax"),
    ("invoices", "kind = 'TOP_UP'", {"number": 99, "tax": 1}, "ck_invoices_tax"),
    ("invoices", "kind = 'TOP_UP'", {"number": 99, "tax_rate": 1_000_001}, "ck_invoices_tax_rate"),
    ("invoices", "kind = 'TOP_UP'", {"number": 99, "bill_to": None}, "bill_to"),
    ("charges", LICENSE, {"slots": "[7,9)", "tax": 1}, "ck_charges_tax"),
    ("charges", "invoice_id IS NULL", {"tax": 10_000}, "ck_charges_unbilled_is_plain"),
    ("charges", "invoice_id IS NULL", {"replaced": True}, "ck_charges_unbilled_is_plain"),
    (
        "charges",
        "replaces IS NOT NULL AND rule = 'L6'",
        {"slots": "[7,10)"},
        "uq_charges_account_id_replaces",
    ),
    (
        "charges",
        LICENSE,
        {"slots": "[7,9)", "replaces": NOBODY},
        "fk_charges_account_id_replaces",
    ),
    ("invoice_decisions", "true", {}, "uq_invoice_decisions_account_id_invoice_id"),
    ("invoice_decisions", "true", {"decided": "PAID"}, "ck_invoice_decisions_decided"),
    (
        "invoice_decisions",
        "replacement_id IS NOT NULL",
        {"decided": "UNCOLLECTIBLE"},
        "ck_invoice_decisions_void_is_replaced",
    ),
    ("invoice_decisions", "true", {"reason": ""}, "ck_invoice_decisions_reason"),
    ("credit_notes", "true", {}, "uq_credit_notes_account_id_number"),
    ("credit_notes", "true", {"number": 0}, "ck_credit_notes_number"),
    ("credit_notes", "true", {"number": 9, "amount": 0}, "ck_credit_notes_amount"),
    ("credit_notes", "true", {"number": 9, "amount": 15_000}, "ck_credit_notes_amount"),
    ("credit_notes", "true", {"number": 9, "tax": -10_000, "refundable": 0}, "ck_credit_notes_tax"),
    ("credit_notes", "true", {"number": 9, "refundable": 10**12}, "ck_credit_notes_refundable"),
    ("credit_notes", "true", {"number": 9, "reason": ""}, "ck_credit_notes_reason"),
    ("credit_notes", "true", {"number": 9, "invoice_id": NOBODY}, "invoice_id"),
    (
        "credit_note_lines",
        "true",
        {},
        "uq_credit_note_lines_account_id_credit_note_id_charge_id",
    ),
    ("credit_note_lines", "true", {"amount": 0}, "ck_credit_note_lines_amount"),
    ("credit_note_lines", "true", {"tax": 1}, "ck_credit_note_lines_tax"),
    (
        "credit_note_lines",
        "true",
        {"charge_id": NOBODY},
        "fk_credit_note_lines_account_id_charge_id",
    ),
    ("accounts", "true", {"tax_rate": 1_000_001}, "ck_accounts_tax_rate"),
    ("accounts", "true", {"tax_rate": -1}, "ck_accounts_tax_rate"),
    ("accounts", "true", {"language": "tlh"}, "ck_accounts_language"),
    ("payments", "purpose = 'PURCHASE'", {"amount": 15_000}, "ck_payments_amount"),
    ("payments", "purpose = 'PURCHASE'", {"amount": 0}, "ck_payments_amount"),
    ("payments", "purpose = 'PURCHASE'", {"settled_at": None}, "ck_payments_settled_at"),
    ("payments", "purpose = 'PURCHASE'", {"status": "DECLINED"}, "ck_payments_decline_code"),
    ("payments", "purpose = 'INVOICE'", {"invoice_id": None}, "ck_payments_invoice"),
    ("payments", "purpose = 'TOP_UP'", {}, "uq_payments_episode"),
    ("payments", "purpose = 'TOP_UP'", {"episode": None}, "ck_payments_episode"),
    ("payment_methods", "is_default", {}, "uq_payment_methods_default"),
    (
        "payment_methods",
        "is_default",
        {"removed_at": "2025-11-01"},
        "ck_payment_methods_removed",
    ),
    ("payments", "purpose = 'PURCHASE'", {}, "uq_payments_reference"),
    (
        "payments",
        "purpose = 'PURCHASE'",
        {"payment_method_id": None, "reference": None},
        "ck_payments_payment_method",
    ),
    ("payment_methods", "true", {"last4": "4242424242424242"}, "ck_payment_methods_last4"),
    ("users", "true", {}, "uq_users_account_id_email"),
    ("users", "true", {"email": "a@b.c", "first_name": ""}, "ck_users_names"),
    ("user_states", "version = 1", {}, "uq_user_states_account_id_user_id_version"),
    ("user_states", "version = 1", {"version": 9}, "ck_user_states_creation_comes_first"),
    (
        "user_states",
        "true",
        {"version": 9, "from_status": "DELETED", "to_status": "ACTIVE"},
        "ck_user_states_transition",
    ),
    (
        "user_states",
        "true",
        {"version": 9, "from_status": "ACTIVE", "to_status": "ACTIVE"},
        "ck_user_states_transition",
    ),
    (
        "user_states",
        "true",
        {"version": 9, "from_status": "ACTIVE", "to_status": "DEACTIVATED"},
        "ck_user_states_transition",
    ),
    (
        "user_states",
        "version = 1",
        {"version": 1, "user_id": "00000000-0000-0000-0000-000000000000", "to_status": "PAUSED"},
        "ck_user_states_transition",
    ),
    ("minimum_licenses", "true", {"minimum": -1}, "ck_minimum_licenses_minimum"),
    ("ledger_transfers", "true", {}, "uq_ledger_transfers_account_id_kind_reference"),
    ("ledger_transfers", "true", {"amount": 0}, "ck_ledger_transfers_amount"),
    (
        "ledger_transfers",
        "true",
        {"debit": "CREDITS", "credit": "CREDITS"},
        "ck_ledger_transfers_two_books",
    ),
    ("usage_events", "true", {}, "uq_usage_events_account_id_source_event_id"),
    ("usage_events", "true", {"event_id": "x", "amount": 1}, "ck_usage_events_amount"),
    (
        "usage_events",
        "true",
        {"event_id": "x", "included": True},
        "ck_usage_events_included_is_free",
    ),
    (
        "usage_events",
        "true",
        {"event_id": "x", "quantity": 0, "amount": 0, "fee": 0},
        "ck_usage_events_positive",
    ),
    (
        "usage_events",
        "true",
        {"event_id": "x", "hold_id": NOBODY},
        "fk_usage_events_account_id_hold_id",
    ),
    ("usage_holds", "true", {}, "uq_usage_holds_reference"),
    ("usage_holds", "true", {"reference": "x", "amount": -1}, "ck_usage_holds_amount"),
    (
        "usage_holds",
        "true",
        {"reference": "x", "expires_at": "2025-11-01T00:00Z"},
        "ck_usage_holds_expires",
    ),
    ("usage_holds", "true", {"released_at": "2025-11-01T00:00Z"}, "ck_usage_holds_released"),
    ("credit_alerts", "true", {}, "uq_credit_alerts_account_id_threshold"),
    ("alert_crossings", "true", {"alert_id": NOBODY}, "fk_alert_crossings_account_id_alert_id"),
    (
        "usage_events",
        "true",
        {"event_id": "x", "fee": 1},
        "ck_usage_events_fee",
    ),
    ("usage_events", "true", {"event_id": "x", "reason": "why"}, "ck_usage_events_reason"),
    ("usage_days", "true", {}, "uq_usage_days_cell"),
    ("lines", "true", {}, "uq_lines_account_id_number"),
    ("lines", "true", {"number": "4155550123"}, "ck_lines_number"),
    (
        "lines",
        "true",
        {"number": "+14155550123", "owner_id": None},
        "ck_lines_voicemail_has_an_owner",
    ),
    (
        "lines",
        "true",
        {"number": "+14155550123", "ring_group_id": NOBODY},
        "ck_lines_owner_or_ring_group",
    ),
    ("ring_groups", "true", {}, "uq_ring_groups_account_id_name"),
    ("ring_groups", "true", {"name": ""}, "ck_ring_groups_name"),
    ("ring_group_members", "true", {}, "pk_ring_group_members"),
    ("ring_group_members", "true", {"position": 0}, "ck_ring_group_members_position"),
    (
        "ring_group_members",
        "true",
        {"user_id": NOBODY},
        "uq_ring_group_members_account_id_ring_group_id_position",
    ),
    (
        "ring_group_members",
        "true",
        {"user_id": NOBODY, "position": 2},
        "fk_ring_group_members_account_id_user_id",
    ),
    ("contact_lists", "true", {}, "uq_contact_lists_account_id_name"),
    ("contact_lists", "true", {"name": ""}, "ck_contact_lists_name"),
    ("contacts", "true", {"name": ""}, "ck_contacts_name"),
    ("contacts", "true", {"phone": "+0123456789"}, "ck_contacts_phone"),
    ("contacts", "true", {"contact_list_id": NOBODY}, "fk_contacts_account_id_contact_list_id"),
    ("communications", "true", {"kind": "FAX"}, "kind"),
    ("communications", "true", {"line_id": NOBODY}, "fk_communications_account_id_line_id"),
    ("top_up_decisions", "true", {}, "uq_top_up_decisions_account_id_number"),
    ("top_up_decisions", "true", {"outcome": "CHARGED"}, "ck_top_up_decisions_charged"),
    ("top_up_decisions", "true", {"trigger": "OPERATOR"}, "ck_top_up_decisions_operator"),
    ("top_up_decisions", "true", {"amount": -1}, "ck_top_up_decisions_sense"),
    (
        "top_up_decisions",
        "true",
        {"number": 99, "payment_id": NOBODY},
        "fk_top_up_decisions_account_id_payment_id",
    ),
    ("subscriptions", "true", {}, "uq_subscriptions_account_id"),
    ("subscriptions", "true", {"priced_on": None}, "ck_subscriptions_priced_on"),
    ("subscriptions", "true", {"priced_on": "2020-01-01"}, "ck_subscriptions_priced_on"),
    (
        "subscriptions",
        "true",
        {"next_plan_id": "xpro", "next_term": None},
        "ck_subscriptions_next",
    ),
    ("subscriptions", "true", {"ends_on": "2025-11-15"}, "ck_subscriptions_ends_on"),
    ("subscriptions", "true", {"upgrades": -1}, "ck_subscriptions_upgrades"),
    ("subscription_changes", "true", {"to_term": "WEEKLY"}, "ck_subscription_changes_to_term"),
    ("usage_deferrals", "true", {}, "uq_usage_deferrals_account_id_kind_day"),
    ("usage_deferrals", "true", {"kind": "FAX"}, "kind"),
    ("usage_deferrals", "true", {"events": 0}, "ck_usage_deferrals_events"),
    (
        "usage_deferrals",
        "true",
        {"posted_at": "2025-01-01"},
        "ck_usage_deferrals_posted_when_effective",
    ),
    ("account_rates", "true", {"amount": -1}, "ck_account_rates_amount"),
    ("account_rates", "true", {"included": True}, "ck_account_rates_included_is_free"),
    (
        "account_rates",
        "true",
        {"included": True, "amount": None},
        "ck_account_rates_included_is_free",
    ),
    ("account_rates", "true", {"initiator": "NOBODY"}, "ck_account_rates_initiator"),
    ("account_rates", "true", {"plan_id": "none"}, "fk_account_rates_plan_id"),
    ("account_prices", "true", {"amount": -1}, "ck_account_prices_amount"),
    ("account_prices", "true", {"plan_id": "none"}, "fk_account_prices_plan_id"),
    ("api_keys", "true", {"role": "OPS"}, "ck_api_keys_operators_have_no_account"),
    ("api_keys", "true", {}, "uq_api_keys_account_id_digest"),
    ("log_ins", "true", {"address": "ada@example.com"}, "ck_log_ins_address"),
    ("log_ins", "true", {}, "pk_log_ins"),
    ("log_ins", "true", {"user_id": NOBODY}, "fk_log_ins_account_id_user_id"),
    ("sessions", "true", {"expires_at": "2000-01-01T00:00:00Z"}, "ck_sessions_expires"),
    ("sessions", "true", {"user_id": NOBODY}, "fk_sessions_account_id_user_id"),
    ("refresh_tokens", "true", {"digest": "secret"}, "ck_refresh_tokens_digest"),
    ("refresh_tokens", "true", {"session_id": NOBODY}, "uq_refresh_tokens_account_id_digest"),
    ("refresh_tokens", "true", {"digest": "0" * 64}, "uq_refresh_tokens_unused"),
    ("api_keys", "true", {"scopes": []}, "ck_api_keys_scopes"),
    ("api_keys", "true", {"environment": "MOON"}, "ck_api_keys_environment"),
    ("api_keys", "true", {"previous_digest": "x"}, "ck_api_keys_previous_ends"),
    ("api_key_grants", "true", {}, "uq_api_key_grants_account_id_key_id"),
    (
        "billing_run_accounts",
        "status = 'BILLED'",
        {"run_id": "00000000-0000-0000-0000-000000000001"},
        "uq_billing_run_accounts_settled",
    ),
    (
        "billing_run_accounts",
        "status = 'BILLED'",
        {"invoice_id": None},
        "ck_billing_run_accounts_settled",
    ),
    ("billing_run_accounts", "true", {"status": "PARKED"}, "ck_billing_run_accounts_why"),
    ("billing_run_accounts", "true", {"digest": "x"}, "ck_billing_run_accounts_digest"),
    ("accounts", "true", {"status": "TRIAL"}, "ck_accounts_due_unless_trial"),
    ("accounts", "true", {"next_bill_at": None}, "ck_accounts_due_unless_trial"),
    ("accounts", "true", {"parked_at": "2025-11-01"}, "ck_accounts_parked"),
    ("accounts", "true", {"currency": "usd"}, "ck_accounts_currency"),
    ("accounts", "true", {"status": "GONE"}, "status"),
]


@pytest.mark.parametrize(
    ("table", "where", "change", "name"), CASES, ids=[f"{case[3]} {case[2]}" for case in CASES]
)
async def test_a_row_that_cannot_be_is_refused(
    company: Company, table: str, where: str, change: dict[str, object], name: str
) -> None:
    """A copy of a good row, with one thing wrong; the constraint that sees it is named."""
    said = await refused_copy(company, table, where, **change)

    assert name in said


async def test_a_second_charge_for_credits_is_refused_while_one_is_open(
    own_app: Perseat,
) -> None:
    """M6: whatever the purpose; and one for each episode, for ever."""
    company = await make_company(own_app)
    await company.buy("25")
    where = "purpose = 'PURCHASE'"

    said = [
        await refused_copy(company, "payments", where, **changes, **await begun(company))
        for changes in (
            {**TOP_UP, "episode": 0},
            {**TOP_UP, "episode": 1},
            TOP_UP | {"purpose": "PURCHASE"},
            {**TOP_UP, "episode": 0, "status": "SUCCEEDED", "settled_at": "2025-11-01"},
        )
    ]

    assert said[0] == "it was not refused"
    assert ["uq_payments_open_credits" in each for each in said] == [False, True, True, False]
    assert "uq_payments_episode" in said[3]


async def test_a_second_payment_of_an_invoice_is_refused_while_one_is_open(
    own_app: Perseat,
) -> None:
    """I6."""
    company = await make_company(own_app)
    await company.convert()
    where = "purpose = 'INVOICE'"
    unsettled = {"status": "CREATED", "settled_at": None}

    said = [
        await refused_copy(company, "payments", where, **unsettled, **await begun(company))
        for _ in range(2)
    ]

    assert said[0] == "it was not refused"
    assert "uq_payments_open_invoice" in said[1]


async def test_a_void_invoice_leaves_its_place_to_another(own_app: Perseat) -> None:
    """I1, I3: one of a period and kind, and top-ups as many as there are."""
    company = await make_company(own_app)
    await company.convert()
    await query(own_app, "UPDATE invoices SET status = 'VOID', paid = 0")

    said = [
        await refused_copy(company, "invoices", number=number, kind=kind, status="OPEN")
        for number, kind in ((2, "INITIAL"), (3, "INITIAL"), (4, "TOP_UP"), (5, "TOP_UP"))
    ]

    assert ["uq_invoices_account_id_period_kind" in each for each in said] == [
        False,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("table", "name"), [("prices", "price"), ("rates", "rate"), ("carrier_fees", "carrier_fee")]
)
async def test_one_price_is_in_force_at_a_time(app: Perseat, table: str, name: str) -> None:
    """P2, M3: a second one for the same days has to end the first."""
    sql = f"""INSERT INTO {table} SELECT (jsonb_populate_record(t, jsonb_build_object('id',
        CAST(:id AS text)))).* FROM {table} t LIMIT 1"""  # noqa: S608

    said = await refusal(app.operators, sql, id=str(new_id()))

    assert f'"one_{name}_at_a_time"' in said


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("enabled = true, stopped_reason = 'DECLINED'", "ck_credits_stopped_is_off"),
        ("amount = 999999", "ck_credits_step"),
        ("threshold = -1", "ck_credits_step"),
        ("daily_cap = amount - 1", "ck_credits_caps"),
        ("monthly_cap = daily_cap - 1", "ck_credits_caps"),
    ],
)
async def test_a_rule_of_top_ups_that_cannot_work_is_refused(
    app: Perseat, company: Company, change: str, name: str
) -> None:
    """M6."""
    sql = f"UPDATE credits SET {change} WHERE account_id = :id"  # noqa: S608

    assert name in await refusal(app.operators, sql, id=company.id)


async def test_an_add_on_is_no_licence_and_never_less_than_none(
    app: Perseat, company: Company
) -> None:
    """A1."""
    said = await refused_copy(company, "add_ons", component="LICENSE")
    sql = "UPDATE add_ons SET quantity = -1 WHERE account_id = :id"

    assert "ck_add_ons_component_is_an_add_on" in said
    assert "ck_add_ons_quantity" in await refusal(app.operators, sql, id=company.id)


async def test_the_deleted_leave_their_address(own_app: Perseat) -> None:
    """U5."""
    company = await make_company(own_app)
    await execute(own_app.operators, "UPDATE users SET status = 'DELETED'")

    said = [await refused_copy(company, "users", status="ACTIVE") for _ in range(2)]

    assert said[0] == "it was not refused"
    assert "uq_users_account_id_email" in said[1]


async def test_an_attempt_keeps_the_beginning_of_an_answer(company: Company) -> None:
    """W5: a log is bounded, whoever answers."""
    told = await refused_copy(company, "webhook_attempts", response="x" * 201)

    assert "ck_webhook_attempts_response" in told
