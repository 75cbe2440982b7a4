"""Profiles: named sets of the parameters that the RFCs leave open, each value with its source.

A profile is data. No code asks for a profile's name; it asks for a parameter. Times are integer microseconds, and
annotated so: whoever reads profiles from text can tell a time from a count by the field's type.
"""

from dataclasses import dataclass, fields, replace
from typing import Annotated, Any, Final, Literal, NamedTuple, TypeAlias

SECOND: Final = 1_000_000
MILLISECOND: Final = 1_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE


class Bounds(NamedTuple):
    """Where a number must lie for a TCP to be able to live with it."""

    low: int
    high: int


Microseconds: TypeAlias = Annotated[int, "µs"]
Interval: TypeAlias = Annotated[int, "µs", Bounds(1, 1 << 62)]  # what is done when it is over begins it anew
Mss: TypeAlias = Annotated[int, Bounds(1, 0xFFFF)]  # §3.7.1: the option has 16 bits
Segments: TypeAlias = Annotated[int, Bounds(1, 1 << 16)]  # at least one, or nothing would ever go on
Shift: TypeAlias = Annotated[int, Bounds(0, 14)]  # RFC 7323 §2.3
PortRange: TypeAlias = tuple[int, int]  # the first and the last


@dataclass(frozen=True, slots=True)
class Profile:
    """How one TCP behaves where RFC 9293 leaves room. The defaults are those of the profile `rfc9293`."""

    name: str = "rfc9293"

    # ---- time
    msl: Microseconds = 2 * MINUTE  # RFC 9293 §3.4.2: "MSL to be 2 minutes"; TIME-WAIT lasts twice that (MUST-13)
    rto_initial: Interval = 1 * SECOND  # RFC 6298 (2.1)
    rto_min: Microseconds = 1 * SECOND  # RFC 6298 (2.4)
    rto_max: Interval = 60 * SECOND  # RFC 6298 (2.5): a maximum may be placed if it is at least 60 seconds
    rto_after_lost_syn: Microseconds = 3 * SECOND  # RFC 6298 (5.7)
    syn_again_after_bad_ack: Microseconds | None = None  # a SYN that drew an unacceptable ACK is not sent again sooner
    tail_loss_probe: Microseconds | None = None  # RFC 8985 §7, off: how late the peer may acknowledge one segment
    sws_override: Interval | None = 500 * MILLISECOND  # §3.8.6.2.1: "0.1 to 1.0 seconds"; None: as a window probe
    persist_min: Microseconds = 0  # §3.8.6.1 SHLD-29: the first window probe comes after one RTO
    rto_variance_min: Interval = 1  # RFC 6298 (2.2): at least this is added to SRTT: G, of a clock without ticks
    r1: int = 3  # RFC 9293 §3.8.3 SHLD-10: at least 3 retransmissions
    r2: Microseconds = 100 * SECOND  # §3.8.3 SHLD-11: at least 100 seconds
    r2_syn: Microseconds = 3 * MINUTE  # §3.8.3 MUST-23: at least 3 minutes
    syn_retries: int | None = None  # a count instead of r2_syn, where a stack counts
    syn_ack_retries: int | None = None
    data_retries: int | None = None
    orphan_retries: int | None = None  # the same for a FIN that no user waits for any more; None: as with a user
    syn_linear_retries: int = 0  # retransmissions of a SYN before the back-off begins
    connect_timeout: Microseconds | None = None  # a user timeout for SYN-SENT alone; RFC 9293 has none
    user_timeout: Microseconds | None = 5 * MINUTE  # §3.9.1.1: "the present global default is five minutes"
    reset_on_timeout: Literal["never", "keep-alive", "always"] = "never"  # giving up, the RFC asks for no reset
    keep_alive: bool = False  # §3.8.4 MUST-25: off by default
    keep_alive_idle: Interval = 2 * HOUR  # §3.8.4 MUST-28
    keep_alive_interval: Interval = 75 * SECOND  # practice; the RFC names none
    keep_alive_probes: int = 9  # practice; MUST-29: one unanswered probe proves nothing
    orphan_timeout: Microseconds | None = None  # FIN-WAIT-2 without a user; RFC 9293 has no such timer
    quiet_time: Microseconds | None = None  # §3.4.3: how long after a restart no ISS is chosen; MAY be an MSL
    # ---- acknowledging and sending
    delayed_ack: Microseconds | None = None  # §3.8.6.3: less than 0.5 s when used; off, to see each ACK for itself
    ack_small_pairs: bool = False  # SHLD-19: every second full-sized segment is acknowledged at once; or every second
    # §3.8.6.3 makes no exception of a FIN; "interactive": only where data has come before it, and may yet leave
    delay_ack_of_fin: Literal["always", "interactive", "never"] = "always"
    quick_acks: int = 0  # §3.8.6.3 knows of no beginning in which ACKs are not delayed
    empty_window_probe: bool = False  # §3.8.6.1: a window probe carries an octet of data
    nagle: bool = True  # §3.7.4 SHLD-7
    minshall: bool = False  # §3.7.4: it waits while anything is unacknowledged; or only while something small is
    push_pairs: bool = False  # §3.9.1.2 needs a PSH on the last of what waits; also on every second that leaves with it
    fast_retransmit: bool = True  # RFC 5681 §3.2, on the third duplicate ACK
    congestion_control: Literal["off", "newreno"] = "newreno"  # §3.8.2 MUST-19: RFC 5681, and RFC 6582
    # how much leaves at first; RFC 5681 §3.1: two to four segments, RFC 6928: ten of Ethernet's, or ten of any size
    initial_window: Literal["rfc5681", "rfc6928", "ten-segments"] = "rfc5681"
    slow_start_limit: Segments | None = 1  # RFC 5681 §3.1 (2): what one ACK opens at most, in segments; None: all
    open_unused_window: bool = True  # RFC 5681 does not ask whether all of the congestion window was used
    restart_after_idle: bool = True  # RFC 5681 §4.1
    send_buffer: int = 65_535
    receive_buffer: int = 65_535
    whole_segment_window: bool = False  # the SYN's window is the buffer, not the whole segments that fit into it
    # reading makes room, and a segment says so "half-shut": if less than half the buffer was offered; or if a "quarter"
    # of it opens
    window_update: Literal["half-shut", "quarter"] = "half-shut"  # §3.8.6.2.2 does not say; practice
    offer_small_room: bool = False  # §3.8.6.2.2 MUST-39: no less than a segment more is offered, or half the buffer
    fin_takes_room: bool = True  # §3.8.6: RCV.NXT+RCV.WND stays where it was; yet no buffer holds a FIN
    # both buffers grow to whole segments when the peer's MSS is known; §3.8.6 leaves their sizes to the receiver
    whole_segment_buffers: bool = False
    mss: Mss = 1_460  # what is offered in the SYN: Ethernet over IPv4; over IPv6 20 less, 1,440 (§3.7.1)
    mss_default: Mss = 536  # assumed when the peer offers none (MUST-15); 1,220 over IPv6
    mss_min: int = 0  # a smaller offer is taken for this much; 0: no floor, as MUST-16 has it (§3.7.1)
    # ---- options
    offer_mss: bool = True  # §3.7.1 SHLD-5, MAY-3
    window_scale: Shift | None = None  # RFC 7323 §2; None: not offered
    sack: bool = False  # RFC 2018
    duplicate_sack: bool = False  # RFC 2883
    timestamps: bool = False  # RFC 7323 §3
    window_scale_first: bool = False  # in the SYN: before SACK and timestamps, or behind them; §3.1 leaves the order
    # in the SYN: where timestamps do not fill up its word, SACK-permitted follows two NOPs, or the list ends in EOLs
    syn_padding: Literal["nop", "eol"] = "nop"  # §3.1 allows both
    # S07: how many retransmissions of a SYN still offer all its options; the rest offer an MSS alone
    syn_option_retries: int | None = None  # practice; None: all
    require_timestamps: bool = True  # RFC 7323 §3.2: once agreed on, what comes without one is dropped in silence
    # ---- where the RFC is ambiguous, or a later RFC gives the choice
    rfc5961: bool = True  # challenge ACKs against blind RST and SYN: MUST where implemented (§3.10.7.4)
    challenge_ack_limit: int = 10  # RFC 5961 §7's example: 10 in any 5 seconds
    challenge_ack_window: Microseconds = 5 * SECOND
    answer_ack_of_unsent: bool = True  # K12: in ESTABLISHED; §3.10.7.4 sends an ACK
    rfc1337: bool = True  # a RST does not end TIME-WAIT (RFC 1337 §3 F1)
    restart_time_wait_on_fin: bool = True  # P03: §3.10.7.4 says so, after a check that the FIN has failed
    syn_ack_to_duplicate_syn: bool = False  # J08: §3.10.7.4 answers with an ACK; BSD and Linux send the SYN-ACK again
    # J09: what a SYN in the window does to a passive SYN-RECEIVED; "listen" (§3.10.7.4) in silence, "reset" (RFC 793),
    # "syn-ack": it is answered as if it were the first again
    syn_in_syn_received: Literal["listen", "reset", "syn-ack"] = "listen"
    figure_7: bool = False  # J10: True opens on the SYN-ACK of a simultaneous open, as figure 7 draws it
    close_in_syn_received: Literal["fin", "wait"] = "fin"  # E05: §3.10.4 sends the FIN before the SYN is acknowledged
    fin_again_in_closing: bool = False  # §3.10.7.4 acknowledges a FIN that crossed ours; BSD says so with its own again
    ack_of_duplicate: bool = False  # §3.10.7.4, first: of what lies before the window not even the ACK field counts
    reset_before_fin: bool = False  # K02: a RST with the number of the peer's FIN, RCV.NXT-1, lies outside the window
    # W01: the word is §3.10.7.3's "connection reset", the errno what every socket interface says
    errno_of_reset_in_syn_sent: Literal["ECONNREFUSED", "ECONNRESET"] = "ECONNREFUSED"
    errno_of_reset_in_syn_received: Literal["ECONNREFUSED", "ECONNRESET"] = "ECONNREFUSED"  # J06: "connection refused"
    errno_of_reset_in_close_wait: Literal["ECONNRESET", "EPIPE"] = "ECONNRESET"  # W03
    reset_told_in_closing: bool = False  # §3.10.7.4: from CLOSING and LAST-ACK to CLOSED without a word to the user
    # F04: where a connection goes that its own user's end resets: §3.10.5 says CLOSED, note 3 of figure 5 TIME-WAIT
    reset_leads_to: Literal["closed", "time-wait"] = "closed"
    # W07: the ICMP errors that end SYN-SENT, what does not is kept in mind until R2 (§3.9.2.2; RFC 5461 §4); "firm":
    # hard ones, time exceeded, and what a gateway prohibits
    icmp_in_syn_sent: Literal["hard", "firm", "any"] = "hard"
    # and what a socket says of an unreachable protocol or a prohibition
    errno_of_icmp_refusal: Literal["by-code", "ECONNREFUSED"] = "by-code"
    # D05: §3.10.3 refuses RECEIVE in CLOSING, LAST-ACK and TIME-WAIT, though there may be octets to read
    receive_after_fin: Literal["deliver", "refuse"] = "deliver"
    # P09-P12: "reopen" (MAY-2) if it can only be new, "challenge" never, "drop"; "by-number": new is what has a higher
    # number, whatever its timestamp, and the rest is dropped
    syn_in_time_wait: Literal["reopen", "challenge", "drop", "by-number"] = "reopen"
    # §3.10.7.4 in its steps; "any-ack": whatever has an ACK in it and is not just the last one again is answered, and
    # what has none is dropped; "any-but-next": whatever is not a bare segment with the next number, and each ACK starts
    # 2 MSL again
    time_wait_answers: Literal["steps", "any-ack", "any-but-next"] = "steps"
    # P14: may a connect take a pair that this end has in TIME-WAIT, where timestamps tell old from new (RFC 7323 §B.2)?
    # "named": if it names that port; "any": also if no other port is left, after time_wait_reuse_delay
    time_wait_reuse: Literal["never", "named", "any"] = "never"  # §3.10.1: "connection already exists"
    time_wait_reuse_delay: Microseconds = 1 * SECOND  # practice: what Linux waits
    reset_unread: bool = True  # §3.6.1 SHLD-3: close() with data unread, or data after close(), is answered with RST
    reset_as_closed: bool = False  # E13: data after close() meets the RST of CLOSED (§3.10.7.1); §3.6.1 says not which
    # H05: what a listener does with a SYN that carries a FIN; "drop-always": every state drops it
    syn_fin: Literal["accept", "drop", "drop-always"] = "accept"
    syn_ack_in_listen: Literal["reset", "drop"] = "reset"  # §3.10.7.2: any acknowledgment is bad, and reset
    # H04: the text of a SYN is not acknowledged with the SYN, or kept and acknowledged, and handed over in ESTABLISHED;
    # "queue": where SYNs cross, it is kept, and acknowledged when it is handed over (§3.10.7.3)
    syn_data: Literal["drop", "keep", "queue"] = "drop"
    # §3.5 has three segments; the other two are no RFC's, and there to be asked: why three?
    # "two-way": a passive opener is ESTABLISHED by the SYN alone; "four-way": it sends its ACK and its SYN one by one
    handshake: Literal["three-way", "two-way", "four-way"] = "three-way"
    # ---- ports
    ephemeral_ports: PortRange = (49_152, 65_535)  # RFC 6335 §6: where a connect that names no local port takes one
    # ---- the listener
    backlog: int = 128  # connections waiting for accept(), where a listen names no number
    accept_queue: Literal["backlog", "backlog+1", "backlog*3/2+1"] = "backlog"  # how many that admits; at least one
    accept_overflow_syn: Literal["drop", "reset", "answer"] = "drop"  # H07: a SYN while the accept queue is full
    accept_overflow_ack: Literal["drop", "reset"] = "drop"  # U02: the handshake's third segment then
    syn_backlog: int | None = 128  # connections half-open; None: as many as the accept queue admits
    syn_overflow: Literal["drop", "reset", "evict"] = "drop"  # U01: a SYN more; "evict" is RFC 4987 §3.4
    syn_cookies: Literal["off", "when_full", "always"] = "off"  # U05: RFC 4987 §3.6; "when_full" overrules syn_overflow

    def with_changes(self, **changes: Any) -> "Profile":
        """This profile with some parameters changed. Raises TypeError for a parameter that does not exist."""
        return replace(self, **changes)


RFC9293: Final = Profile()

# Measured on Linux 6.18 unless a sysctl is named.
LINUX: Final = Profile(
    name="linux",
    msl=30 * SECOND,  # TCP_TIMEWAIT_LEN is 60 s, twice this
    rto_min=200 * MILLISECOND,  # tcp_rto_min_us
    rto_max=2 * MINUTE,  # tcp_rto_max_ms
    rto_variance_min=200 * MILLISECOND,  # tcp_rto_min_us bounds the variance: RTO 220 ms where the round trip is 20 ms
    syn_again_after_bad_ack=8 * MILLISECOND,  # TCP_TIMEOUT_MIN, two ticks of HZ=250
    tail_loss_probe=200 * MILLISECOND,  # tcp_early_retrans=3; tcp_rto_min_us is allowed for a delayed ACK
    syn_retries=6,  # tcp_syn_retries
    syn_linear_retries=4,  # tcp_syn_linear_timeouts
    syn_ack_retries=5,  # tcp_synack_retries
    data_retries=15,  # tcp_retries2
    orphan_retries=8,  # tcp_orphan_retries=0 means 8
    user_timeout=None,  # TCP_USER_TIMEOUT is off unless asked for
    reset_on_timeout="keep-alive",
    orphan_timeout=60 * SECOND,  # tcp_fin_timeout
    delayed_ack=40 * MILLISECOND,  # TCP_DELACK_MIN
    delay_ack_of_fin="interactive",
    quick_acks=16,  # TCP_MAX_QUICKACKS, until a reply within the delay (tcp_pingpong_thresh=1)
    empty_window_probe=True,
    sws_override=None,  # not measured: tcp_check_probe_timer()
    congestion_control="newreno",  # not its default, tcp_congestion_control=cubic: the same until something is lost
    initial_window="ten-segments",  # TCP_INIT_CWND
    slow_start_limit=None,  # tcp_slow_start()
    open_unused_window=False,  # tcp_is_cwnd_limited()
    minshall=True,  # tcp_minshall_check()
    push_pairs=True,  # tcp_min_tso_segs is 2; a PSH ends what is given to the interface at once
    receive_buffer=65_535,  # half of tcp_rmem's default, as far as a SYN can offer it
    whole_segment_window=True,  # 64,240 in a SYN, 65,160 in a SYN-ACK with timestamps
    send_buffer=87_040,
    mss_min=48,  # tcp_min_snd_mss
    window_scale=10,  # enough for tcp_rmem's maximum, 32 MiB
    sack=True,
    duplicate_sack=True,  # tcp_dsack
    timestamps=True,
    require_timestamps=False,
    challenge_ack_limit=1,  # tcp_invalid_ratelimit: one in 500 ms
    challenge_ack_window=500 * MILLISECOND,
    reset_as_closed=True,  # not measured: tcp_rcv_state_process()
    answer_ack_of_unsent=False,  # not measured: tcp_ack() as it has been since 2.6; other states answer
    rfc1337=False,  # tcp_rfc1337
    syn_ack_to_duplicate_syn=True,
    syn_in_syn_received="reset",
    figure_7=True,
    reset_before_fin=True,
    errno_of_reset_in_syn_received="ECONNRESET",
    errno_of_reset_in_close_wait="EPIPE",
    reset_told_in_closing=True,  # not measured: tcp_reset() as it has always been
    icmp_in_syn_sent="any",  # not measured: tcp_v4_err() as it has been since 2.6
    syn_fin="drop",
    time_wait_answers="any-but-next",  # not measured: tcp_timewait_state_process() as it has been since 2.6
    time_wait_reuse="named",  # tcp_tw_reuse is 2: other ports only on the loopback
    ephemeral_ports=(32_768, 60_999),  # ip_local_port_range
    backlog=4_096,  # somaxconn
    accept_queue="backlog+1",  # full when more than the backlog wait
    syn_backlog=None,  # tcp_max_syn_backlog counts only where tcp_syncookies is 0
    syn_cookies="when_full",  # tcp_syncookies is 1
)

# FreeBSD 14's documented defaults (sysctl net.inet.tcp).
FREEBSD: Final = Profile(
    name="freebsd",
    msl=30 * SECOND,  # net.inet.tcp.msl
    rto_min=30 * MILLISECOND,  # net.inet.tcp.rexmit_min
    rto_max=64 * SECOND,  # net.inet.tcp.rexmit_max
    rto_variance_min=200 * MILLISECOND,  # net.inet.tcp.rexmit_slop, which is added
    persist_min=5 * SECOND,  # net.inet.tcp.persmin
    sws_override=None,  # tcp_setpersist()
    syn_retries=12,  # TCP_MAXRXTSHIFT; keepinit is sooner
    connect_timeout=75 * SECOND,  # net.inet.tcp.keepinit
    syn_ack_retries=3,  # net.inet.tcp.syncache.rexmtlimit
    data_retries=12,  # net.inet.tcp.retries
    user_timeout=None,  # TCP has no such option
    reset_on_timeout="always",  # tcp_drop()
    orphan_timeout=10 * MINUTE,  # keepcnt * keepintvl; finwait2_timeout is for fast_finwait2_recycle, which is off
    keep_alive_probes=8,  # net.inet.tcp.keepcnt
    delayed_ack=40 * MILLISECOND,  # net.inet.tcp.delacktime
    delay_ack_of_fin="never",
    ack_small_pairs=True,  # DELAY_ACK(): a second one does not wait
    congestion_control="newreno",  # not its default, net.inet.tcp.cc.algorithm=cubic: the same until a loss
    initial_window="rfc6928",  # net.inet.tcp.initcwnd_segments is 10
    slow_start_limit=2,  # net.inet.tcp.abc_l_var
    send_buffer=32_768,  # net.inet.tcp.sendspace
    receive_buffer=65_536,  # net.inet.tcp.recvspace
    window_update="quarter",  # tcp_output()
    offer_small_room=True,  # tcp_output(): whatever it sends offers all of sbspace()
    fin_takes_room=False,  # the window is sbspace()
    whole_segment_buffers=True,  # tcp_mss()
    mss_min=216,  # net.inet.tcp.minmss
    window_scale=6,  # enough for kern.ipc.maxsockbuf, 2 MiB
    sack=True,  # net.inet.tcp.sack.enable
    duplicate_sack=True,
    timestamps=True,  # net.inet.tcp.rfc1323
    require_timestamps=False,  # net.inet.tcp.tolerate_missing_ts=1
    window_scale_first=True,
    syn_padding="eol",
    challenge_ack_limit=5,  # net.inet.tcp.ack_war_cnt
    challenge_ack_window=SECOND,  # net.inet.tcp.ack_war_timewindow
    rfc1337=True,  # tcp_twcheck(), without a sysctl
    syn_ack_to_duplicate_syn=True,  # the syncache, which looks at no number
    syn_in_syn_received="syn-ack",
    figure_7=True,
    close_in_syn_received="wait",  # TF_NEEDFIN
    icmp_in_syn_sent="firm",  # tcp_ctlinput(), with icmp_may_rst 1
    errno_of_icmp_refusal="ECONNREFUSED",  # icmp_errmap()
    reset_as_closed=True,  # tcp_do_segment(), dropwithreset
    syn_ack_in_listen="drop",  # tcp_input() since 14
    syn_data="queue",  # tcp_reass(); the syncache keeps none
    reset_told_in_closing=True,  # tcp_do_segment()
    fin_again_in_closing=True,  # tcp_outflags[]
    ack_of_duplicate=True,  # tcp_do_segment(): what came again is trimmed off, and the rest goes on
    time_wait_answers="any-ack",  # tcp_twcheck()
    syn_in_time_wait="by-number",  # tcp_twcheck()
    ephemeral_ports=(10_000, 65_535),  # net.inet.ip.portrange.first, .last
    backlog=128,  # kern.ipc.soacceptqueue
    accept_queue="backlog*3/2+1",  # full when more than one and a half times the backlog wait
    accept_overflow_syn="answer",  # the syncache does not ask how many wait
    accept_overflow_ack="reset",  # net.inet.tcp.syncache.rst_on_sock_fail is 1
    syn_backlog=15_360,  # net.inet.tcp.syncache.cachelimit: 512 buckets of 30
    syn_overflow="evict",  # a full bucket loses its oldest entry
    syn_cookies="when_full",  # net.inet.tcp.syncookies is 1
)

# For a blackboard: short waits, nothing optional on the wire.
TEACHING: Final = Profile(
    name="teaching",
    msl=10 * SECOND,
    r2=30 * SECOND,
    r2_syn=MINUTE,
    fast_retransmit=False,
    congestion_control="off",
)

PROFILES: Final[dict[str, Profile]] = {profile.name: profile for profile in (RFC9293, LINUX, FREEBSD, TEACHING)}
PARAMETERS: Final[tuple[str, ...]] = tuple(field.name for field in fields(Profile) if field.name != "name")
