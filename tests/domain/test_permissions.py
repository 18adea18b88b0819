"""Rule U2: who may do what to whom."""

from itertools import product

import pytest

from app.domain.errors import Refused
from app.domain.permissions import Actor, ActorRole, check_may_manage
from app.domain.users import Role

EVERYBODY = set(Role)
MAY = {
    "OPS": EVERYBODY,
    "ADMINISTRATOR": EVERYBODY,
    "PARTNER": {Role.SUPERVISOR, Role.AGENT},
}


@pytest.mark.parametrize(("role", "target"), list(product(ActorRole, Role)))
def test_only_administrators_and_who_acts_for_them_manage_users(
    role: ActorRole, target: Role
) -> None:
    """U2: of users a billing admin, a supervisor and an agent change nobody."""
    actor = Actor("somebody", role)

    if target in MAY.get(role, set()):
        check_may_manage(actor, {target}, field="id")
        return
    with pytest.raises(Refused) as refused:
        check_may_manage(actor, {target}, field="id")
    assert (refused.value.rule, refused.value.field) == ("U2", "id")


@pytest.mark.parametrize("role", ActorRole)
def test_one_role_too_much_is_enough_to_refuse(role: ActorRole) -> None:
    """U2: an agent who also pays the bills is not a partner's to change."""
    roles = {Role.AGENT, Role.BILLING_ADMIN}

    if role in {ActorRole.OPS, ActorRole.ADMINISTRATOR}:
        check_may_manage(Actor("somebody", role), roles, field="id")
        return
    with pytest.raises(Refused):
        check_may_manage(Actor("somebody", role), roles, field="id")
