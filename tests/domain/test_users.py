"""Rules U1, U3, U4, U5 and U6: states, what they allow, and who may leave."""

from dataclasses import fields, replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Conflict, InvalidInput, Refused
from app.domain.plans import POLICIES, BillingPolicy
from app.domain.users import (
    ACCESS,
    NOT_ACTIVE,
    TRANSITIONS,
    Access,
    Person,
    Role,
    UserStatus,
    access_of,
    check_change,
    check_last_administrator,
    check_version,
    clean_email,
    clean_name,
)

ACTIVE, PAUSED, SUSPENDED, DEACTIVATED, DELETED = UserStatus
ADMINISTRATOR = frozenset({Role.ADMINISTRATOR, Role.AGENT})
AGENT = frozenset({Role.AGENT})
LOG_IN, REPORTS, SETTINGS, INBOUND, VOICEMAIL, OUTBOUND, RINGS, NOTIFIED = (
    "can_log_in",
    "sees_reports",
    "changes_settings",
    "receives_calls",
    "to_voicemail",
    "makes_calls",
    "rings_in_groups",
    "is_notified",
)
CELLS = {
    ACTIVE: {LOG_IN, REPORTS, SETTINGS, INBOUND, OUTBOUND, RINGS, NOTIFIED},
    PAUSED: {LOG_IN, REPORTS, SETTINGS, VOICEMAIL, OUTBOUND, NOTIFIED},
    SUSPENDED: set[str](),
    DEACTIVATED: set[str](),
    DELETED: set[str](),
}
BILLABLE = {
    ("LICENSE", ACTIVE),
    ("LICENSE", PAUSED),
    ("LICENSE", SUSPENDED),
    ("ACTIVE_USERS", ACTIVE),
}
KNOWN = {
    "LICENSE": {
        (None, ACTIVE),
        (None, SUSPENDED),
        (ACTIVE, PAUSED),
        (ACTIVE, SUSPENDED),
        (ACTIVE, DELETED),
        (PAUSED, ACTIVE),
        (PAUSED, SUSPENDED),
        (PAUSED, DELETED),
        (SUSPENDED, ACTIVE),
        (SUSPENDED, PAUSED),
        (SUSPENDED, DELETED),
    },
    "ACTIVE_USERS": {
        (None, ACTIVE),
        (None, DEACTIVATED),
        (ACTIVE, DEACTIVATED),
        (ACTIVE, DELETED),
        (DEACTIVATED, ACTIVE),
        (DEACTIVATED, DELETED),
    },
}


@pytest.mark.parametrize("column", [field.name for field in fields(Access)])
@pytest.mark.parametrize("status", UserStatus)
def test_a_state_allows_what_the_table_says(status: UserStatus, column: str) -> None:
    """U1, each cell of its table, for an administrator."""
    access = access_of(status, {Role.ADMINISTRATOR})

    assert getattr(access, column) is (column in CELLS[status])


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("status", UserStatus)
def test_only_administrators_change_settings(status: UserStatus, role: Role) -> None:
    """U1: "reports, settings (if admin)"; no other cell depends on the role."""
    access = access_of(status, {role})

    assert access.changes_settings is (SETTINGS in CELLS[status] and role is Role.ADMINISTRATOR)
    assert replace(access, changes_settings=False) == replace(
        ACCESS[status], changes_settings=False
    )


@pytest.mark.parametrize(("policy", "status"), list(product(BillingPolicy, UserStatus)))
def test_who_is_billed_is_data_of_the_policy(policy: BillingPolicy, status: UserStatus) -> None:
    """U1, the last column; P4."""
    assert (status in POLICIES[policy].billable) is ((policy, status) in BILLABLE)


@pytest.mark.parametrize(
    ("policy", "before", "after"), list(product(BillingPolicy, UserStatus, UserStatus))
)
def test_only_the_changes_of_the_policy_are_possible(
    policy: BillingPolicy, before: UserStatus, after: UserStatus
) -> None:
    """U1, U5: each policy has its own states, and nothing leads out of DELETED."""
    person = Person(before, AGENT)

    if (before, after) in KNOWN[policy]:
        check_change(policy, person, after, others=0)
        return
    with pytest.raises(Refused) as refused:
        check_change(policy, person, after, others=0)
    assert refused.value.rule == ("U5" if before is DELETED else "U1")


@pytest.mark.parametrize("policy", BillingPolicy)
def test_the_table_of_changes_is_the_one_that_is_written_here(policy: BillingPolicy) -> None:
    """U1, U6: with the states in which a user may be created."""
    table = {(before, after) for before, those in TRANSITIONS[policy].items() for after in those}

    assert table == KNOWN[policy]


def test_what_the_caller_has_seen_must_still_be_so() -> None:
    check_version(None, 7)
    check_version(7, 7)
    with pytest.raises(Conflict) as conflict:
        check_version(6, 7)
    assert conflict.value.field == "expectedVersion"


@pytest.mark.parametrize("policy", BillingPolicy)
def test_a_user_who_is_created_not_active_cannot_log_in_but_can_be_activated(
    policy: BillingPolicy,
) -> None:
    """U6; under LICENSE the user occupies a licence all the same (U1)."""
    status = NOT_ACTIVE[policy]

    assert not ACCESS[status].can_log_in
    assert ACTIVE in TRANSITIONS[policy][status]
    assert (status in POLICIES[policy].billable) == (policy is BillingPolicy.LICENSE)


@pytest.mark.parametrize(
    "after",
    [
        Person(DELETED, ADMINISTRATOR),
        Person(SUSPENDED, ADMINISTRATOR),
        Person(DEACTIVATED, ADMINISTRATOR),
        Person(ACTIVE, AGENT),
    ],
)
@pytest.mark.parametrize("status", [ACTIVE, PAUSED])
def test_the_last_administrator_who_can_log_in_stays(status: UserStatus, after: Person) -> None:
    """U3: not deleted, not suspended, not deactivated, not demoted; with another one, all of it."""
    before = Person(status, ADMINISTRATOR)

    with pytest.raises(Refused) as refused:
        check_last_administrator(before, after, others=0)
    check_last_administrator(before, after, others=1)

    assert refused.value.rule == "U3"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Person(ACTIVE, ADMINISTRATOR), Person(PAUSED, ADMINISTRATOR)),
        (Person(SUSPENDED, ADMINISTRATOR), Person(DELETED, ADMINISTRATOR)),
        (Person(ACTIVE, AGENT), Person(DELETED, AGENT)),
    ],
    ids=["paused, still logs in", "could not log in before", "no administrator"],
)
def test_who_does_not_run_the_account_may_go(before: Person, after: Person) -> None:
    check_last_administrator(before, after, others=0)

    assert not before.runs_the_account or after.runs_the_account


def test_the_role_goes_first_and_the_user_second() -> None:
    """U4, for deactivation only."""
    administrator = Person(ACTIVE, ADMINISTRATOR)

    with pytest.raises(Refused) as refused:
        check_change("ACTIVE_USERS", administrator, DEACTIVATED, others=1)
    check_change("ACTIVE_USERS", administrator, DELETED, others=1)
    check_change("ACTIVE_USERS", Person(ACTIVE, AGENT), DEACTIVATED, others=0)

    assert refused.value.rule == "U4"


@pytest.mark.parametrize("name", ["", "  ", "\0", "a\x1bb", "x" * 201, "\u202e"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    """U6."""
    with pytest.raises(InvalidInput) as refused:
        clean_name(name, field="firstName")

    assert refused.value.field == "firstName"


@given(st.text(max_size=300))
def test_a_clean_name_stays_as_it_is(text: str) -> None:
    try:
        name = clean_name(text, field="name")
    except InvalidInput:
        return
    assert clean_name(name, field="name") == name
    assert name == name.strip()
    assert 0 < len(name) <= 200


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ada",
        "ada@",
        "@example.com",
        "ada@example",
        "a b@example.com",
        "ada@example..com",
        "ada@.com",
        "a@b@example.com",
        "ada@example.com\0",
        "x" * 200 + "@example.com",
    ],
)
def test_an_address_that_is_none_is_refused(email: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        clean_email(email)

    assert refused.value.field == "email"


@pytest.mark.parametrize("email", ["Ada@Example.com", " ada@example.com\n", "ADA@EXAMPLE.COM"])
def test_one_address_is_written_in_one_way(email: str) -> None:
    assert clean_email(email) == "ada@example.com"
