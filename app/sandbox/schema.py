"""The tables of the sandbox's book. All times are texts that sort as time does."""

from sqlite3 import Connection

from app.clock import SystemClock

VERSION = 2
_SCHEMA = """
CREATE TABLE customers (
    key TEXT PRIMARY KEY, reference TEXT NOT NULL UNIQUE, name TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE charges (
    id INTEGER PRIMARY KEY, key TEXT UNIQUE, reference TEXT NOT NULL UNIQUE,
    customer TEXT NOT NULL, token TEXT NOT NULL, ordered INTEGER NOT NULL, amount INTEGER NOT NULL,
    currency TEXT NOT NULL, status TEXT NOT NULL, decline_code TEXT,
    taken_back INTEGER NOT NULL DEFAULT 0, returned INTEGER NOT NULL DEFAULT 0,
    notes TEXT NOT NULL, created_at TEXT NOT NULL,
    asked INTEGER NOT NULL DEFAULT 1,
    CHECK (ordered > 0 AND amount > 0 AND taken_back BETWEEN 0 AND amount),
    CHECK ((status = 'DECLINED') = (decline_code IS NOT NULL))
);
CREATE TABLE refunds (
    id INTEGER PRIMARY KEY, key TEXT UNIQUE, reference TEXT NOT NULL UNIQUE,
    charge INTEGER NOT NULL REFERENCES charges (id), amount INTEGER NOT NULL CHECK (amount > 0),
    status TEXT NOT NULL, failure_code TEXT, created_at TEXT NOT NULL
);
CREATE INDEX refunds_of_a_charge ON refunds (charge);
CREATE TABLE events (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, body TEXT NOT NULL,
    occurred_at TEXT NOT NULL
);
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY, event INTEGER NOT NULL REFERENCES events (id),
    due_at TEXT, held_for TEXT, attempts INTEGER NOT NULL DEFAULT 0, answer TEXT
);
CREATE INDEX deliveries_due ON deliveries (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE switches (
    customer TEXT NOT NULL, operation TEXT NOT NULL, mode TEXT NOT NULL, times INTEGER,
    seconds REAL, code TEXT, amount INTEGER, set_at TEXT NOT NULL,
    PRIMARY KEY (customer, operation, mode)
) WITHOUT ROWID;
"""
_FROM_1 = """
ALTER TABLE charges ADD COLUMN returned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE refunds ADD COLUMN failure_code TEXT
"""
_OLDER = "SELECT 1 FROM sqlite_master WHERE name = 'charges'"
_ADOPT = """
INSERT INTO charges (key, reference, customer, token, ordered, amount, currency, status,
    decline_code, notes, created_at, asked)
SELECT key, 'ch_' || replace(key, '-', ''), '', token, amount, amount, currency,
    iif(decline_code IS NULL, 'SUCCEEDED', 'DECLINED'), decline_code, '{}', ?, asked FROM older
"""


def prepare(db: Connection) -> None:
    """Make the tables where there are none; an older book of charges alone is taken over."""
    found = db.execute("PRAGMA user_version").fetchone()[0]
    if found == VERSION:
        return
    if found == 1:
        _run(db, _FROM_1)
    else:
        _make(db)
    db.execute(f"PRAGMA user_version = {VERSION}")


def _make(db: Connection) -> None:
    older = db.execute(_OLDER).fetchone()
    if older:
        db.execute("ALTER TABLE charges RENAME TO older")
    _run(db, _SCHEMA)
    if older:
        db.execute(_ADOPT, (SystemClock().now().isoformat(timespec="microseconds"),))
        db.execute("DROP TABLE older")


def _run(db: Connection, script: str) -> None:
    for statement in script.split(";"):
        db.execute(statement)
