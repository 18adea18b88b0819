"""A catalogue whose prices and rates change, and the zones and months in which companies live."""

from datetime import UTC, date, datetime
from fractions import Fraction

from app.bootstrap import Perseat
from tests.make import query
from tests.simulation.facts import Catalogue

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
    "Asia/Tokyo",
    "Asia/Kolkata",  # half an hour
    "Asia/Kathmandu",  # a quarter
    "Australia/Lord_Howe",  # half an hour of summer time
    "Pacific/Chatham",
    "Pacific/Kiritimati",  # the first to begin a month
    "Pacific/Pago_Pago",  # the last
    "America/Asuncion",  # 1 October 2023 has no midnight
    "Africa/Cairo",  # 23:00 comes twice on 31 October 2024
    "America/Havana",  # 1 November 2026 has two midnights
    "America/Santiago",
    "America/St_Johns",
    "Asia/Beirut",
)
BEGINNINGS = (
    "2023-07",
    "2023-08",
    "2023-10",
    "2024-01",
    "2024-02",
    "2026-05",
    "2026-10",
    "2027-02",
)
"""From each of them 24 months hold a 29 February."""
PLANS = {
    "ipro": "LICENSE",
    "upro": "LICENSE",
    "xpro": "LICENSE",
    "provider": "ACTIVE_USERS",
    "partner": "ACTIVE_USERS",
}
PARTNER = (
    "INSERT INTO plans VALUES ('partner', 'Partner', 'ACTIVE_USERS', 'USD')",
    """INSERT INTO prices (id, plan_id, component, term, effective, amount, is_example)
        SELECT uuidv7(), 'partner', component, term, effective, amount * 3 / 2, true
        FROM prices WHERE plan_id = 'provider'""",
    """INSERT INTO rates (id, plan_id, kind, direction, line_type, initiator, effective, amount,
            is_example)
        SELECT uuidv7(), 'partner', kind, direction, line_type, initiator, effective, amount, true
        FROM rates WHERE plan_id = 'provider'""",
)
"""A second plan that bills by active users: half as much again."""
CHANGES = {
    "2023-09-17": (107, 1_230_000),
    "2024-02-01": (96, 450_000),
    "2024-12-02": (111, 770_000),
    "2027-06-15": (104, 0),
    "2028-02-02": (98, 330_000),
}
"""P2: from these days on prices are so many per cent of what they were, and so many micros more."""
CLOSE_PRICES = """UPDATE prices SET effective = daterange(lower(effective), :since)
    WHERE upper_inf(effective) AND component IN ('LICENSE', 'LOCAL_NUMBER', 'LOCAL_PRESENCE')"""
CLOSE_RATES = """UPDATE rates SET effective = tstzrange(lower(effective), :since)
    WHERE upper_inf(effective) AND initiator IN ('AUTOMATION', 'POWER_DIALER')
      AND direction = 'OUTBOUND' AND line_type = 'LOCAL'"""
PRICE = """INSERT INTO prices (id, plan_id, component, term, effective, amount, is_example)
    SELECT uuidv7(), plan_id, component, term, daterange(:since, NULL),
        amount * :per_cent / 1000000 * 10000 + :more, true
    FROM prices WHERE upper(effective) = :since"""
RATE = """INSERT INTO rates (id, plan_id, kind, direction, line_type, initiator, effective, amount,
        is_example)
    SELECT uuidv7(), plan_id, kind, direction, line_type, initiator, tstzrange(:since, NULL),
        amount * :per_cent / 100, true
    FROM rates WHERE upper(effective) = :since"""
PRICES = "SELECT plan_id, component, term, lower(effective), amount FROM prices"
RATES = "SELECT plan_id, kind, direction, line_type, initiator, lower(effective), amount FROM rates"


async def prepare(app: Perseat) -> Catalogue:
    """Change what is shipped, and tell what there is then."""
    for statement in PARTNER:
        await query(app, statement)
    for day, (per_cent, more) in CHANGES.items():
        since = date.fromisoformat(day)
        await query(app, CLOSE_PRICES, since=since)
        await query(app, PRICE, since=since, per_cent=per_cent, more=more)
        instant = datetime.combine(since, datetime.min.time(), UTC)
        await query(app, CLOSE_RATES, since=instant)
        await query(app, RATE, since=instant, per_cent=per_cent)
    catalogue = Catalogue({}, {})
    for *key, first, micros in await query(app, PRICES):
        catalogue.prices.setdefault(tuple(key), {})[first] = Fraction(micros, 10_000)
    for plan, *cell, start, micros in await query(app, RATES):
        catalogue.rates.setdefault((plan, tuple(cell)), {})[start] = Fraction(micros, 10_000)
    return catalogue
