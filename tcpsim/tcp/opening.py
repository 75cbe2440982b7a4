"""Opening: taking the peer's SYN in, answering it, and becoming ESTABLISHED (RFC 9293 §3.5, §3.10.7.2, §3.10.7.3).

What a SYN brings is the same wherever it arrives; which way it leads is the table's business.
"""

from functools import lru_cache
from typing import Final

from tcpsim.tcp import congestion
from tcpsim.tcp.acknowledgment import heard_from
from tcpsim.tcp.effects import Deliver, Effect, Timer
from tcpsim.tcp.machine import fire
from tcpsim.tcp.options import TIMESTAMP_OCTETS, own_mss, own_scale, syn_options
from tcpsim.tcp.profiles import Profile
from tcpsim.tcp.sending import (
    MAX_WINDOW_FIELD,
    retransmit_first,
    send_acknowledgment,
    send_syn,
)
from tcpsim.tcp.tcb import LATER, NEVER, NOW, Tcb, agree
from tcpsim.wire.flags import SYN
from tcpsim.wire.options import MaximumSegmentSize, SackPermitted, Timestamps, WindowScale
from tcpsim.wire.segment import Segment
from tcpsim.wire.seq import MASK

_MAX_SCALE: Final = 14  # RFC 7323 §2.3
_MSS_DEFAULT_IPV6: Final = 1_220  # RFC 9293 §3.7.1 MUST-15


def take_syn(tcb: Tcb, segment: Segment) -> None:
    """RCV.NXT ← SEG.SEQ+1, IRS ← SEG.SEQ, and what the SYN offers."""
    seq = segment.seq
    tcb.irs = tcb.snd_wl1 = seq
    tcb.rcv_nxt = (seq + 1) & MASK
    tcb.snd_wnd = tcb.max_snd_wnd = segment.wnd  # never scaled in a SYN (RFC 7323 §2.2)
    tcb.snd_wl2 = segment.ack
    profile = tcb.profile
    mss, scales, sack, timestamps = 0, None, False, False
    for option in segment.options:
        if isinstance(option, MaximumSegmentSize):
            mss = option.octets
        elif isinstance(option, WindowScale):
            ours = own_scale(profile)
            if ours is not None:  # RFC 7323 §2.2: when both sent it
                scales = (min(option.shift, _MAX_SCALE), ours)
        elif isinstance(option, SackPermitted):
            sack = profile.sack
        elif isinstance(option, Timestamps) and profile.timestamps:
            timestamps = True
            tcb.ts_recent = option.value
    if not mss:  # §3.7.1 MUST-15: 536 (1,220 over IPv6) if the SYN does not say
        mss = _MSS_DEFAULT_IPV6 if ":" in segment.src else profile.mss_default
    mss = _effective_mss(mss, own_mss(tcb), profile.mss_min, timestamps)
    tcb.agreed = agree(mss, scales, sack, timestamps)
    if profile.whole_segment_buffers and not tcb.passive:
        _take_whole_segments(tcb)


@lru_cache(maxsize=1024)
def _effective_mss(theirs: int, ours: int, least: int, timestamps: bool) -> int:
    """Eff.snd.MSS (§3.7.1 MUST-16): the smaller of the peer's and what we can send, but for a floor some stacks have.

    Options take room from the data.
    """
    return max(min(max(theirs, least), ours) - (TIMESTAMP_OCTETS if timestamps else 0), 1)


def keep_text(tcb: Tcb, segment: Segment) -> None:
    """Keep the text of a SYN, and acknowledge it, where the profile says so: the user gets it in ESTABLISHED (H04).

    Elsewhere it is not acknowledged, and the peer sends it again after the handshake, as it does with a FIN (H05).
    """
    if segment.payload and tcb.profile.syn_data == "keep":
        text = segment.payload[: tcb.rcv_wnd]
        tcb.incoming.append(text)
        tcb.rcv_nxt = (tcb.rcv_nxt + len(text)) & MASK
        tcb.rcv_wnd -= len(text)
    elif segment.payload and tcb.profile.syn_data == "queue" and not tcb.passive:
        tcb.incoming.hold(tcb.rcv_nxt, segment.payload[: tcb.rcv_wnd], tcb.rcv_nxt)


def without_syn(segment: Segment) -> Segment:
    """The same segment as it looks once its SYN has been taken in. SEG.UP counts from SEG.SEQ, so it is one less."""
    return segment.replace(seq=(segment.seq + 1) & MASK, flags=segment.flags & ~SYN, up=max(segment.up - 1, 0))


def open_passively(tcb: Tcb, segment: Segment, now: int, iss: int, trigger: str, effects: list[Effect]) -> None:
    """The third step of LISTEN: take the SYN in, answer with ours.

    "Any other incoming control or data (combined with SYN) will be processed in the SYN-RECEIVED state, but processing
    of SYN and ACK should not be repeated": the text now, if at all, and the FIN when it comes again.
    """
    take_syn(tcb, segment)
    keep_text(tcb, segment)
    tcb.iss = tcb.snd_una = tcb.snd_nxt = iss & MASK
    effects.append(fire(trigger, tcb))
    send_syn(tcb, now, effects, True)


def open_two_way(tcb: Tcb, segment: Segment, now: int, iss: int, effects: list[Effect]) -> None:
    """No RFC's: the SYN alone is enough, and this side is ESTABLISHED. Its own SYN is still to be acknowledged."""
    open_passively(tcb, segment, now, iss, "rcv_syn_two_way", effects)
    hand_over_text(tcb, effects)
    congestion.begin(tcb, now)
    if tcb.profile.keep_alive:
        heard_from(tcb, now)


def open_four_way(tcb: Tcb, segment: Segment, now: int, iss: int, effects: list[Effect]) -> None:
    """No RFC's: <SEQ=ISS><ACK=RCV.NXT><CTL=ACK>, then <SEQ=ISS><CTL=SYN>: what a SYN-ACK says at once."""
    take_syn(tcb, segment)
    keep_text(tcb, segment)
    tcb.iss = tcb.snd_una = tcb.snd_nxt = iss & MASK
    effects.append(fire("rcv_syn_four_way", tcb))
    send_acknowledgment(tcb, now, effects)
    send_syn(tcb, now, effects, False)


def open_simultaneously(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> None:
    """A SYN without an acknowledgment crossed ours: <SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>, the same ISS (MUST-10)."""
    keep_text(tcb, segment)
    effects.append(fire("rcv_syn", tcb))
    queue = tcb.outgoing.retransmission_queue
    sent_with_syn = queue[1:]
    queue.clear()
    tcb.stop_timer(Timer.RETRANSMISSION, effects)
    send_syn(tcb, now, effects, True)
    # Which of the two will be acknowledged, the SYN or the SYN-ACK? Nothing is learned from it (Karn, RFC 6298 §3).
    queue[0] = queue[0]._replace(sent_at=-1)
    for entry in sent_with_syn:
        queue.append(entry)
        tcb.snd_nxt = entry.end


def established(tcb: Tcb, segment: Segment, now: int, effects: list[Effect]) -> None:
    """On entering ESTABLISHED: the send window, RFC 6298 (5.7), and a CLOSE that had to wait for queued data (E06)."""
    in_syn_ack = segment.flags & SYN
    tcb.snd_wnd = segment.wnd if in_syn_ack else segment.wnd << tcb.agreed.snd_scale
    if tcb.snd_wnd > tcb.max_snd_wnd:  # noqa: PLR1730
        tcb.max_snd_wnd = tcb.snd_wnd
    tcb.snd_wl1 = segment.seq
    tcb.snd_wl2 = segment.ack
    tcb.ts_recent_at = now
    if tcb.rto.srtt < 0 and (tcb.passive or in_syn_ack or tcb.rto.rto > tcb.profile.rto_initial):
        # The SYN was sent more than once; or, in a simultaneous open, the timer expired: so it was backed off.
        tcb.rto.begin_data_after_lost_syn(tcb.profile)
    congestion.begin(tcb, now)
    if tcb.profile.user_timeout is None:
        tcb.timers[Timer.USER] = NEVER  # what still awaits acknowledgment is no longer a connect's
    if tcb.profile.keep_alive:
        heard_from(tcb, now)
    _offer_all_room(tcb)
    if tcb.incoming.unread or tcb.incoming.held:
        hand_over_text(tcb, effects)
    if tcb.outgoing.retransmission_queue:
        _send_text_again(tcb, now, effects)
    if tcb.outgoing.fin_queued:
        effects.append(fire("app_close", tcb))


def _offer_all_room(tcb: Tcb) -> None:
    """A SYN's window is not scaled, and so may have offered less room than there is (RFC 7323 §2.2)."""
    profile = tcb.profile
    if profile.whole_segment_buffers:
        _take_whole_segments(tcb)
    elif profile.receive_buffer > MAX_WINDOW_FIELD and not profile.whole_segment_window:
        tcb.rcv_wnd = profile.receive_buffer - tcb.incoming.unread


def _take_whole_segments(tcb: Tcb) -> None:
    """The peer's MSS is known: the buffers grow to a whole number of such segments. A listener's child waits for that.

    Room for the timestamps in them is counted.
    """
    agreed = tcb.agreed
    tcb.profile = _in_whole_segments(tcb.profile, agreed.mss + (TIMESTAMP_OCTETS if agreed.timestamps else 0))
    tcb.rcv_wnd = tcb.profile.receive_buffer - tcb.incoming.unread


@lru_cache(maxsize=64)
def _in_whole_segments(profile: Profile, mss: int) -> Profile:
    """A profile whose buffers are a whole number of segments."""
    receive_buffer = -(-profile.receive_buffer // mss) * mss
    send_buffer = -(-profile.send_buffer // mss) * mss
    return profile.with_changes(receive_buffer=receive_buffer, send_buffer=send_buffer)


def hand_over_text(tcb: Tcb, effects: list[Effect]) -> None:
    """What came with the SYN, and was kept or queued, is the user's now; what was only queued is acknowledged now."""
    incoming = tcb.incoming
    if incoming.held:
        taken_in = incoming.fill(tcb.rcv_nxt)
        tcb.rcv_wnd -= (taken_in - tcb.rcv_nxt) & MASK
        tcb.rcv_nxt = taken_in
        tcb.ack_owed = NOW if tcb.profile.delayed_ack is None else LATER
    if tcb.incoming.unread:
        effects.append(Deliver(tcb.incoming.unread))


def _send_text_again(tcb: Tcb, now: int, effects: list[Effect]) -> None:
    """Our SYN was acknowledged without the text that went with it: it goes again at once, as the peer's MSS has it."""
    queue = tcb.outgoing.retransmission_queue
    size = min(tcb.agreed.mss, tcb.snd_wnd or tcb.agreed.mss)
    queue[:] = [piece for entry in queue for piece in entry.in_pieces(size)]
    tcb.recover = tcb.snd_nxt  # the acknowledgment of one piece sends those that follow
    tcb.resend = tcb.snd_una
    if tcb.snd_wnd:  # else the timer will ask for the window
        retransmit_first(tcb, now, effects)


def octets_on_syn(tcb: Tcb, now: int) -> int:
    """How many octets a SYN can take along: as many as who offers no MSS is sent (§3.7.1 MUST-15), less the options."""
    from tcpsim.wire.encoding import encode_options

    default = _MSS_DEFAULT_IPV6 if ":" in tcb.pair.remote else tcb.profile.mss_default
    options = len(encode_options(syn_options(tcb, now, answering=False)))
    return max(min(default, own_mss(tcb)) - options, 0)
