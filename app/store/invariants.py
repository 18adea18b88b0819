"""What always holds, written as a query that finds where it does not."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Invariant:
    """`query` gives (account_id, what is wrong), and nothing where all is well."""

    name: str
    rule: str
    query: str
