"""Rule I5: a charge as a sentence, for the person who has to pay it."""

from collections.abc import Mapping, Sequence

REASONS: Mapping[str, str] = {
    "L2": "Converting a trial charges the users of that day at once, to the end of the month.",
    "L3": "A licence added in the middle of a term is charged from its day on.",
    "L4": "On each 1st a long term is adjusted to the licences in use, each from its own day on.",
    "L6": "A renewal charges the users of the cut-off, but at least the contracted minimum.",
    "L7": "An upgrade holds at once and costs the difference, to the end of what is paid for.",
    "A1": "Add-ons are charged like licences: by the term, and from the day they are added.",
    "M5": "Credits were bought.",
    "M6": "The balance had reached its threshold, so credits were topped up.",
    "M7": "Usage had made the credit balance negative; this brings it back to zero.",
    "M8": "The usage of the month, which this account pays afterwards.",
}


def explain(description: str, rule: str, steps: Sequence[str]) -> str:
    """One sentence for what and how much, one for why."""
    return f"{description}: {'; '.join(steps)}. {REASONS[rule]}"
