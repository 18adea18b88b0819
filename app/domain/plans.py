"""Rules P2 to P4: a plan has prices, a rate card and a billing policy; all three are data."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.errors import Refused
from app.domain.money import Micros
from app.domain.users import UserStatus


class Term(StrEnum):
    MONTHLY = "MONTHLY"
    QUARTERLY = "QUARTERLY"
    ANNUAL = "ANNUAL"

    @property
    def months(self) -> int:
        return {"MONTHLY": 1, "QUARTERLY": 3, "ANNUAL": 12}[self.value]


class Component(StrEnum):
    """What a subscription rents by the term: licences, and the add-ons of rule A1."""

    LICENSE = "LICENSE"
    LOCAL_NUMBER = "LOCAL_NUMBER"
    TOLL_FREE_NUMBER = "TOLL_FREE_NUMBER"
    INTERNATIONAL_NUMBER = "INTERNATIONAL_NUMBER"
    LOCAL_PRESENCE = "LOCAL_PRESENCE"
    BRAND_REGISTRATION = "BRAND_REGISTRATION"
    CAMPAIGN_10DLC = "CAMPAIGN_10DLC"
    AI_TEXT_BOT = "AI_TEXT_BOT"
    VOICE_ANALYTICS = "VOICE_ANALYTICS"
    AI_VOICE_BOT = "AI_VOICE_BOT"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Component.LICENSE: "licence",
    Component.LOCAL_NUMBER: "local number",
    Component.TOLL_FREE_NUMBER: "toll-free number",
    Component.INTERNATIONAL_NUMBER: "international number",
    Component.LOCAL_PRESENCE: "local presence package",
    Component.BRAND_REGISTRATION: "brand registration fee",
    Component.CAMPAIGN_10DLC: "10DLC campaign fee",
    Component.AI_TEXT_BOT: "AI text bot",
    Component.VOICE_ANALYTICS: "voice analytics",
    Component.AI_VOICE_BOT: "AI voice bot",
}


class BillingPolicy(StrEnum):
    LICENSE = "LICENSE"
    ACTIVE_USERS = "ACTIVE_USERS"


@dataclass(frozen=True, slots=True)
class Policy:
    """P4. `billable`: the states that occupy a licence. `prorates`: mid-term additions cost."""

    billable: frozenset[UserStatus]
    prorates: bool


POLICIES: Mapping[BillingPolicy, Policy] = {
    BillingPolicy.LICENSE: Policy(
        billable=frozenset({UserStatus.ACTIVE, UserStatus.PAUSED, UserStatus.SUSPENDED}),
        prorates=True,
    ),
    BillingPolicy.ACTIVE_USERS: Policy(billable=frozenset({UserStatus.ACTIVE}), prorates=False),
}


@dataclass(frozen=True, slots=True)
class Agreed:
    """A price that was negotiated with one account; without an amount, the list's again."""

    plan_id: str
    component: Component
    term: Term
    effective_on: date
    amount: Micros | None


@dataclass(frozen=True, slots=True)
class Price:
    """In force from `start` until the next price of the same plan, component and term."""

    plan_id: str
    component: Component
    term: Term
    start: date
    end: date | None
    amount: Micros


class PriceBook:
    """Prices by plan, component and term; rule P2: an account's own come before the list's."""

    def __init__(self, prices: Iterable[Price], listed: "PriceBook | None" = None) -> None:
        self._listed = listed
        self._prices: dict[tuple[str, Component, Term], list[Price]] = {}
        for price in prices:
            key = (price.plan_id, price.component, price.term)
            self._prices.setdefault(key, []).append(price)

    def entry(self, plan_id: str, component: Component, term: Term, on: date) -> Price | None:
        """What is in force on a day, and since when; None where it is not sold."""
        for price in self._prices.get((plan_id, component, term), ()):
            if price.start <= on and (price.end is None or on < price.end):
                return price
        return None if self._listed is None else self._listed.entry(plan_id, component, term, on)

    def find(self, plan_id: str, component: Component, term: Term, on: date) -> Micros | None:
        """The price of one unit for one whole term, in micros; None where it is not sold."""
        price = self.entry(plan_id, component, term, on)
        return None if price is None else price.amount

    def price(self, plan_id: str, component: Component, term: Term, on: date) -> Micros:
        """The same; what is not sold cannot be billed."""
        found = self.find(plan_id, component, term, on)
        if found is None:
            raise Refused(
                "P3",
                f"Plan {plan_id} has no {term.lower()} price for a {component.label} on {on}.",
            )
        return found

    def negotiated(self, own: Sequence[Agreed]) -> "PriceBook":
        """P2: the book of an account with prices of its own, in the order of their effect.

        The later of two for one day counts, and one without an amount is the list's again.
        """
        return PriceBook(_in_force(own), self) if own else self


def _in_force(own: Sequence[Agreed]) -> Iterator[Price]:
    """Each from its day until the next one of the same plan, component and term."""
    by_key: dict[tuple[str, Component, Term], dict[date, Agreed]] = {}
    for each in own:
        key = (each.plan_id, each.component, each.term)
        by_key.setdefault(key, {})[each.effective_on] = each
    for days in by_key.values():
        for each, end in zip(days.values(), [*list(days)[1:], None], strict=True):
            if each.amount is not None:
                key = (each.plan_id, each.component, each.term)
                yield Price(*key, each.effective_on, end, each.amount)
