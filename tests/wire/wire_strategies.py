"""What hypothesis draws for the tests of `tcpsim.wire`: numbers, options, segments; and how often."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st

from tcpsim.wire import (
    DecodeError,
    EndOfOptions,
    MaximumSegmentSize,
    NoOperation,
    Option,
    Sack,
    SackPermitted,
    Segment,
    Timestamps,
    UnknownOption,
    WindowScale,
    encode_options,
)

T = TypeVar("T")

# The same examples in every run, on machines of any speed.
quick = settings(derandomize=True, deadline=None, database=None, max_examples=60)

octets = st.integers(0, 0xFF)
words = st.integers(0, 0xFFFF)
# Sequence numbers like to be at the seams of the circle.
numbers = st.sampled_from([0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF]) | st.integers(0, 0xFFFF_FFFF)

ipv4 = st.binary(min_size=4, max_size=4).map(lambda packed: str(IPv4Address(packed)))
ipv6 = st.binary(min_size=16, max_size=16).map(lambda packed: str(IPv6Address(packed)))
address_pairs = st.tuples(ipv4, ipv4) | st.tuples(ipv6, ipv6)

# No kind that has a class of its own.
unknown_options = st.builds(UnknownOption, st.sampled_from([6, 9, 19, 30, 34, 253, 254, 255]), st.binary(max_size=12))
option: st.SearchStrategy[Option] = st.one_of(
    st.just(NoOperation()),
    st.builds(MaximumSegmentSize, words),
    st.builds(WindowScale, octets),
    st.just(SackPermitted()),
    st.builds(Sack, st.lists(st.tuples(numbers, numbers), max_size=4).map(tuple)),
    st.builds(Timestamps, numbers, numbers),
    unknown_options,
)


def fits(options: tuple[Option, ...]) -> bool:
    try:
        return len(encode_options(options)) <= 40
    except ValueError:
        return False


option_lists = st.builds(
    lambda some, padding: (*some, *(EndOfOptions() for _ in range(padding))),
    st.lists(option, max_size=4),
    st.integers(0, 5),
).filter(fits)

segments = st.builds(
    lambda addresses, *fields: Segment(addresses[0], fields[0], addresses[1], *fields[1:]),
    address_pairs,
    words,
    words,
    numbers,
    numbers,
    octets,
    words,
    st.binary(max_size=40),
    option_lists,
    words,
)


def outcome(decode: Callable[[], T]) -> T | DecodeError:
    """What decoding gives: its result, or the one error it may raise. Any other error goes through, and fails."""
    try:
        return decode()
    except DecodeError as error:
        return error
