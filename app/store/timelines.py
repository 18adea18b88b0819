"""What happened to the users of an account, from the append-only histories of states and roles."""

from sqlalchemy import null, select, union_all
from sqlmodel import col

from app.models import RoleChange, UserState

_states = select(
    col(UserState.account_id),
    col(UserState.id),
    col(UserState.user_id),
    col(UserState.at),
    col(UserState.actor),
    col(UserState.reason),
    col(UserState.from_status),
    col(UserState.to_status),
    null().label("role"),
    null().label("granted"),
)
_roles = select(
    col(RoleChange.account_id),
    col(RoleChange.id),
    col(RoleChange.user_id),
    col(RoleChange.at),
    col(RoleChange.actor),
    null(),
    null(),
    null(),
    col(RoleChange.role),
    col(RoleChange.granted),
)
TIMELINE = union_all(_states, _roles).subquery("timeline")
"""Read in pages by (at, id), newest first: both tables have an index in that order."""
