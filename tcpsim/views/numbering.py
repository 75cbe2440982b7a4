"""What the numbers on a segment mean: that SYN and FIN take one, and that an acknowledgment names the next expected.

Not "ack = seq + 1": it is one more only where the segment had a SYN or a FIN and nothing else. Lives here: what is
said of numbers behind a change of state (RFC 9293 §3.4). Must not be known here: any language's words.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from tcpsim.tcp.states import Transition
from tcpsim.trace import Flight
from tcpsim.views.languages import Language
from tcpsim.views.languages.reasons import Reasons
from tcpsim.wire.flags import ACK, FIN, RST, SYN
from tcpsim.wire.notation import number_notation
from tcpsim.wire.seq import MASK

_SYN_ACKNOWLEDGED: Final = frozenset({"rcv_syn_ack", "rcv_ack_of_syn"})


def seq_of(flight: Flight, offset: int = 0) -> str:
    """The number that a segment begins with, or one so many after it, counted from its sender's initial one."""
    return number_notation((flight.segment.seq + offset) & MASK, flight.seq_base)


def ack_of(flight: Flight, offset: int = 0) -> str:
    """The number that a segment acknowledges up to, or one so many after it, counted likewise."""
    return number_notation((flight.segment.ack + offset) & MASK, flight.ack_base)


def behind_the_move(row: Transition, cause: Flight | None, sent: Sequence[Flight], lang: Language) -> Iterator[str]:
    """What the numbers say: of the segment that caused a move along a row, if any, and of those sent because of it."""
    say = lang.reasons
    if cause is not None and cause.segment.flags & ACK and not cause.segment.flags & RST:
        if row.trigger in _SYN_ACKNOWLEDGED:
            yield say.syn_acknowledged.format(ack=ack_of(cause), number=number_notation(cause.ack_base, cause.ack_base))
        if row.trigger == "rcv_ack_of_fin" or row.guard == "fin_acknowledged":
            yield say.fin_acknowledged.format(ack=ack_of(cause), number=ack_of(cause, -1))
    for flight in sent:
        if flight.segment.flags & RST or flight.attempt:
            continue
        if cause is not None and flight.segment.flags & ACK:
            yield from _acknowledging(cause, flight, lang)
        yield from _taking(row, flight, lang)


def _acknowledging(cause: Flight, answer: Flight, lang: Language) -> Iterator[str]:
    """Why an answer acknowledges what it does, where the cause had a SYN or a FIN that is acknowledged with it."""
    say, segment = lang.reasons, cause.segment
    ack, octets = ack_of(answer), lang.octets(len(segment.payload))
    if segment.flags & SYN and segment.payload and answer.segment.ack == (segment.seq + 1) & MASK:
        yield say.acks_syn_alone.format(ack=ack, number=seq_of(cause), octets=octets)
    if answer.segment.ack != segment.end or not segment.flags & (SYN | FIN):
        return
    if segment.flags & SYN and segment.payload:
        yield say.acks_syn_and_data.format(ack=ack, number=seq_of(cause), octets=octets)
    elif segment.flags & SYN:
        wires = {"wire_ack": answer.segment.ack, "wire": segment.seq}
        yield say.acks_syn.format(ack=ack, number=seq_of(cause), **wires)
    elif segment.payload:
        number = seq_of(cause, len(segment.payload))
        yield say.acks_fin_after_data.format(ack=ack, number=number, octets=octets, first=seq_of(cause))
    else:
        yield say.acks_fin.format(ack=ack, number=seq_of(cause))


def _taking(row: Transition, flight: Flight, lang: Language) -> Iterator[str]:
    """Which number the SYN or the FIN of a segment takes; or that a bare ACK takes none, when data is to follow."""
    say: Reasons = lang.reasons
    segment, octets = flight.segment, len(flight.segment.payload)
    if segment.flags & SYN:
        yield say.syn_takes.format(seq=seq_of(flight), wire=segment.seq, next=seq_of(flight, 1))
    elif segment.flags & FIN and octets:
        numbers = {"seq": seq_of(flight, octets), "next": seq_of(flight, octets + 1), "first": seq_of(flight)}
        yield say.fin_takes_after_data.format(octets=lang.octets(octets), **numbers)
    elif segment.flags & FIN:
        yield say.fin_takes.format(seq=seq_of(flight), next=seq_of(flight, 1))
    elif row.trigger == "rcv_syn_ack" and not segment.length:
        yield say.ack_takes_none.format(seq=seq_of(flight))
