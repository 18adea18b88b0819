"""The one path by which a user's state changes (U1 to U5), for one user or a hundred."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.db.unit_of_work import UnitOfWork
from app.domain.departures import Departure
from app.domain.errors import BillingError, InvalidInput, NotFound
from app.domain.events import EventKind
from app.domain.permissions import Actor, check_may_manage
from app.domain.plans import POLICIES, BillingPolicy
from app.domain.users import (
    ACCESS,
    Administrators,
    Person,
    Role,
    UserStatus,
    check_change,
    check_version,
    clean_reason,
)
from app.models import Account, User, UserState
from app.services import departures, password_links, subscriptions
from app.services.departures import Leaving
from app.services.locks import account_locked, time_of
from app.store import sessions as session_store
from app.store import subscriptions as subscription_store
from app.store import users as store

AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Cause:
    """Who, and why."""

    actor: Actor
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one user: the row as it is now, or why it stayed as it was."""

    user_id: UUID
    user: User | None = None
    error: BillingError | None = None


async def change_status(
    uow: UnitOfWork,
    account_id: UUID,
    user_id: UUID,
    target: UserStatus,
    *,
    cause: Cause,
    expected_version: int | None = None,
    departure: Departure | None = None,
) -> User:
    """Activate, pause, suspend, deactivate or delete; being there already is a success, but for
    DELETED (U5).

    `departure`: what becomes of the contact lists of a user who is deleted (R-15).
    """
    expected = {} if expected_version is None else {user_id: expected_version}
    (outcome,) = await change_statuses(
        uow, account_id, [user_id], target, cause=cause, expected=expected, departure=departure
    )
    if outcome.user is None:
        raise outcome.error or NotFound("user", field="id")
    return outcome.user


async def change_statuses(
    uow: UnitOfWork,
    account_id: UUID,
    user_ids: Sequence[UUID],
    target: UserStatus,
    *,
    cause: Cause,
    expected: Mapping[UUID, int] | None = None,
    departure: Departure | None = None,
) -> list[Outcome]:
    """The same for up to 100 users, in the order given; one who is refused does not stop others.

    A fixed number of statements, and one bill for all of them together.
    """
    if not 0 < len(set(user_ids)) <= AT_ONCE:
        raise InvalidInput(f"Give 1 to {AT_ONCE} users at once.", field="userIds")
    cause = Cause(cause.actor, clean_reason(cause.reason))
    account = await account_locked(uow, account_id, field="id")
    _, plan = await subscription_store.with_plan(uow.session, account_id)
    users = await store.some(uow.session, account_id, user_ids)
    billable = POLICIES[plan.billing_policy].billable
    counts_more = target in billable and any(u.status not in billable for u in users.values())
    if counts_more:
        await subscriptions.catch_up(uow, account)
    leave = departure or Departure()
    decide = _Decision(
        plan.billing_policy,
        cause.actor,
        await store.roles_of(uow.session, account_id, user_ids),
        await store.administrators(uow.session, account_id),
        expected or {},
        await _leaving(uow, account_id, user_ids, target, leave),
    )
    outcomes = [decide.outcome(each, users.get(each), target) for each in dict.fromkeys(user_ids)]
    changing = [each.user for each in outcomes if each.user and each.user.status is not target]
    if changing:
        await _make(uow, account, plan.billing_policy, changing, target, cause, leave)
    if counts_more:
        await subscriptions.charge_additions(uow, account)
    return outcomes


async def _make(
    uow: UnitOfWork,
    account: Account,
    policy: BillingPolicy,
    users: Sequence[User],
    target: UserStatus,
    cause: Cause,
    departure: Departure,
) -> None:
    """The change itself, its history, and what follows from it for people."""
    if target is UserStatus.DELETED:
        await departures.release(uow, account.id, [user.id for user in users], departure)
    entering = [user.id for user in users if _enters(user, target)]
    for user in users:
        _apply(uow, account, policy, user, target, cause)
    await uow.session.flush()
    if not ACCESS[target].can_log_in:
        gone = [user.id for user in users]
        await session_store.end_all(uow.session, account.id, gone, uow.now())
    await password_links.let_in(uow, account.id, entering)


def _enters(user: User, target: UserStatus) -> bool:
    return ACCESS[target].can_log_in and not ACCESS[user.status].can_log_in


async def _leaving(
    uow: UnitOfWork,
    account_id: UUID,
    user_ids: Sequence[UUID],
    target: UserStatus,
    departure: Departure,
) -> Leaving | None:
    if target is not UserStatus.DELETED:
        return None
    return await departures.leaving(uow, account_id, user_ids, departure)


@dataclass(slots=True)
class _Decision:
    """`administrators` shrink as users of the same request leave."""

    policy: BillingPolicy
    actor: Actor
    roles: Mapping[UUID, frozenset[Role]]
    administrators: Administrators
    expected: Mapping[UUID, int]
    leaving: Leaving | None

    def outcome(self, user_id: UUID, user: User | None, target: UserStatus) -> Outcome:
        try:
            if user is None:
                raise NotFound("user", field="id")
            self._check(user, target)
        except BillingError as error:
            return Outcome(user_id, error=error)
        return Outcome(user_id, user)

    def _check(self, user: User, target: UserStatus) -> None:
        person = Person(user.status, self.roles.get(user.id, frozenset()))
        check_may_manage(self.actor, person.roles, field="id")
        check_version(self.expected.get(user.id), user.version)
        if user.status is target and target is not UserStatus.DELETED:
            return
        others = self.administrators.others(user.id)
        check_change(self.policy, person, target, others=others)
        if self.leaving is not None:
            self.leaving.check(user.id)
        if not Person(target, person.roles).runs_the_account:
            self.administrators = self.administrators.without(user.id)


def _apply(
    uow: UnitOfWork,
    account: Account,
    policy: BillingPolicy,
    user: User,
    target: UserStatus,
    cause: Cause,
) -> None:
    before, user.status = user.status, target
    user.version += 1
    record(uow, account, policy, user, before, cause)


def record(
    uow: UnitOfWork,
    account: Account,
    policy: BillingPolicy,
    user: User,
    before: UserStatus | None,
    cause: Cause,
) -> None:
    """One row of the history that every licence count comes from."""
    if before is None:
        uow.tell(EventKind.USER_CREATED, account.id, user_id=user.id, status=user.status)
    else:
        changed = {"user_id": user.id, "before": before, "status": user.status}
        uow.tell(EventKind.USER_STATUS_CHANGED, account.id, **changed)
    uow.session.add(
        UserState(
            account_id=account.id,
            user_id=user.id,
            from_status=before,
            to_status=user.status,
            policy=policy,
            version=user.version,
            at=time_of(uow, account),
            actor=cause.actor.name,
            reason=cause.reason,
        )
    )
