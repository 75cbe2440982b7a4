"""The transmissions of a trace as rows: what a table, a data frame or a CSV file is made from.

One row for each transmission, lost ones included; times in seconds of virtual time, numbers absolute and relative.
"""

from typing import Any, Final

from tcpsim.trace import Trace
from tcpsim.wire.flags import ACK, flag_letters
from tcpsim.wire.notation import options_notation
from tcpsim.wire.seq import relative

COLUMNS: Final = (
    "number",
    "time",
    "sender",
    "sender_port",
    "receiver",
    "receiver_port",
    "kind",
    "flags",
    "seq",
    "ack",
    "relative_seq",
    "relative_ack",
    "octets",
    "window",
    "options",
    "attempt",
    "fast",
    "probe",
    "injected",
    "arrived",
    "copies",
    "lost",
    "dropped",
)
WHOLE_OR_MISSING: Final = ("ack", "relative_seq", "relative_ack")  # whole numbers, where there are any


def rows(trace: Trace) -> list[tuple[Any, ...]]:
    """A tuple for each transmission, its values in the order of `COLUMNS`; None where a value does not apply."""
    table = []
    for flight in trace.flights:
        segment = flight.segment
        acknowledges = bool(segment.flags & ACK)
        dropped = next((arrival.dropped.caption for arrival in flight.arrivals if arrival.dropped), None)
        table.append(
            (
                flight.number,
                flight.sent_at / 1e6,
                flight.source or None,
                segment.sport,
                flight.receiver or None,
                segment.dport,
                segment.kind,
                flag_letters(segment.flags),
                segment.seq,
                segment.ack if acknowledges else None,
                relative(segment.seq, flight.seq_base),
                relative(segment.ack, flight.ack_base) if acknowledges else None,
                len(segment.payload),
                segment.wnd,
                options_notation(segment.options) if segment.options else None,
                flight.attempt,
                flight.fast,
                flight.probe or None,
                flight.injected,
                flight.arrivals[0].time / 1e6 if flight.arrivals else None,
                len(flight.arrivals),
                flight.lost or None,
                dropped,
            )
        )
    return table
