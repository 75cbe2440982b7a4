"""A trace as a JSON document, in a stable order: dicts, lists, strings, integers. docs/trace-json.md describes it.

Lives here: the document's shape, and its version. A field that exists keeps its name and meaning within a version;
new fields may come. Must not be known here: files, and what a reader does with it.
"""

from typing import Any, Final

from tcpsim.tcp.effects import Drop
from tcpsim.trace import (
    Called,
    Delivered,
    Event,
    Flight,
    HostEvent,
    Returned,
    SegmentArrived,
    SegmentDropped,
    SegmentLost,
    SegmentSent,
    Signalled,
    StateChanged,
    TimerEvent,
    Trace,
)
from tcpsim.wire.flags import ACK, flag_letters, flag_names
from tcpsim.wire.notation import segment_notation
from tcpsim.wire.options import (
    EndOfOptions,
    MaximumSegmentSize,
    NoOperation,
    Option,
    Sack,
    SackPermitted,
    Timestamps,
    UnknownOption,
    WindowScale,
)
from tcpsim.wire.pair import SocketPair
from tcpsim.wire.seq import relative

FORMAT: Final = "tcpsim-trace"
VERSION: Final = 1

Document = dict[str, Any]


def to_document(trace: Trace, **about: Any) -> Document:
    """The document. `about` are whatever JSON values say where the trace comes from: title, scenario, seed."""
    names: dict[str, list[str]] = {host: [] for host in trace.hosts}
    for address, host in trace.addresses.items():
        names.setdefault(host, []).append(address)
    return {
        "format": FORMAT,
        "version": VERSION,
        "about": about,
        "hosts": [{"name": host, "addresses": addresses} for host, addresses in names.items()],
        "flights": [_flight(flight) for flight in trace.flights],
        "events": [_event(event) for event in trace.events],
    }


# ---- events -------------------------------------------------------------------------------------------------------


def _event(event: Event) -> Document:
    return {
        "index": event.index,
        "time": event.time,
        "host": event.host,
        "connection": _pair(event.pair),
        **_what_happened(event),
    }


def _what_happened(event: Event) -> Document:
    """The fields that only one type of event has, `type` first."""
    match event:
        case Called(call=call):
            return {"type": "call", "name": call.name, "argument": _value(call.argument), "process": call.process}
        case Returned(result=result, called_at=called_at):
            about = {"name": result.name, "value": _value(result.value), "error": result.error or None}
            about["expected"] = result.expected or None
            return {"type": "return", **about, "process": result.process, "called_at": called_at}
        case SegmentSent(number=number):
            how = {"attempt": event.attempt, "fast": event.fast, "probe": event.probe or None}
            return {"type": "sent", "number": number, **how, "injected": event.injected}
        case SegmentArrived(number=number, copy=copy, sent_at=sent_at):
            return {"type": "arrived", "number": number, "copy": copy, "sent_at": sent_at}
        case SegmentLost(number=number, why=why, sent_at=sent_at):
            return {"type": "lost", "number": number, "why": why, "sent_at": sent_at}
        case SegmentDropped(number=number, reason=reason):
            return {"type": "dropped", "number": number, "reason": _drop(reason)}
        case StateChanged(row=row, number=number):
            move = {"source": str(row.source), "destination": str(row.destination), "trigger": row.trigger}
            return {"type": "state", **move, "section": row.section, "why": row.why, "number": number or None}
        case TimerEvent(timer=timer, what=what, deadline=deadline):
            return {"type": "timer", "timer": timer.label, "what": what, "deadline": deadline}
        case Delivered(octets=octets):
            return {"type": "delivered", "octets": octets}
        case Signalled(signal=signal):
            told = {"name": signal.name, "errno": signal.errno or None, "section": signal.section}
            return {"type": "signal", **told}
        case HostEvent(what=what):
            return {"type": "host", "what": what}
        case _:
            raise TypeError(f"the document has no shape for {type(event).__name__}")


def _pair(pair: SocketPair | None) -> Document | None:
    if pair is None:
        return None
    ends = {"local": pair.local, "local_port": pair.lport}
    return {**ends, "remote": pair.remote or None, "remote_port": pair.rport if pair.remote else None}


def _drop(drop: Drop | None) -> Document | None:
    if drop is None:
        return None
    return {"caption": drop.caption, "why": drop.why, "section": drop.section, "answered": drop.answered}


def _value(value: object) -> object:
    """A call's argument or value: octets as a document of their own, several as a list, all else as it is."""
    if isinstance(value, tuple):
        return [_value(part) for part in value]
    return _octets(value) if isinstance(value, bytes) else value


def _octets(octets: bytes) -> Document:
    """How many, and which: as text where they are printable ASCII, else in hexadecimal."""
    if octets.isascii() and all(32 <= octet < 127 or octet in {9, 10, 13} for octet in octets):
        return {"octets": len(octets), "text": octets.decode("ascii")}
    return {"octets": len(octets), "hex": octets.hex()}


# ---- transmissions ------------------------------------------------------------------------------------------------


def _flight(flight: Flight) -> Document:
    return {
        "number": flight.number,
        "sender": flight.source or None,
        "receiver": flight.receiver or None,
        "connection": _pair(flight.pair),
        "sent_at": flight.sent_at,
        "attempt": flight.attempt,
        "fast": flight.fast,
        "probe": flight.probe or None,
        "injected": flight.injected,
        "arrivals": [{"time": arrival.time, "dropped": _drop(arrival.dropped)} for arrival in flight.arrivals],
        "lost": {"why": flight.lost, "time": flight.lost_at} if flight.lost else None,
        "segment": _segment(flight),
    }


def _segment(flight: Flight) -> Document:
    segment = flight.segment
    acknowledges = bool(segment.flags & ACK)
    return {
        "notation": segment_notation(segment, seq_base=flight.seq_base, ack_base=flight.ack_base),
        "kind": segment.kind,
        "source": segment.src,
        "source_port": segment.sport,
        "destination": segment.dst,
        "destination_port": segment.dport,
        "flags": flag_names(segment.flags).split("-") if segment.flags else [],
        "letters": flag_letters(segment.flags),
        "seq": segment.seq,
        "relative_seq": relative(segment.seq, flight.seq_base),
        "ack": segment.ack,
        "relative_ack": relative(segment.ack, flight.ack_base) if acknowledges else None,
        "window": segment.wnd,
        "urgent": segment.up,
        "length": segment.length,
        "options": [_option(option) for option in segment.options],
        "payload": _octets(segment.payload),
    }


def _option(option: Option) -> Document:
    match option:
        case EndOfOptions():
            return {"option": "end"}
        case NoOperation():
            return {"option": "nop"}
        case MaximumSegmentSize(octets):
            return {"option": "mss", "octets": octets}
        case WindowScale(shift):
            return {"option": "window scale", "shift": shift}
        case SackPermitted():
            return {"option": "sack permitted"}
        case Sack(blocks):
            return {"option": "sack", "blocks": [[left, right] for left, right in blocks]}
        case Timestamps(value, echo):
            return {"option": "timestamps", "value": value, "echo": echo}
        case UnknownOption(kind, octets):
            return {"option": "unknown", "kind": kind, "hex": octets.hex()}
