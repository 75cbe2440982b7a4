"""The sentences of explanations that the tables of TCP do not have, as a record that every language fills in.

What a row of the table, a dropped segment or a signal means is said with them, in `Language.rows`, `.refusals` and
`.news`. Here are the numbers behind it, and why something is sent again, was lost, or came twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """The sentences of one language. Numbers are relative to the initial ones; `wire` is as it is in the segment.

    `space` is what stands between two sentences, `headed` between what happened and why.
    """

    title: str  # title
    space: str
    headed: str  # what, why
    nothing: str
    # ---- numbers: what takes one, and what is acknowledged
    syn_takes: str  # seq, wire, next
    acks_syn: str  # ack, wire_ack, number, wire
    acks_syn_alone: str  # ack, number, octets
    acks_syn_and_data: str  # ack, number, octets
    ack_takes_none: str  # seq
    syn_acknowledged: str  # ack, number
    fin_takes: str  # seq, next
    fin_takes_after_data: str  # seq, next, octets, first
    acks_fin: str  # ack, number
    acks_fin_after_data: str  # ack, number, octets, first
    fin_acknowledged: str  # ack, number
    until: str  # time, end
    from_cookie: str
    sent_in_vain: str  # label, count, start
    # ---- sent again
    by_timer: str  # label, time
    doubles: str  # time
    same_again: str  # time
    next_wait: str  # time
    three_duplicates: str  # ack
    partial: str  # ack
    after_time_out: str  # ack, seq
    tail_loss: str  # time
    syn_again: str
    fin_again: str
    window_opened: str
    text_again: str
    again: str
    # ---- asked, waited, started again
    window_probe: str
    keep_alive_probe: str
    delayed: str  # time
    override: str  # time
    starts_2msl_again: str  # time, end
    # ---- refused
    expected_number: str  # seq, next
    window_closed: str  # next
    only_sent_up_to: str  # ack, next
    answered: str  # label
    not_asked_again: str
    # ---- the network
    loss: Mapping[str, str]  # by the trace's own words for it; "" for any other
    told_by_silence: str
    ack_is_not_repeated: str
    reset_is_not_repeated: str
    cookie_is_not_repeated: str
    twice: str  # first, time
    injected: str
    # ---- hosts and calls
    happened: Mapping[str, str]  # by the trace's own words
    icmp: str  # error
    call_failed: Mapping[str, str]  # by errno
    not_as_expected: str  # errno
