"""What must stand nowhere: card numbers, keys, links and passwords, in the database, in Valkey and
in the logs."""

import re
from collections.abc import Iterator, Mapping

from tests.faults.harm import as_owner
from tests.faults.stack import Stack

NUMBER = re.compile(r"(?<![\w.-])[2-6](?:[ -]?\d){12,18}(?![\w-])")
"""Of a card, with or without gaps; hexadecimal digits and ids are none."""
TABLES = """SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
    WHERE schemaname !~ '^(pg_|information_schema)'"""


async def places(stack: Stack) -> Mapping[str, str]:
    """All that is written down, by where."""
    return {**await _tables(stack), **_logs(stack), **_keys(stack)}


async def _tables(stack: Stack) -> Mapping[str, str]:
    """Rows as they look as text."""
    return {
        table: "\n".join(await as_owner(stack, f"SELECT t::text FROM {table} t"))  # noqa: S608
        for table in await as_owner(stack, TABLES)
    }


def _logs(stack: Stack) -> Mapping[str, str]:
    return {each.name: each.read_text() for each in stack.supervisor.logs.iterdir()}


def _keys(stack: Stack) -> Mapping[str, str]:
    with stack.valkey() as valkey:
        return {f"Valkey {key!r}": f"{key!r} {valkey.dump(key)!r}" for key in valkey.scan_iter()}


def card_numbers(written: str) -> Iterator[str]:
    """Digits in a row that have the check digit of a card."""
    for found in NUMBER.findall(written):
        digits = re.sub(r"\D", "", found)
        if len(digits) <= 19 and _has_check_digit(digits):
            yield found


def _has_check_digit(digits: str) -> bool:
    """By Luhn: every second digit from the right counts twice, as the sum of its digits."""
    doubled = [int(each) * (1 + place % 2) for place, each in enumerate(reversed(digits))]
    return sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0
