"""The transmission control block: all that one end remembers of one connection (RFC 9293 §3.3.1).

Names are the RFC's. Everything that time does to a connection is a deadline in `timers`, so a copied TCB is complete.
Nobody but `tcpsim.tcp.machine` assigns `state`. What happens to a TCB is told in `user_calls`, `segment_arrives` and
`timeouts`; here is only what it is.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from tcpsim.tcp.buffers import Incoming, Outgoing
from tcpsim.tcp.effects import STOPPED, TIMERS, Effect, Signal, Timer, TimerStarted
from tcpsim.tcp.profiles import Profile
from tcpsim.tcp.rto import RetransmissionTimeout
from tcpsim.tcp.states import OVER, State
from tcpsim.wire.pair import SocketPair
from tcpsim.wire.seq import MASK

NEVER: Final = 1 << 62  # a deadline that is not set; later than any virtual time
UNLIMITED: Final = 1 << 31  # a congestion window that is none: more octets than the peer can offer (RFC 7323 §2.3)
_new: Final = tuple.__new__  # a NamedTuple's own __new__ costs twice as much
_NO_TIMERS: Final = [NEVER] * len(Timer)
# From here on, timers that run along with others and say nothing until they expire: each restart told would hide the
# rest.
_SILENT_FROM: Final = int(Timer.KEEP_ALIVE)

# What is owed to the peer by way of acknowledgment.
NOTHING: Final = 0
LATER: Final = 1
NOW: Final = 2


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the two ends agreed on in their SYNs. Made by `agree`: equal agreements are one object, which many share.

    `mss` is Eff.snd.MSS of RFC 9293 §3.7.1, in octets of data. The peer's window field is shifted by `snd_scale`, ours
    by `rcv_scale`, when both ends offered `scaling` (RFC 7323 §2.2). `bare`: an ordinary segment carries no options.
    """

    mss: int
    scaling: bool
    snd_scale: int
    rcv_scale: int
    sack: bool
    timestamps: bool
    bare: bool


@lru_cache(maxsize=1024)
def agree(mss: int, scales: tuple[int, int] | None = None, sack: bool = False, timestamps: bool = False) -> Agreed:
    """The agreement on these terms; `scales` are (the peer's, ours), or None where not both offered scaling."""
    snd_scale, rcv_scale = scales or (0, 0)
    return Agreed(mss, scales is not None, snd_scale, rcv_scale, sack, timestamps, not sack and not timestamps)


class Tcb:
    """One end of one connection.

    `passive` remembers how it was opened (MUST-11), `reopened` that a SYN opened it out of TIME-WAIT (MAY-2). `rcv_wnd`
    is the window offered to the peer, in octets, counted from `rcv_nxt`; `snd_wnd` the peer's, already scaled.
    `reader_gone`: the user has closed for good and will not read. `error` is what ended the connection abnormally, or
    None.
    """

    __slots__ = (
        "ack_owed",
        "added_in_silence",
        "agreed",
        "challenges",
        "cwnd",
        "duplicate",
        "duplicate_acks",
        "error",
        "error_told",
        "incoming",
        "initial_cwnd",
        "interactive_until",
        "irs",
        "iss",
        "last_sent",
        "loss_probe",
        "max_snd_wnd",
        "most_in_flight",
        "outgoing",
        "pair",
        "passive",
        "persist_interval",
        "probes",
        "probing_since",
        "profile",
        "quick_acks",
        "rcv_nxt",
        "rcv_up",
        "rcv_wnd",
        "reader_gone",
        "recover",
        "recovered",
        "reopened",
        "resend",
        "rto",
        "snd_nxt",
        "snd_una",
        "snd_up",
        "snd_wl1",
        "snd_wl2",
        "snd_wnd",
        "ssthresh",
        "state",
        "timed_out",
        "timers",
        "ts_recent",
        "ts_recent_at",
        "unacked_segments",
        "unreachable",
    )

    def __init__(self, pair: SocketPair, profile: Profile, *, passive: bool) -> None:
        self.pair = pair
        self.profile = profile
        self.state: State = State.CLOSED
        self.begin(passive=passive)

    def begin(self, *, passive: bool, reopened: bool = False) -> None:
        """Be as new, but for the state: what a connection is before anything has been sent or received."""
        profile = self.profile
        self.passive = passive
        self.reopened = reopened
        # send sequence variables, RFC 9293 §3.3.1 table 2
        self.iss = self.snd_una = self.snd_nxt = 0
        self.snd_wnd = self.max_snd_wnd = self.snd_wl1 = self.snd_wl2 = 0
        self.snd_up: int | None = None
        # congestion control, RFC 5681 §2, in octets; nothing limits a connection that is yet to be made
        self.cwnd = self.ssthresh = self.initial_cwnd = UNLIMITED
        self.most_in_flight = (0, 0)  # (octets in flight at most, counted until this number was acknowledged)
        self.last_sent = 0  # µs; when data or a FIN was last sent
        # receive sequence variables, table 3
        self.irs = self.rcv_nxt = 0
        self.rcv_wnd = profile.receive_buffer
        self.rcv_up: int | None = None
        self.added_in_silence = 0  # octets of RCV.WND that no segment may have told of (`offer_small_room`)
        self.outgoing = Outgoing()
        self.incoming = Incoming()
        self.agreed = agree(profile.mss)
        self.ts_recent = 0  # TS.Recent of RFC 7323 §4.3
        self.ts_recent_at = 0  # µs; when it was last heard
        self.rto = RetransmissionTimeout(profile.rto_initial)
        self.timers = _NO_TIMERS.copy()
        self.ack_owed = NOTHING
        self.unacked_segments = 0  # full-sized segments received since an acknowledgment left (RFC 9293 SHLD-19)
        self.quick_acks = profile.quick_acks  # how many acknowledgments will still leave at once
        self.interactive_until = 0  # µs; a SEND before then answers what has come: no more quick ones
        self.duplicate: tuple[int, int] | None = None  # what came again, until a D-SACK has told (RFC 2883)
        self.duplicate_acks = 0  # RFC 5681 §3.2
        self.probes = 0  # window or keep-alive probes sent since the peer was last heard
        self.persist_interval = 0  # µs; the last interval between window probes, 0 before the first
        self.recover: int | None = None  # SND.NXT when a loss was noticed, until all before it is acknowledged
        self.recovered: int | None = None  # where that ended the last time
        self.resend: int | None = None  # after a time-out: all before it has been sent again, or acknowledged
        self.timed_out: int | None = None  # SND.UNA when the RTO last expired
        self.loss_probe: int | None = None  # RFC 8985's TLP.end_seq: SND.NXT when a tail-loss probe was sent
        self.probing_since = 0  # µs; when the first of them left
        self.challenges: tuple[int, int] = (0, 0)  # (µs when this window began, challenge ACKs sent in it)
        self.unreachable: tuple[Signal, int] | None = None  # the last ICMP error, as an end, and SND.UNA at that time
        self.reader_gone = False
        self.error: Signal | None = None
        self.error_told = False  # a socket reports an error once (W03)

    # ---- questions ------------------------------------------------------------------------------------------------

    @property
    def fin_acknowledged(self) -> bool:
        """Whether our FIN has been sent and acknowledged. It takes the last number, so then nothing is outstanding."""
        return self.outgoing.fin_sent and self.snd_una == self.snd_nxt

    @property
    def readable(self) -> bool:
        """Whether a RECEIVE would return now: with octets, with the end of the stream, or with an error."""
        unread = self.incoming.unread > 0 and self.state is not State.SYN_RECEIVED  # where it came with the SYN
        return unread or self.incoming.ended or self.state in OVER

    @property
    def send_room(self) -> int:
        """How many octets the send buffer can still take."""
        outgoing = self.outgoing
        taken = len(outgoing.octets) - outgoing.offset + ((self.snd_nxt - self.snd_una) & MASK)
        return max(self.profile.send_buffer - taken, 0)

    def next_deadline(self) -> int | None:
        """When time must next be given to this connection (µs), or None: see `timeouts.time_passes`."""
        deadline = min(self.timers)
        return None if deadline == NEVER else deadline

    # ---- timers -------------------------------------------------------------------------------------------------

    def start_timer(self, timer: Timer, deadline: int, effects: list[Effect]) -> None:
        """Start or restart a timer, and tell. (The silent ones are set where they are needed, without a word.)"""
        self.timers[timer] = deadline
        effects.append(_new(TimerStarted, (timer, deadline)))

    def stop_timer(self, timer: Timer, effects: list[Effect]) -> None:
        """Turn a timer off, if it runs."""
        if self.timers[timer] != NEVER:
            self.timers[timer] = NEVER
            if timer < _SILENT_FROM:
                effects.append(STOPPED[timer])

    def stop_timers(self, effects: list[Effect], but: Timer | None = None) -> None:
        """Turn every timer off, one excepted: no timer of a deleted TCB may expire (RFC 9293 §3.10.8)."""
        if self.timers == _NO_TIMERS:
            return
        for timer, deadline in enumerate(self.timers):
            if deadline != NEVER and timer != but:
                self.stop_timer(TIMERS[timer], effects)

    # ---- copying ------------------------------------------------------------------------------------------------

    def copy(self) -> "Tcb":
        """An independent copy, cheap: immutable parts are shared."""
        other = object.__new__(Tcb)
        for name in _PLAIN:
            setattr(other, name, getattr(self, name))
        other.outgoing = self.outgoing.copy()
        other.incoming = self.incoming.copy()
        other.rto = self.rto.copy()
        other.timers = self.timers.copy()
        return other

    def freeze(self, now: int) -> tuple[object, ...]:
        """All that this connection is, hashable, with times relative to `now`: equal means it behaves the same."""
        return (
            *(getattr(self, name) for name in _FROZEN),
            tuple(-1 if deadline == NEVER else deadline - now for deadline in self.timers),
            self.outgoing.freeze(now),
            self.incoming.freeze(),
            (self.rto.srtt, self.rto.rttvar, self.rto.rto),
            self._challenges_still_counted(now),
            now - self.probing_since if self.probes else None,
            max(self.interactive_until - now, 0) if self.quick_acks else 0,
            now - self.ts_recent_at if self.agreed.timestamps else None,
            min(now - self.last_sent, self.rto.rto + 1) if self.cwnd > self.initial_cwnd else None,
            (self.error.name, self.error.errno) if self.error else None,
            self.unreachable[0].name if self.unreachable and self.unreachable[1] == self.snd_una else None,
        )

    def _challenges_still_counted(self, now: int) -> tuple[int, int] | None:
        began, sent = self.challenges
        return (now - began, sent) if sent and now - began < self.profile.challenge_ack_window else None


_COPIED_APART: Final = frozenset({"incoming", "outgoing", "rto", "timers"})
_PLAIN: Final = tuple(name for name in Tcb.__slots__ if name not in _COPIED_APART)
_FROZEN_APART: Final = frozenset(
    {"challenges", "error", "interactive_until", "last_sent", "probing_since", "profile", "ts_recent_at", "unreachable"}
)
_FROZEN: Final = tuple(name for name in _PLAIN if name not in _FROZEN_APART)
