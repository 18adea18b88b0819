"""S20, S21: where webhooks may go, what signs them, and when they are tried again."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from standardwebhooks import Webhook

from app.domain.errors import InvalidInput
from app.domain.events import EventKind
from app.domain.webhooks import (
    GIVE_UP,
    LADDER,
    clean_description,
    clean_kinds,
    clean_url,
    failing_since,
    is_public,
    next_attempt,
    rest,
    secret,
)

NOW = datetime(2025, 11, 1, 12, tzinfo=UTC)
PRIVATE = [
    *("127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.0.1"),
    "0.0.0.0",  # noqa: S104 - that is what it is for
    *("169.254.169.254", "100.64.0.1", "100.127.255.254", "192.0.0.1", "192.0.2.1", "198.18.0.1"),
    *("198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1"),
    *("255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:10.0.0.1", "::ffff:127.0.0.1"),
    *("::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "2002:7f00:1::"),
    *("2002:808:808::", "2001:0:808:808::1", "2001:db8::1", "fc00::1", "fd00:ec2::254", "fe80::1"),
    *("fe80::1%eth0", "fec0::1", "ff02::1", "100::1", "", "example.com", "127.1", "0x7f000001"),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_what_nobody_on_the_internet_could_reach_is_not_public(address: str) -> None:
    """S20: nor what hides another address."""
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "100.128.0.1"])
def test_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *("", "hooks", "ftp://example.com", "http://example.com", "//example.com", "https://"),
        *("https://127.0.0.1", "https://[::1]/x", "https://[::ffff:10.0.0.1]", "https://10.0.0.1"),
        *("https://2130706433", "https://0x7f000001", "https://0x7f.1", "https://017700000001"),
        *("https://127.1", "https://user:word@example.com", "https://example.com/#x"),
        *("https://example.com:0", "https://example.com:99999", "https://exa mple.com"),
        *("https://example.com/\n", "https://bücher.example", f"https://example.com/{'x' * 2000}"),
        *("http://localhost:9000", "http://127.0.0.1:9000", "https://[fe80::1%25eth0]"),
    ],
)
def test_webhooks_go_to_https_on_the_internet_only(url: str) -> None:
    """S20: what is wrong is said when it is written down, as far as that can be seen."""
    if url.endswith("\n"):
        url += "x"
    with pytest.raises(InvalidInput) as refused:
        clean_url(url)

    assert refused.value.field == "url"


def test_a_url_stays_as_it_is() -> None:
    url = "https://hooks.example.com:8443/perseat?of=1"

    assert clean_url(f" {url} ") == url


def test_for_development_webhooks_may_go_to_this_machine() -> None:
    """And nowhere else by http."""
    for url in ("http://localhost:9000/x", "http://127.0.0.1", "http://[::1]:8000"):
        assert clean_url(url, to_loopback=True) == url
    for url in ("http://10.0.0.1", "http://example.com", "http://0.0.0.0:80"):
        with pytest.raises(InvalidInput):
            clean_url(url, to_loopback=True)


def test_each_secret_is_another() -> None:
    """S21: by account, endpoint, version and signing key; the library takes it."""
    account, endpoint = uuid4(), uuid4()
    made = {
        secret(b"key", account, endpoint, 1),
        secret(b"key", account, endpoint, 2),
        secret(b"key", account, uuid4(), 1),
        secret(b"key", uuid4(), endpoint, 1),
        secret(b"another", account, endpoint, 1),
    }

    assert len(made) == 5
    assert all(each.startswith("whsec_") for each in made)
    assert secret(b"key", account, endpoint, 1) in made
    assert Webhook(made.pop()).sign("id", NOW, "{}").startswith("v1,")


def test_the_ladder_rises_for_three_days_and_not_all_come_at_once() -> None:
    """W5: seconds first, then hours; up to a fifth later by chance of the id."""
    steps = [next_attempt(UUID(int=7), each, NOW) - NOW for each in range(1, 20)]
    others = {next_attempt(UUID(int=each), 1, NOW) for each in range(50)}

    for step, least in zip(steps, LADDER, strict=False):
        assert least <= step <= least * 1.2
    assert sum(steps[:18], timedelta()) > GIVE_UP
    assert len(others) > 20


def test_an_endpoint_rests_until_what_failed_is_tried_again_and_ten_minutes_at_most() -> None:
    """W5: little more, that is: endpoints at one place do not all come back at once."""
    failed = UUID(int=7)
    for each in (1, 2, 3, 4):
        assert rest(failed, each, NOW) == next_attempt(failed, each, NOW)
    assert rest(failed, 400, NOW) == rest(failed, 4, NOW)
    assert len({rest(UUID(int=each), 400, NOW) for each in range(50)}) > 20


def test_where_nothing_was_tried_for_a_day_failing_begins_anew() -> None:
    """W5: an endpoint that gets little is not disabled for what failed a year ago."""
    since = NOW - timedelta(days=365)

    assert failing_since(None, None, NOW) == NOW
    assert failing_since(since, NOW - timedelta(hours=23), NOW) == since
    assert failing_since(since, None, NOW) == since
    assert failing_since(since, NOW - timedelta(days=1), NOW) == NOW


def test_kinds_are_kept_in_order_and_tests_are_none() -> None:
    wanted = [EventKind.INVOICE_PAID, EventKind.ACCOUNT_CLOSED, EventKind.INVOICE_PAID]

    assert clean_kinds([*wanted, EventKind.WEBHOOK_TEST]) == ["account.closed", "invoice.paid"]


def test_a_description_is_a_line() -> None:
    assert clean_description(" CRM ") == "CRM"
    for wrong in ("x" * 201, "two\nlines"):
        with pytest.raises(InvalidInput):
            clean_description(wrong)
