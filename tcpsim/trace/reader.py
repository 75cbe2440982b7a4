"""From records to events and flights. Nobody else reads records."""

from typing import Any

from tcpsim.tcp.effects import (
    Deliver,
    Drop,
    Effect,
    Probe,
    Retransmit,
    Signal,
    TimerExpired,
    TimerStarted,
    TimerStopped,
)
from tcpsim.tcp.states import Transition
from tcpsim.trace.events import (
    Arrival,
    Call,
    Called,
    Delivered,
    Event,
    Flight,
    HostEvent,
    Microseconds,
    Return,
    Returned,
    SegmentArrived,
    SegmentDropped,
    SegmentLost,
    SegmentSent,
    Signalled,
    StateChanged,
    TimerEvent,
)
from tcpsim.trace.records import HEADER
from tcpsim.wire.flags import ACK, SYN
from tcpsim.wire.pair import SocketPair
from tcpsim.wire.segment import Segment


class Reader:
    """Turns records into events and flights, once, in order."""

    def __init__(self, addresses: dict[str, str]) -> None:
        self.addresses = addresses
        self.events: list[Event] = []
        self.flights: list[Flight] = []
        self.initial: dict[SocketPair, int] = {}  # the ISS last used from one end of a pair
        self.first: dict[SocketPair, int] = {}  # the ISS first used from it
        self.early: list[tuple[Flight, bool, bool]] = []  # sent before both ends had used one, and which of them had
        self.latest: dict[int, Flight] = {}  # by the identity of the segment, which the records keep alive

    def read_all(self, records: list[Any]) -> None:
        start, end = 0, len(records)
        while start < end:
            stop = start + HEADER
            while stop < end and type(records[stop]) is not str:
                stop += 1
            self.read(*records[start : start + HEADER], effects=records[start + HEADER : stop])
            start = stop
        for flight, *known in self.early:
            self.settle(flight, *known)

    def read(
        self,
        kind: str,
        time: Microseconds,
        host: str,
        pair: SocketPair | None,
        subject: Any,
        number: int,
        *,
        effects: list[Effect],
    ) -> None:
        about: dict[str, Any] = {"time": time, "host": host, "pair": pair}
        match kind:
            case "called":
                self.add(Called, about, call=Call(subject[0], subject[1], number))
                number = 0
            case "returned":
                name, value, error, called_at, expected = subject
                self.add(Returned, about, result=Return(name, value, error, number, expected), called_at=called_at)
            case "went on":
                number = 0
            case "arrived":
                flight = self.flight(subject, number)
                number = flight.number
                copy = len(flight.arrivals)
                drop = next((effect for effect in effects if type(effect) is Drop), None)
                flight.arrivals.append(Arrival(time, drop))
                self.add(SegmentArrived, about, number=number, segment=subject, copy=copy, sent_at=flight.sent_at)
            case "lost":
                segment, why = subject
                flight = self.flight(segment, number)
                number = flight.number
                flight.lost, flight.lost_at = why, time
                self.add(SegmentLost, about, number=number, segment=segment, why=why, sent_at=flight.sent_at)
            case "injected":
                self.send(about, subject, injected=True)
            case "happened":
                self.add(HostEvent, about, what=subject)
        for effect in effects:
            self.read_effect(effect, about, number, subject)

    def read_effect(self, effect: Any, about: dict[str, Any], number: int, subject: Any) -> None:
        match effect:
            case Segment():
                self.send(about, effect)
            case Transition():
                self.add(StateChanged, about, row=effect, number=number)
            case TimerStarted(timer, deadline):
                self.add(TimerEvent, about, timer=timer, what="started", deadline=deadline)
            case TimerStopped(timer):
                self.add(TimerEvent, about, timer=timer, what="stopped", deadline=about["time"])
            case TimerExpired(timer):
                self.add(TimerEvent, about, timer=timer, what="expired", deadline=about["time"])
            case Retransmit(segment, attempt, fast, probe):
                self.send(about, segment, attempt=attempt, fast=fast, probe=probe)
            case Probe(segment, purpose):
                self.send(about, segment, probe=purpose)
            case Deliver(octets):
                self.add(Delivered, about, octets=octets)
            case Signal():
                self.add(Signalled, about, signal=effect)
            case Drop():
                self.add(SegmentDropped, about, number=number, segment=subject, reason=effect)
            case _:
                raise TypeError(f"an endpoint answered something that is not an effect: {effect!r}")

    def add(self, event: type[Event], about: dict[str, Any], **details: Any) -> None:
        self.events.append(event(index=len(self.events), **about, **details))

    def send(self, about: dict[str, Any], segment: Segment, **how: Any) -> None:
        number = len(self.flights) + 1
        self.add(SegmentSent, about, number=number, segment=segment, **how)
        pair = SocketPair(segment.src, segment.sport, segment.dst, segment.dport)
        injected = how.get("injected", False)
        if segment.flags & SYN and not injected:
            self.initial[pair] = segment.seq
            self.first.setdefault(pair, segment.seq)
        addresses = self.addresses
        self.latest[id(segment)] = flight = Flight(
            number,
            segment,
            addresses.get(segment.src, about["host"]),
            addresses.get(segment.dst, ""),
            pair,
            about["time"],
            seq_base=self.initial.get(pair, segment.seq if segment.flags & SYN else 0),
            ack_base=self.initial.get(pair.reverse, 0) if segment.flags & ACK else 0,
            **how,
        )
        self.flights.append(flight)
        known = (pair in self.initial, pair.reverse in self.initial)
        if not all(known):
            self.early.append((flight, *known))

    def settle(self, flight: Flight, seq_known: bool, ack_known: bool) -> None:
        """Tells a segment sent before the first SYN of an end what its numbers are relative to."""
        pair, segment = flight.pair, flight.segment
        if not seq_known:
            flight.seq_base = self.first.get(pair, flight.seq_base)
            if segment.flags & SYN:  # nothing but a stray SYN: what answers it counts from there
                self.first.setdefault(pair, segment.seq)
        if not ack_known and segment.flags & ACK:
            flight.ack_base = self.first.get(pair.reverse, flight.ack_base)

    def flight(self, segment: Segment, number: int) -> Flight:
        """The transmission of a segment that arrived or was lost."""
        return self.flights[number - 1] if number else self.latest[id(segment)]
