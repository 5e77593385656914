"""Rate limits and counts, by socket and by address."""

import pytest

from gateway.limits import Addresses, TokenBucket, network


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_of_twice_the_rate_passes_and_then_the_rate() -> None:
    clock = Clock()
    bucket = TokenBucket(10, clock)
    assert sum(bucket.take() for _ in range(100)) == 20
    clock.now += 1
    assert sum(bucket.take() for _ in range(100)) == 10
    clock.now += 3_600
    assert sum(bucket.take() for _ in range(100)) == 20


def test_a_rate_below_one_still_lets_one_through() -> None:
    assert TokenBucket(0.1, Clock()).take()


def test_a_higher_cost_passes_less_often() -> None:
    clock = Clock()
    bucket = TokenBucket(10, clock)
    assert sum(bucket.take(5) for _ in range(100)) == 4
    clock.now += 1
    assert sum(bucket.take(5) for _ in range(100)) == 2


def test_a_cost_above_the_burst_takes_a_full_bucket() -> None:
    clock = Clock()
    bucket = TokenBucket(1, clock)
    assert bucket.take(9)
    clock.now += 7
    assert not bucket.take()
    clock.now += 1
    assert bucket.take()


def test_sockets_are_counted_by_address_until_they_close() -> None:
    addresses = Addresses(1, 100, 1_000, Clock())
    first = addresses.enter("192.0.2.1")
    assert not addresses.has_room("192.0.2.1")
    assert addresses.has_room("192.0.2.2")
    addresses.leave(first)
    assert addresses.has_room("192.0.2.1")


def test_all_addresses_together_have_only_so_many_sockets(caplog: pytest.LogCaptureFixture) -> None:
    addresses = Addresses(10, 100, 2, Clock())
    first, _ = addresses.enter("192.0.2.1"), addresses.enter("192.0.2.2")
    for _ in range(100):
        assert not addresses.has_room("192.0.2.3")
    addresses.leave(first)
    assert addresses.has_room("192.0.2.3")
    (line,) = caplog.messages
    assert "MAX_CONNECTIONS" in line


def test_an_idle_address_is_forgotten_and_a_busy_one_is_not() -> None:
    clock = Clock()
    addresses = Addresses(1, 1, 1_000, clock)
    busy = addresses.of("busy")
    addresses.enter("open")
    for number in range(5_000):
        addresses.of(f"passing {number}")
        if number % 500 == 0:
            clock.now += 10
        busy.requests.take()
    assert len(addresses._known) < 2_100
    assert not addresses.has_room("open")
    assert addresses.of("busy") is busy


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_a_whole_ipv6_network_counts_as_one(host: str, counted: str) -> None:
    assert network(host) == counted
