"""The words of the timeline and of the pictures, as a record that every language fills in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of one language. What stands in braces is filled in; the rest of a sentence is the language's."""

    # ---- the timeline's frame
    time: str
    who: str
    state: str
    what: str
    expected: str
    seen: str
    held: str
    did_not_hold: str
    no_idle_fault: str
    ends_by_itself: str
    comma: str  # between what is listed in a line
    changed: str  # profile
    delay: str  # time
    delays_differ: str
    seed: str  # seed
    # ---- what became of a segment
    lost: str
    lost_because: str  # why
    under_way: str
    duplicate: str
    dropped: str  # caption
    dropped_segment: str  # flags, caption
    # ---- what is odd about a segment
    injected: str
    injected_from: str  # address
    to: str  # address
    retransmission: str  # attempt
    fast_retransmission: str  # attempt
    probe: str  # purpose
    after_timer: str  # what, timer, time
    after: str  # what, time
    delayed: str  # time
    crowd: str  # time
    starts_2msl_again: str
    overtaken: str  # time
    late: str  # time
    # ---- calls, timers
    returned: str  # call
    in_progress: str
    not_as_expected: str  # errno
    octets: str  # count
    one_octet: str
    time_wait_over: str  # time
    expired: str  # timer, time
    signal: str  # news, errno
    of_port: str  # words, port
    # ---- pictures: beside, between and behind the lines
    later: str  # time
    listener: str
    port: str  # port
    sent_at: str  # time
    arrived_at: str  # time
    dropped_because: str  # why
    because: str  # why, section
    state_title: str  # host, state, since
    since: str  # time
    at_first: str
    timer_title: str  # host, timer, time, outcome
    blocked_until: str  # host, call, start, end
    blocked_for_ever: str  # host, call, start
    nothing_happens: str  # start, end
    in_no_rfc: str
