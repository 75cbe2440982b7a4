"""Expectations about segments: how many, never, in which order, and when again.

Each function yields, for every part of an expectation, what it says and what was seen instead ("" when it held).
"""

from collections.abc import Iterator
from itertools import pairwise

from tcpsim.scenario import expectations
from tcpsim.scenario.bounds import is_between, number_text, times, times_text
from tcpsim.scenario.expectations import ANY_REASON
from tcpsim.scenario.notation import End, Number, SegmentLine, WireLine
from tcpsim.scenario.observed import Observed, flight_text
from tcpsim.scenario.patterns import ANY, SegmentPattern, kind_text
from tcpsim.scenario.scalars import Duration, duration_text
from tcpsim.trace import Flight
from tcpsim.wire.flags import ACK, PSH
from tcpsim.wire.notation import options_notation
from tcpsim.wire.seq import MASK

# ---- how many ------------------------------------------------------------------------------------------------------


def count(expectation: expectations.HowMany, observed: Observed) -> Iterator[tuple[str, str]]:
    """How many segments of a kind were sent, retransmissions included."""
    for pattern, between in expectation.count.items():
        found = sum(1 for _ in observed.sent(pattern))
        text = f"{_sender(pattern)} sends {kind_text(pattern.kind)} {times_text(between)}"
        if between.at_most == 0:
            text = _never_sent(pattern)
        yield text, "" if is_between(found, between) else f"it was sent {times(found)}"


def never(expectation: expectations.Never, observed: Observed) -> Iterator[tuple[str, str]]:
    """No segment of a kind was sent."""
    for pattern in expectation.never:
        first = next(observed.sent(pattern), None)
        yield _never_sent(pattern), "" if first is None else f"there was {flight_text(first)}"


def _never_sent(pattern: SegmentPattern) -> str:
    who = "nobody" if pattern.sender == ANY else f"{pattern.sender} never"
    return f"{who} sends {kind_text(pattern.kind)}"


def _sender(pattern: SegmentPattern) -> str:
    return "anyone" if pattern.sender == ANY else pattern.sender


def dropped(expectation: expectations.Dropped, observed: Observed) -> Iterator[tuple[str, str]]:
    """How many segments TCP dropped on arrival, and why."""
    for who, reasons in expectation.dropped.items():
        found = [reason for host in observed.plans.members(who.host) for reason in observed.dropped(host, who)]
        for reason, between in reasons.items():
            number = len(found) if reason == ANY_REASON else found.count(reason)
            why = "" if reason == ANY_REASON else f": {reason}"
            yield f"{who} drops {number_text(between, 'segment')}{why}", _dropped_text(number, between, found)


def _dropped_text(number: int, between: expectations.Between, found: list[str]) -> str:
    if is_between(number, between):
        return ""
    reasons = ", ".join(f"{reason} ({times(found.count(reason))})" for reason in dict.fromkeys(found))
    return f"it dropped {reasons}" if found else "it dropped none"


# ---- when again ----------------------------------------------------------------------------------------------------


def retransmitted(expectation: expectations.Retransmitted, observed: Observed) -> Iterator[tuple[str, str]]:
    """The intervals at which the first segment of a kind that was sent again was sent again."""
    within = expectation.retransmitted.within
    for pattern, intervals in expectation.retransmitted.intervals.items():
        chain = _chain(list(observed.sent(pattern)))
        slack = f" (± {within})" if within.amount else ""
        wanted = ", then ".join(str(interval) for interval in intervals)
        text = f"{_sender(pattern)} sends {kind_text(pattern.kind)} again after {wanted}{slack}"
        yield text, _intervals_differ(chain, intervals, within, observed)


def _chain(flights: list[Flight]) -> list[Flight]:
    """The first segment that was sent more than once: all its transmissions, in order."""
    again = next((flight for flight in flights if flight.attempt), None)
    if again is None:
        return []
    return [flight for flight in flights if flight.pair == again.pair and flight.segment.seq == again.segment.seq]


def _intervals_differ(
    chain: list[Flight], intervals: tuple[Duration, ...], within: Duration, observed: Observed
) -> str:
    if not chain:
        return "it was never sent again"
    profile = observed.plans.hosts[chain[0].sender].profile
    found = [after.sent_at - before.sent_at for before, after in pairwise(chain)]
    slack = within.microseconds(profile)
    wanted = [interval.microseconds(profile) for interval in intervals]
    close = (abs(seen - interval) <= slack for seen, interval in zip(found, wanted, strict=False))
    if len(found) >= len(wanted) and all(close):
        return ""
    return f"it was sent again after {', then '.join(duration_text(interval) for interval in found)}"


# ---- in which order ------------------------------------------------------------------------------------------------


def wire(expectation: expectations.Wire, observed: Observed) -> Iterator[tuple[str, str]]:
    """The segments, in the order sent, are those of the lines."""
    lines = expectation.wire
    first = next((line for line in lines if line is not None), None)
    count = sum(line is not None for line in lines)
    those = "line that begins" if count == 1 else f"{count} lines that begin"
    text = f"the wire carries the {those} with '{first}'" if first else "the wire carries anything"
    yield text, _first_difference(lines, observed)


def _first_difference(lines: tuple[WireLine, ...], observed: Observed) -> str:
    """Where the lines and the segments part, or "". Of the ways to read `...`, the one that gets furthest counts."""
    flights = observed.trace.flights
    places = _past_skips({0}, lines)  # how many lines may lie behind us
    furthest, seen = max(places), 0  # and how many segments lay behind us when we got there
    for index, flight in enumerate(flights):
        reached = {place for place in places if place and lines[place - 1] is None}
        for place in places:
            line = lines[place] if place < len(lines) else None
            if line is not None and not _mismatch(line, flight, observed):
                reached.add(place + 1)
        places = _past_skips(reached, lines)
        if not places:
            break
        if max(places) > furthest:
            furthest, seen = max(places), index + 1
    if len(lines) in places:
        return ""
    return _where_they_part(lines, furthest, flights[seen:], observed)


def _past_skips(places: set[int], lines: tuple[WireLine, ...]) -> set[int]:
    """The places in the lines, and those behind a `...` that may skip nothing.

    Those before the last `...` that was reached are given up: it may skip whatever they would wait for.
    """
    reached, behind_skip = set(places), 0
    for place in places:
        end = place
        while end < len(lines) and lines[end] is None:
            end += 1
        reached.add(end)
        if end and lines[end - 1] is None:
            behind_skip = max(behind_skip, end)
    return {place for place in reached if place >= behind_skip}


def _where_they_part(lines: tuple[WireLine, ...], place: int, rest: list[Flight], observed: Observed) -> str:
    if place == len(lines):
        return f"after the last line came {flight_text(rest[0])}"
    line = lines[place]
    if line is None or not rest:
        return f"no segment was left for line {place + 1}, '{line}'"
    if place and lines[place - 1] is None:
        after = f" after line {place - 1}" if place > 1 else ""
        return f"nothing like line {place + 1}, '{line}', was sent{after}"
    return f"instead of line {place + 1}, '{line}', came {flight_text(rest[0])}: {_mismatch(line, rest[0], observed)}"


def _mismatch(line: SegmentLine, flight: Flight, observed: Observed) -> str:
    """In what a segment differs from a line, or "". Only what the line says is compared."""
    segment = flight.segment
    if not _is_end(line.sender, segment.src, segment.sport, observed):
        return "another sender"
    if line.receiver is not None and not _is_end(line.receiver, segment.dst, segment.dport, observed):
        return "another receiver"
    if line.at is not None and line.at != flight.sent_at:
        return f"it was sent at {duration_text(flight.sent_at)}"
    if line.flags is None:
        return ""
    if (segment.flags ^ line.flags) & ~(0 if line.flags & PSH else PSH):
        return "other flags"
    if line.seq is not None and not _is_number(line.seq, segment.seq, flight.seq_base):
        return "another sequence number"
    if line.octets is not None and line.octets != len(segment.payload):
        return f"{len(segment.payload)} octets"
    if line.ack is not None and not (segment.flags & ACK and _is_number(line.ack, segment.ack, flight.ack_base)):
        return "another acknowledgment"
    if line.window is not None and line.window != segment.wnd:
        return f"its window is {segment.wnd}"
    if line.urgent is not None and line.urgent != segment.up:
        return f"its urgent pointer is {segment.up}"
    if line.options is not None and options_notation(line.options) != options_notation(
        segment.options, flight.ack_base
    ):
        return f"its options are {options_notation(segment.options, flight.ack_base)}"
    return ""


def _is_end(end: End, address: str, port: int, observed: Observed) -> bool:
    plans = observed.plans
    named = end.host in plans.hosts or end.host in plans.groups
    same = observed.trace.addresses.get(address) in plans.members(end.host) if named else address == end.host
    return same and end.port in (0, port)


def _is_number(number: Number, value: int, base: int) -> bool:
    return number.value == (value if number.absolute else (value - base) & MASK)
