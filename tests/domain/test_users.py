"""Rules U1, U3, U4, U5 and U6: states, what they allow, and who may leave."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import InvalidInput, Refused
from app.domain.plans import POLICIES, BillingPolicy
from app.domain.users import (
    ACCESS,
    NOT_ACTIVE,
    TRANSITIONS,
    Person,
    Role,
    UserStatus,
    check_deactivation,
    check_last_administrator,
    check_transition,
    clean_email,
    clean_name,
)

ACTIVE, PAUSED, SUSPENDED, DEACTIVATED, DELETED = UserStatus
ALLOWED = {
    "LICENSE": {
        *product((ACTIVE, PAUSED, SUSPENDED), (ACTIVE, PAUSED, SUSPENDED)),
        *product((ACTIVE, PAUSED, SUSPENDED), (DELETED,)),
    },
    "ACTIVE_USERS": {
        (ACTIVE, DEACTIVATED),
        (DEACTIVATED, ACTIVE),
        (ACTIVE, DELETED),
        (DEACTIVATED, DELETED),
    },
}


@pytest.mark.parametrize(
    ("status", "allowed"),
    [
        (ACTIVE, "log in, reports, inbound, outbound, rings, notified"),
        (PAUSED, "log in, reports, outbound, notified"),
        (SUSPENDED, ""),
        (DEACTIVATED, ""),
        (DELETED, ""),
    ],
)
def test_a_state_allows_what_the_table_says(status: UserStatus, allowed: str) -> None:
    """U1, a row of its table."""
    access = ACCESS[status]

    granted = {
        "log in": access.can_log_in,
        "reports": access.sees_reports,
        "inbound": access.receives_calls,
        "outbound": access.makes_calls,
        "rings": access.rings_in_groups,
        "notified": access.is_notified,
    }
    assert ", ".join(what for what, is_granted in granted.items() if is_granted) == allowed


@pytest.mark.parametrize(
    ("policy", "before", "after"), list(product(BillingPolicy, UserStatus, UserStatus))
)
def test_only_the_changes_of_the_policy_are_possible(
    policy: BillingPolicy, before: UserStatus, after: UserStatus
) -> None:
    """U1, U5: each policy has its own states, and nothing leads out of DELETED."""
    if before is not after and (before, after) in ALLOWED[policy]:
        check_transition(policy, before, after)
        assert after in TRANSITIONS[policy][before]
        return
    with pytest.raises(Refused) as refused:
        check_transition(policy, before, after)
    assert refused.value.rule == ("U5" if before is DELETED else "U1")


@pytest.mark.parametrize("policy", BillingPolicy)
def test_a_user_who_is_created_not_active_cannot_log_in_but_can_be_activated(
    policy: BillingPolicy,
) -> None:
    """U6; under LICENSE the user occupies a licence all the same (U1)."""
    status = NOT_ACTIVE[policy]

    assert not ACCESS[status].can_log_in
    assert ACTIVE in TRANSITIONS[policy][status]
    assert (status in POLICIES[policy].billable) == (policy is BillingPolicy.LICENSE)


ADMINISTRATOR = frozenset({Role.ADMINISTRATOR, Role.AGENT})
AGENT = frozenset({Role.AGENT})


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
        check_deactivation(administrator, DEACTIVATED)
    check_deactivation(administrator, DELETED)
    check_deactivation(Person(ACTIVE, AGENT), DEACTIVATED)

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
