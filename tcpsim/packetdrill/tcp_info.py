"""`tcpi_*`: what a socket tells of its connection, as far as the endpoint and the trace know it.

What is not simulated (ECN, path MTUs, a kernel's estimates of losses) has no field here, so that a script which asks
for it is told that tcpsim cannot run it, by the field's name. Times are µs unless said otherwise, as in Linux and
FreeBSD. Must not be known here: who asks, an assertion or a getsockopt(TCP_INFO).
"""

from typing import Final

from tcpsim.packetdrill.busy import Doing
from tcpsim.packetdrill.platforms import Platform
from tcpsim.packetdrill.program import Program
from tcpsim.tcp.states import CLOSED, ESTABLISHED, LISTEN, SYN_SENT
from tcpsim.tcp.tcb import UNLIMITED, Tcb
from tcpsim.trace import StateChanged
from tcpsim.trace.events import Flight
from tcpsim.wire.seq import MASK

DUPLICATE_THRESHOLD: Final = 3  # RFC 5681 §3.2: so many duplicate ACKs are taken for a loss
_MILLISECOND: Final = 1_000  # µs


def names(platform: Platform) -> dict[str, int]:
    """What assertions may call numbers by: the platform's constants, and FreeBSD's names for the states."""
    states = {f"TCPI_{state.name}": number for state, number in platform.states.items()}
    return {**states, **{name: number for name, number in platform.constants.items() if name.startswith("TCP")}}


def fields(program: Program, tcb: Tcb | None) -> dict[str, int]:
    """What is known of a connection; None: of a socket that has none."""
    states = program.platform.states
    if tcb is None:
        return {"tcpi_state": states[CLOSED], "tcpi_options": 0}
    told = {"tcpi_state": states[tcb.state], **_of_the_endpoint(tcb)}
    if tcb.state is not LISTEN:
        told |= _of_the_options(program, tcb)
        told |= _of_congestion(program, tcb)
        told |= _of_the_past(program, tcb)
        told |= _of_its_time(program, tcb)
    return told


def _of_the_endpoint(tcb: Tcb) -> dict[str, int]:
    """What the TCB says of itself."""
    queue, rto = tcb.outgoing.retransmission_queue, tcb.rto
    begun = tcb.state is not LISTEN
    heard = begun and tcb.state is not SYN_SENT
    return {
        "tcpi_rto": rto.rto,
        "tcpi_rtt": max(rto.srtt, 0),
        "tcpi_rttvar": rto.rttvar,
        "tcpi_snd_mss": tcb.agreed.mss,
        "tcpi_advmss": tcb.profile.mss,
        "tcpi_unacked": len(queue),
        "tcpi_retrans": sum(entry.transmissions > 1 for entry in queue),
        "tcpi_probes": tcb.probes,
        "tcpi_reordering": DUPLICATE_THRESHOLD,
        "tcpi_notsent_bytes": tcb.outgoing.unsent,
        "tcpi_snd_wnd": tcb.snd_wnd,
        "tcpi_rcv_wnd": tcb.rcv_wnd,
        "tcpi_snd_nxt": tcb.snd_nxt,
        "tcpi_rcv_nxt": tcb.rcv_nxt,
        # numbers, of which SYN and FIN have one each; the SYN-ACK was acknowledged before a passive socket was made
        "tcpi_bytes_acked": (tcb.snd_una - tcb.iss - tcb.passive) & MASK if begun and tcb.snd_una != tcb.iss else 0,
        "tcpi_bytes_received": (tcb.rcv_nxt - tcb.irs - 1) & MASK if heard else 0,
    }


def _of_the_options(program: Program, tcb: Tcb) -> dict[str, int]:
    """What was agreed on in the SYNs."""
    agreed, bits = tcb.agreed, program.platform.constants
    return {
        "tcpi_options": (
            bits["TCPI_OPT_TIMESTAMPS"] * agreed.timestamps
            | bits["TCPI_OPT_SACK"] * agreed.sack
            | bits["TCPI_OPT_WSCALE"] * agreed.scaling
        ),
        "tcpi_snd_wscale": agreed.snd_scale,
        "tcpi_rcv_wscale": agreed.rcv_scale,
    }


def _of_congestion(program: Program, tcb: Tcb) -> dict[str, int]:
    """The congestion window, and whether Linux would say that something is amiss."""
    platform = program.platform
    unit = tcb.agreed.mss if platform.windows_in_segments else 1
    told = {
        "tcpi_snd_cwnd": tcb.cwnd // unit,
        "tcpi_snd_ssthresh": platform.ssthresh_at_first if tcb.ssthresh == UNLIMITED else tcb.ssthresh // unit,
    }
    if "TCP_CA_Open" in platform.constants:
        told["tcpi_ca_state"] = platform.constants[f"TCP_CA_{_what_is_amiss(tcb)}"]
    return told


def _what_is_amiss(tcb: Tcb) -> str:
    """A time-out, a loss that was told by duplicate ACKs, the first of those, or nothing."""
    if tcb.recover is not None:
        return "Recovery" if tcb.resend is None else "Loss"
    return "Disorder" if tcb.duplicate_acks else "Open"


def _of_the_past(program: Program, tcb: Tcb) -> dict[str, int]:
    """What only the trace remembers: what was sent and what came."""
    trace, pair, now = program.stack.trace, tcb.pair, program.now
    sent = [flight for flight in trace.flights if flight.pair == pair]
    came = [flight for flight in trace.flights if flight.pair == pair.reverse]
    again = [flight for flight in sent if flight.attempt]
    timed_out = _timed_out(tcb, again, came)
    since = next(
        (
            event.time
            for event in trace.events
            if type(event) is StateChanged and event.pair == pair and event.destination is ESTABLISHED
        ),
        now,
    )
    return {
        "tcpi_segs_out": len(sent),
        "tcpi_segs_in": len(came),
        "tcpi_data_segs_out": len(_with_data(sent)),
        "tcpi_data_segs_in": len(_with_data(came)),
        "tcpi_bytes_sent": _octets(sent),
        "tcpi_bytes_retrans": _octets(again),
        "tcpi_total_retrans": len(again),
        "tcpi_snd_rexmitpack": len(again),
        "tcpi_retransmits": timed_out,
        "tcpi_backoff": max(timed_out - _without_backoff(tcb), 0) + (tcb.probes if tcb.persist_interval else 0),
        # since ESTABLISHED, where there has been none
        "tcpi_last_data_sent": (now - _latest(_with_data(sent), since)) // _MILLISECOND,
        "tcpi_last_data_recv": (now - _latest(_with_data(came), since)) // _MILLISECOND,
        "tcpi_last_ack_recv": (now - _latest(came, since)) // _MILLISECOND,
    }


def _of_its_time(program: Program, tcb: Tcb) -> dict[str, int]:
    """How long there was something to send, and how long the peer's window alone kept it back."""
    spent = program.stack.times.spent(tcb, program.now)
    return {
        "tcpi_busy_time": sum(spent) - spent[Doing.NOTHING],
        "tcpi_rwnd_limited": spent[Doing.WAITING_FOR_WINDOW],
    }


def _timed_out(tcb: Tcb, again: list[Flight], came: list[Flight]) -> int:
    """How often the earliest unacknowledged segment was sent again because the RTO had expired.

    Not with the acknowledgment that made it the earliest, nor before: that is slow start (RFC 5681 §3.1).
    """
    earliest = tcb.snd_una
    since = next((flight.sent_at for flight in came if flight.segment.ack == earliest), -1)
    of_earliest = [flight for flight in again if flight.segment.seq == earliest and flight.sent_at > since]
    return sum(not flight.fast and not flight.probe for flight in of_earliest)


def _without_backoff(tcb: Tcb) -> int:
    """How many of those did not double the RTO."""
    return tcb.profile.syn_linear_retries if tcb.state is SYN_SENT else 0


def _with_data(flights: list[Flight]) -> list[Flight]:
    return [flight for flight in flights if flight.segment.payload]


def _octets(flights: list[Flight]) -> int:
    return sum(len(flight.segment.payload) for flight in flights)


def _latest(flights: list[Flight], otherwise: int) -> int:
    return flights[-1].sent_at if flights else otherwise
