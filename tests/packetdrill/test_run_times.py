"""When things happen: times and their tolerance, calls that block, what never ends."""

import pytest
from running import CONNECTED, SOCKET, outcome, said

from tcpsim.packetdrill import stack

pytestmark = pytest.mark.unobserved  # what the peer says is the script's: it is no TCP

CONNECTING = f"""{SOCKET}
+0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0
+0 connect(3, ..., ...) = -1 EINPROGRESS (…)
+0 > S 0:0(0) <...>
"""


def passes(text: str, platform: str = "freebsd") -> None:
    assert said(text, platform) == "PASS"


# ---- segments ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["+1", "1.0", "+.5~+1.5", "0.9~1.1", "*", "+1.004", "+.996", "+1.12", "+.95"])
def test_a_segment_in_time(when: str) -> None:
    """A SYN that nobody answers comes again after a second. Tolerated are 4 ms, or an eighth of the time between."""
    passes(f"{CONNECTING}{when} > S 0:0(0) <...>\n")


@pytest.mark.parametrize(
    ("when", "due"),
    [
        ("+.8", "0.8 s, and came at 1 s (tolerance 0.1 s)"),
        ("+1.2", "1.2 s, and came at 1 s (tolerance 0.15 s)"),
        ("+.1~+.2", "0.1 s to 0.2 s, and came at 1 s (tolerance 0.0125 s)"),
        ("2~3", "2 s to 3 s, and came at 1 s (tolerance 0.25 s)"),
    ],
)
def test_a_segment_out_of_time(when: str, due: str) -> None:
    assert said(f"{CONNECTING}{when} > S 0:0(0) <...>\n", "freebsd") == f"FAIL: the segment was due at {due}"


def test_the_tolerance_is_the_scripts() -> None:
    passes(f"--tolerance_usecs=300000\n{CONNECTING}+.8 > S 0:0(0) <...>\n")
    assert said(f"--tolerance_percent=1\n{CONNECTING}+.95 > S 0:0(0) <...>\n", "freebsd").endswith(
        "(tolerance 0.0095 s)"
    )


def test_relative_times_count_from_what_has_happened() -> None:
    """The SYN came again 0.1 s before it was expected; the next event is half a second after that."""
    came = outcome(f"{CONNECTING}+1.1 > S 0:0(0) <...>\n+.5 < R. 0:0(0) ack 1 win 0\n+0 close(3) = 0\n", "freebsd")
    assert came.trace is not None
    assert [flight.sent_at for flight in came.trace.flights] == [0, 1_000_000, 1_500_000]


def test_segments_that_arrive_one_after_the_other_count_from_each_other() -> None:
    """The first is late, for the segment before it was: the next counts from when it was due."""
    late = "0.85~1.1 > S 0:0(0) <...>\n 0.9 < . 1:1(0) ack 9 win 0\n+.2 < . 1:1(0) ack 9 win 0\n"
    came = outcome(f"--tolerance_usecs=200000\n{CONNECTING}{late}", "freebsd")
    assert came.trace is not None
    assert [f.sent_at for f in came.trace.flights if f.sender == stack.PEER] == [1_000_000, 1_100_000]


def test_what_the_script_does_too_late() -> None:
    text = f"--tolerance_usecs=1000\n{CONNECTING}* > S 0:0(0) <...>\n 0.5 close(3) = 0\n"
    assert said(text, "freebsd") == "FAIL: the call was due at 0.5 s, and came at 1 s (tolerance 0.0625 s)"


def test_a_timer_that_expires_just_then_comes_after_what_the_script_does() -> None:
    """A kernel's timers are never early: the acknowledgment of the first octets is delayed by just 40 ms."""
    passes(
        f"""{CONNECTED}
+0 < P. 1:11(10) ack 1 win 60000
+.04 < P. 11:21(10) ack 1 win 60000
+0 > . 1:1(0) ack 21
"""
    )


# ---- calls ---------------------------------------------------------------------------------------------------------


def test_a_call_returns_when_it_should() -> None:
    text = f"{CONNECTED}+0...0.2 read(3, ..., 10) = 10\n+{{0}} < P. 1:11(10) ack 1 win 60000\n"
    passes(text.format(".2").replace("0.2 read", "0.3 read").replace("+0...0.3", "+.1...0.3"))
    assert said(text.format(".1")) == (
        "FAIL: the return of read() was due at 0.3 s, and came at 0.2 s (tolerance 0.025 s)"
    )


def test_a_call_that_need_not_wait_returns_at_once() -> None:
    passes(f"{CONNECTED}+0 < P. 1:11(10) ack 1 win 60000\n+0...0 read(3, ..., 10) = 10\n")


def test_a_call_waits_for_the_one_that_waits() -> None:
    passes(
        f"""{CONNECTED}
+0...0.2 read(3, ..., 10) = 10
+.2 < P. 1:11(10) ack 1 win 60000
+0...0.1 read(3, ..., 10) = 10
+.1 < P. 11:21(10) ack 1 win 60000
"""
    )


def test_two_calls_at_a_time() -> None:
    assert said(f"{CONNECTED}+0...5 read(3, ..., 10) = 10\n+.1...5 read(3, ..., 10) = 10\n") == (
        "FAIL: read() may block, and begins while another call still blocks"
    )


def test_a_call_that_still_blocks_at_the_end() -> None:
    """Told where the call is, not where the script ends."""
    came = outcome(f"{CONNECTED}+0...0.5 read(3, ..., 10) = 10\n+.1 < . 1:1(0) ack 1 win 60000\n")
    assert came.why == "read() still blocks when the script ends"
    assert came.text == "+0...0.5 read(3, ..., 10) = 10"


def test_a_call_that_still_blocks_is_not_forgotten_for_another() -> None:
    """One that need not wait is made all the same, after a second of patience, as packetdrill does."""
    reads = f"{CONNECTED}+0...9 read(3, ..., 10) = 10\n"
    assert said(f"{reads}+2 write(3, ..., 10) = 10\n") == "FAIL: read() still blocks when the script ends"
    passes(f"{reads.replace('...9', '...4')}+2 write(3, ..., 10) = 10\n+1 < P. 1:11(10) ack 11 win 60000\n")


def test_a_call_that_blocks_where_it_was_not_to() -> None:
    assert said(f"{CONNECTED}+0 read(3, ..., 10) = 10\n", "freebsd") == (
        "FAIL: read() waits for ever: nothing is to come that could end it"
    )


def test_what_a_call_that_waited_returns_is_wrong_where_it_began() -> None:
    text = f"{CONNECTED}+0...0.1 read(3, ..., 10) = 7\n+.1 < P. 1:11(10) ack 1 win 60000\n+0 close(3) = 0\n"
    came = outcome(text)
    assert (came.line, came.why) == (CONNECTED.count("\n") + 1, "read() returned 10, and 7 was expected")


# ---- what never ends -----------------------------------------------------------------------------------------------


def test_a_script_that_never_ends_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A window that stays shut is probed for as long as the probes are answered; here the script answers none."""
    monkeypatch.setattr(stack, "MOST_EVENTS", 50)
    keep_alive = "+0 setsockopt(3, SOL_SOCKET, SO_KEEPALIVE, [1], 4) = 0\n"
    text = f"{CONNECTED}{keep_alive}" + "* > . 0:0(0) ack 1\n* < . 1:1(0) ack 1 win 9\n".replace("* <", "+0 <") * 60
    assert said(text) == "FAIL: more than 50 events, and no end to be seen"


def test_time_is_virtual() -> None:
    passes(f"{CONNECTED}+86400 close(3) = 0\n")
