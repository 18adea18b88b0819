"""What a change of people would cost, before the click: the bill with it beside the bill without.

The change is made to the position that the invoicing function is given, by the rules that make it
in earnest; both positions are then forecast.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import islice

from app.domain.charges import Charge
from app.domain.forecasts import (
    FURTHEST,
    Forecast,
    Ground,
    Upcoming,
    as_invoice,
    forecast,
    in_force,
)
from app.domain.invoices import Position
from app.domain.licenses import Licenses
from app.domain.money import Micros
from app.domain.subscriptions import addition
from app.domain.users import UserStatus

SHOWN = 3


class Action(StrEnum):
    CREATE = "CREATE"
    ACTIVATE = "ACTIVATE"
    PAUSE = "PAUSE"
    SUSPEND = "SUSPEND"
    DEACTIVATE = "DEACTIVATE"
    DELETE = "DELETE"
    GRANT_ROLE = "GRANT_ROLE"
    REVOKE_ROLE = "REVOKE_ROLE"


TARGETS = {
    Action.ACTIVATE: UserStatus.ACTIVE,
    Action.PAUSE: UserStatus.PAUSED,
    Action.SUSPEND: UserStatus.SUSPENDED,
    Action.DEACTIVATE: UserStatus.DEACTIVATED,
    Action.DELETE: UserStatus.DELETED,
}


@dataclass(frozen=True, slots=True)
class Side:
    """The account without or with the change; `charge` is the unbilled charge that it makes."""

    licenses: Licenses
    unbilled: Micros
    invoices: Sequence[Upcoming]
    charge: Charge | None = None


def compare(ground: Ground, more: int, since: date | None = None) -> tuple[Side, Side]:
    """Without and with the change: the next three cut-offs at which either side has an invoice.

    `more` billable users: 1, 0 or -1; `since`: the day from which one who leaves was billable.
    """
    return sides(ground, *_changed(ground, more, since))


def sides(ground: Ground, changed: Position, charge: Charge | None = None) -> tuple[Side, Side]:
    """As things are and as they would be; `charge`: the unbilled one that the change makes."""
    both = zip(_forecast(ground, ground.position), _forecast(ground, changed), strict=True)
    shown = list(islice(filter(_something, islice(both, FURTHEST)), SHOWN))
    return (
        _side(ground, ground.position, [before for before, _ in shown]),
        _side(ground, changed, [after for _, after in shown], charge),
    )


def _forecast(ground: Ground, position: Position) -> Iterator[Forecast]:
    return forecast(position, ground.prices, ground.minimums)


def _something(sides: tuple[Forecast, Forecast]) -> bool:
    return not all(each.bill.is_empty for each in sides)


def _changed(ground: Ground, more: int, since: date | None) -> tuple[Position, Charge | None]:
    """L3, L4, L5 as they would happen: a charge now, an addition for the true-up, or nothing."""
    position = ground.position
    licenses, *others = position.rented
    additions = list(licenses.additions)
    if more > 0:
        additions.insert(0, ground.today)
    elif more < 0 and since in additions:
        additions.remove(since)
    licenses = replace(licenses, wanted=licenses.wanted + more, additions=additions)
    charge = addition(position.subscription, ground.prices, licenses, ground.today)
    if charge is not None:
        licenses = replace(licenses, held=licenses.held + licenses.excess)
    posted = charge.amount if charge else 0
    return (
        replace(position, rented=[licenses, *others], unbilled=position.unbilled + posted),
        charge,
    )


def _side(
    ground: Ground, position: Position, shown: Sequence[Forecast], charge: Charge | None = None
) -> Side:
    licenses = position.rented[0]
    minimum = in_force(ground.minimums, position.subscription.current.start)
    return Side(
        Licenses(licenses.held, licenses.wanted, minimum),
        position.unbilled,
        [as_invoice(each) for each in shown if not each.bill.is_empty],
        charge,
    )
