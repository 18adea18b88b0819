#!/usr/bin/env python3
"""Verify an export of the audit with nothing but Python: `verify_audit.py EXPORT [HEADS]`.

EXPORT is what `perseat audit` writes: one JSON object a line, {account, number, body, hash}. In
each account numbers rise from 1 without a gap, and hash is SHA-256 of the hash before (as bytes;
nothing for the first), the number, a line feed and the body. HEADS, from `perseat audit --heads`,
was kept elsewhere: the chains have to lead through each {account, number, hash} of it. Prints what
is wrong, one line each, and ends with 1; else how many rows of how many chains are whole, and ends
with 0.
"""

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

Heads = dict[tuple[str, int], str]


def problems(lines: Iterable[str], heads: Heads) -> Iterator[str]:
    """What does not hold; `heads` are taken out as they are met."""
    last: dict[str, tuple[int, bytes]] = {}
    for place, line in enumerate(lines, 1):
        row = read(line)
        if row is None:
            yield f"line {place}: it is no row of the audit"
            continue
        account, number = row["account"], row["number"]
        before, link = last.get(account, (0, b""))
        name = f"{account} row {number}"
        if number != before + 1:
            yield f"{name}: it follows row {before}"
        if account_in(row["body"]) != account:
            yield f"{name}: it is of another account"
        due = hashlib.sha256(link + f"{number}\n{row['body']}".encode(errors="replace")).digest()
        if due.hex() != row["hash"]:
            yield f"{name}: its hash is not that of its body"
        if heads.pop((account, number), row["hash"]) != row["hash"]:
            yield f"{name}: it was another one when the heads were kept"
        last[account] = (number, bytes.fromhex(row["hash"]))
    yield from (f"{account} row {number}: it is gone" for account, number in heads)


def read(line: str) -> dict[str, Any] | None:
    """A row, if it is one: whoever changes rows need not leave them as such."""
    try:
        row = json.loads(line)
        bytes.fromhex(row["hash"])
        kinds = [type(row[name]) for name in ("account", "number", "body")]
    except (ValueError, KeyError, TypeError):
        return None
    return row if kinds == [str, int, str] else None


def account_in(body: str) -> Any:
    """Whose row it says that it is."""
    try:
        return json.loads(body)["account"]
    except (ValueError, KeyError, TypeError):
        return None


def main(arguments: list[str]) -> int:
    if not 1 <= len(arguments) <= 2:  # noqa: PLR2004
        print(__doc__)
        return 2
    heads: Heads = {}
    for path in arguments[1:]:
        for line in Path(path).read_text(encoding="utf-8").splitlines():
            head = json.loads(line)
            heads[head["account"], head["number"]] = head["hash"]
    rows, chains = 0, set()

    def counted() -> Iterator[str]:
        nonlocal rows
        with Path(arguments[0]).open(encoding="utf-8") as file:
            for line in file:
                rows += 1
                chains.add((read(line) or {}).get("account"))
                yield line

    wrong = 0
    for problem in problems(counted(), heads):
        wrong += 1
        print(problem)
    if not wrong:
        print(f"{rows} rows of {len(chains)} chains are whole.")
    return 1 if wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except OSError as error:
        sys.exit(f"This file cannot be read: {error}.")
