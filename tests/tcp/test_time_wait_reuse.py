"""A SYN in TIME-WAIT, by RFC 6191 §2: every case of its list, with timestamps and without (rows P09 to P12)."""

from typing import Final

import pytest
from dialogue import Dialogue

from tcpsim.tcp import drops
from tcpsim.tcp.profiles import RFC9293, Profile
from tcpsim.tcp.states import State
from tcpsim.wire import HALF, MASK, Timestamps

LAST: Final = 1  # the number of the peer's FIN, "the last sequence number seen": what is higher is RCV.NXT or beyond
STAMP: Final = 1000  # "the last timestamp seen"
STAMPED: Final = RFC9293.with_changes(timestamps=True)

# Whether the previous incarnation used timestamps; the timestamp of the SYN, relative to the last seen (None: none);
# its number, relative to the last seen; whether it is honoured.
CASES: Final = [
    (True, +1, +1, True),  # "greater than the last timestamp"
    (True, +1, 0, True),
    (True, +1, -1000, True),
    (True, HALF - 1, -1000, True),
    (True, 0, +1, True),  # "equal …, and the Sequence Number … is greater"
    (True, 0, +1000, True),
    (True, 0, 0, False),
    (True, 0, -1000, False),
    (True, -1, +1, False),  # older: whatever its number is
    (True, -1, +1000, False),
    (True, None, +1, True),  # "Timestamps would not be enabled …, but the Sequence Number … is greater"
    (True, None, +70_000, True),
    (True, None, 0, False),
    (True, None, -1, False),
    (False, -1, -1000, True),  # "Timestamps would be enabled for the new incarnation": they were not for the previous
    (False, 0, 0, True),
    (False, None, +1, True),  # "even if the sequence number … falls within the receive window"
    (False, None, +1000, True),
    (False, None, +70_000, True),
    (False, None, 0, False),
    (False, None, HALF + 1, False),
]


def to_time_wait(profile: Profile, *, used_timestamps: bool) -> Dialogue:
    """The endpoint closes first; the peer's FIN has number 1 and, if any, timestamp 1000."""
    tcp = Dialogue(profile=profile)
    options = (Timestamps(STAMP, 0),) if used_timestamps else ()
    tcp.user_opens()
    tcp.expect("S", seq=0)
    tcp.peer_says("S.", seq=0, ack=1, options=options)
    tcp.expect(".", seq=1, ack=1)
    tcp.user_closes()
    tcp.expect("F.", seq=1, ack=1)
    tcp.peer_says("F.", seq=LAST, ack=2, options=options)
    tcp.expect(".", seq=2, ack=2)
    tcp.expect_state(State.TIME_WAIT)
    return tcp


def syn(tcp: Dialogue, stamp: int | None, seq: int) -> None:
    options = () if stamp is None else (Timestamps((STAMP + stamp) & MASK, 0),)
    tcp.peer_says("S", seq=LAST + seq, options=options, iss=(tcp.tcb.snd_nxt + 4711) & MASK)


@pytest.mark.row("P09")
@pytest.mark.row("P10")
@pytest.mark.row("P11")
@pytest.mark.row("P12")
@pytest.mark.row("V03")
@pytest.mark.parametrize(("used", "stamp", "seq", "honoured"), CASES)
def test_which_syn_is_honoured(used: bool, stamp: int | None, seq: int, honoured: bool) -> None:
    tcp = to_time_wait(STAMPED, used_timestamps=used)
    ours = tcp.tcb.snd_nxt
    syn(tcp, stamp, seq)
    if not honoured:
        # RFC 6191 would have it dropped in silence; RFC 9293 §3.10.7.4 asks the peer, as any SYN on a connection is.
        tcp.expect_challenge_ack()
        tcp.expect_state(State.TIME_WAIT)
        return
    tcp.expect_path(State.TIME_WAIT, State.SYN_RECEIVED)
    (_, _, syn_ack) = tcp.sent.pop()
    assert syn_ack.kind == "SYN-ACK"
    assert 0 < (syn_ack.seq - ours) & MASK < HALF, "higher than any number used before (MAY-2)"
    assert (syn_ack.ack - tcp.irs) & MASK == (LAST + seq + 1) & MASK
    assert (syn_ack.option(Timestamps) is not None) is (stamp is not None), "an answer offers what was offered"


@pytest.mark.row("P12")
@pytest.mark.parametrize(("used", "stamp", "seq", "honoured"), CASES)
def test_the_same_with_silence_as_rfc_6191_has_it(used: bool, stamp: int | None, seq: int, honoured: bool) -> None:
    tcp = to_time_wait(STAMPED.with_changes(syn_in_time_wait="drop"), used_timestamps=used)
    syn(tcp, stamp, seq)
    assert (tcp.tcb.state is State.SYN_RECEIVED) is honoured
    if honoured:
        tcp.sent.clear()
    tcp.expect_nothing()
    tcp.expect_dropped(*([] if honoured else [drops.SYN_IN_TIME_WAIT]))


@pytest.mark.row("P09")
@pytest.mark.parametrize(("seq", "honoured"), [(+1, True), (0, False), (-1000, False)])
@pytest.mark.parametrize("stamp", [-1, 0, +1000])
def test_where_this_end_uses_no_timestamps_theirs_count_for_nothing(stamp: int, seq: int, honoured: bool) -> None:
    """To be "enabled for the new incarnation" takes both ends: here, only the number decides."""
    tcp = to_time_wait(RFC9293, used_timestamps=False)
    syn(tcp, stamp, seq)
    assert (tcp.tcb.state is State.SYN_RECEIVED) is honoured
    tcp.sent.clear()


@pytest.mark.row("P12")
@pytest.mark.parametrize(("used", "stamp", "seq"), [case[:3] for case in CASES])
def test_a_profile_that_never_reopens_asks_always(used: bool, stamp: int | None, seq: int) -> None:
    tcp = to_time_wait(STAMPED.with_changes(syn_in_time_wait="challenge"), used_timestamps=used)
    syn(tcp, stamp, seq)
    tcp.sent.clear()
    tcp.expect_state(State.TIME_WAIT)
    assert not [effect for effect in tcp.effects if effect is drops.SYN_IN_TIME_WAIT]
