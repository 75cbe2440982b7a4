"""The timeline as text: what a reader sees, line by line."""

import pytest
from stories import (
    MS,
    STORIES,
    Story,
    crossing_data,
    duplicated_fin,
    lost_syn_ack,
    plain_handshake,
    refused,
    simultaneous_open,
    three_hosts,
)

from tcpsim.tcp.effects import Timer, TimerExpired, TimerStarted
from tcpsim.trace import Trace
from tcpsim.views.text import text


def lines(trace: Trace, start: int, end: int | None = None) -> list[str]:
    return text(trace).splitlines()[start:end]


def test_a_handshake_reads_like_the_figures_of_the_rfc() -> None:
    assert text(plain_handshake(), title="Three-way handshake", subtitle="rfc9293, seed 0") == (
        "Three-way handshake                                              rfc9293, seed 0\n"
        "\n"
        "    time  client                                                    server\n"
        "   0.000  CLOSED       connect()                        listen(80)  LISTEN\n"
        "   0.000  SYN-SENT     ── SYN 0:0(0) ────────────────────────────▶\n"
        "   0.020               ◀────────────────── SYN-ACK 0:0(0) ack 1 ──  SYN-RECEIVED\n"
        "   0.040  ESTABLISHED  ── ACK 1:1(0) ack 1 ──────────────────────▶\n"
        "   0.040               connect returned\n"
        "   0.060                                                            ESTABLISHED\n"
    )


def test_a_lost_segment_its_retransmission_and_why() -> None:
    assert lines(lost_syn_ack(), 3, 13) == [
        "   0.000  SYN-SENT     ── SYN 0:0(0) <mss 1460> ─────────────────▶",
        "   0.020                    lost ✕ ─ ─ ─ ─ SYN-ACK 0:0(0) ack 1 ──  SYN-RECEIVED",
        "                                                     <mss 1460>",
        "   1.000               ━━ SYN 0:0(0)  retransmission 1, RTO 1 s ━▶",
        "   1.020                        ✕ SYN dropped: SYN on a connection",
        "   1.020               ◀────────────────────── ACK 1:1(0) ack 1 ──",
        "   1.020               ◀━━━━━━━━━━━━━━━━━━ SYN-ACK 0:0(0) ack 1 ━━",
        "                                      retransmission 1, RTO 1 s",
        "   1.040               ✕ ACK dropped: no SYN",
        "   1.040  ESTABLISHED  ── ACK 1:1(0) ack 1 ──────────────────────▶",
    ]


def test_calls_tell_what_they_returned_and_idle_time_is_told() -> None:
    told = text(lost_syn_ack())
    assert "   1.080               recv → b'ok'\n" in told
    assert "   1.100                                                recv → b''\n" in told
    assert told.endswith("       ⋮  239.98 s\n 241.220  CLOSED       2MSL over (240 s)\n")


def test_a_state_stands_beside_what_caused_it_and_not_beside_what_only_happened_then() -> None:
    """The server opens because of the first ACK; the ACK it then sends answers the data, which came later."""
    at = [line for line in text(lost_syn_ack()).splitlines() if "1.060" in line]
    assert at[0] == "   1.060                                           accept returned  ESTABLISHED"
    assert at[2] == "   1.060               ◀────────────────────── ACK 1:1(0) ack 6 ──"


def test_duplicates_corruption_and_injection_look_different() -> None:
    assert lines(duplicated_fin(), 7) == [
        "   0.100               close()",
        "   0.100  FIN-WAIT-1   ── FIN-ACK 1:1(0) ack 1 ──────────────────▶",
        "   0.120                   corrupted ✕ ─ ─ ─ ─ ACK 1:1(0) ack 2 ──  CLOSE-WAIT",
        "   0.130               ◀────────── RST 90000:90000(0)  injected ─◇",
        "   0.150               ✕ RST dropped: RST outside the window",
        "   0.160               ┄┄ FIN-ACK 1:1(0)  duplicate ┄┄┄┄┄┄┄┄┄┄┄┄┄▶",
        "   0.160                     ✕ FIN-ACK dropped: outside the window",
        "   0.160               ◀────────────────────── ACK 1:1(0) ack 2 ──",
        "   0.180  FIN-WAIT-2",
    ]


def test_a_segment_that_is_overtaken_says_when_it_arrives() -> None:
    told = text(crossing_data()).splitlines()
    place = told.index("   0.100               ── PSH-ACK 11:21(10) ack 1 ───────────────▶")
    assert told[place + 1] == "                          overtaken, arrives 0.160"


def test_both_sides_of_a_simultaneous_open_share_lines() -> None:
    assert lines(simultaneous_open(), 7) == [
        "   0.040  ESTABLISHED   connect returned          connect returned  ESTABLISHED",
    ]


def test_a_refusal_ends_with_the_errno() -> None:
    assert lines(refused(), 3) == [
        "   0.020                                    ✕ SYN dropped: no connection  CLOSED",
        "   0.020            ◀─────────────────────────── RST-ACK 0:0(0) ack 1 ──",
        "   0.040  CLOSED    connect → ECONNREFUSED",
    ]


def test_more_than_two_hosts_become_a_table() -> None:
    assert lines(three_hosts(), 0, 7) == [
        "    time  who                state         what",
        "   0.000  server             LISTEN        listen(80)",
        "   0.000  client-1           CLOSED        connect()",
        "   0.000  client-1 → server  SYN-SENT      SYN 0:0(0)",
        "   0.000  client-2           CLOSED        connect()",
        "   0.000  client-2 → server  SYN-SENT      SYN 0:0(0)  ✕ lost",
        "   0.020  server → client-1  SYN-RECEIVED  SYN-ACK 0:0(0) ack 1",
    ]
    assert "  1.060  server (client-2)  ESTABLISHED" in text(three_hosts())


def test_a_number_before_its_base_is_absolute() -> None:
    story = Story()
    story.call(0, "client", "connect", None, story.segment("client server", "SYN"))
    story.inject(5 * MS, story.segment("client server", "SYN", -10))
    assert "SYN @90:@90(0)  injected" in text(story.trace)


def test_a_segment_still_under_way_at_the_end_says_so() -> None:
    story = Story()
    story.call(0, "client", "connect", None, story.segment("client server", "SYN"))
    assert "── SYN 0:0(0) ─ ─" in text(story.trace)
    assert "… under way" in text(story.trace)


def test_a_segment_from_nobody_comes_from_the_other_side_and_says_whence() -> None:
    story = Story()
    stray = story.segment("client server", "SYN").replace(src="198.51.100.9")
    story.inject(0, stray)
    story.arrive(20 * MS, 1)
    assert text(story.trace).splitlines()[1].endswith("◇─ SYN 0:0(0)  injected from 198.51.100.9 ───────────▶")


def test_a_timer_that_sends_nothing_is_told() -> None:
    story = Story()
    story.call(0, "client", "connect", None, story.segment("client server", "SYN"), TimerStarted(Timer.USER, 3_000_000))
    story.timeout(3_000_000, "client", TimerExpired(Timer.USER))
    assert text(story.trace).splitlines()[-1] == "   3.000          user timeout expired (3 s)"


def test_an_orphan_timeout_is_not_called_2msl() -> None:
    story = Story()
    segment = story.segment("client server", "SYN")
    story.call(0, "client", "connect", None, segment, TimerStarted(Timer.ORPHAN, 3_000_000))
    story.timeout(3_000_000, "client", TimerExpired(Timer.ORPHAN))
    assert text(story.trace).splitlines()[-1] == "   3.000          orphan timeout expired (3 s)"


def test_expectations_stand_below_and_those_that_failed_are_marked() -> None:
    held = [("server SYN-ACK twice", "held: 2 sent", True), ("final client CLOSED", "not held: TIME-WAIT", False)]
    assert text(plain_handshake(), held=held).splitlines()[-4:] == [
        "",
        "  expected  server SYN-ACK twice  held: 2 sent",
        "✕ expected  final client CLOSED",
        "      seen  not held: TIME-WAIT",
    ]


def test_what_was_seen_instead_is_wrapped_and_squeezes_nothing() -> None:
    held = [("final client CLOSED", "held", True), ("server SYN-ACK twice", "word " * 40, False)]
    lines = text(plain_handshake(), held=held).splitlines()
    assert "  expected  final client CLOSED   held" in lines
    assert all(len(line) <= 80 for line in lines)


@pytest.mark.parametrize("name", STORIES)
def test_eighty_columns_no_trailing_spaces_and_ascii_when_asked(name: str) -> None:
    plain = text(STORIES[name](), title="A title", subtitle="where from")
    assert all(len(line) <= 80 and line == line.rstrip() for line in plain.splitlines())
    ascii_only = text(STORIES[name](), title="Ein Titel: Verbindungsabbau – fünf", ascii_only=True)
    assert ascii_only.isascii()
    assert all(len(line) <= 80 and line == line.rstrip() for line in ascii_only.splitlines())


@pytest.mark.parametrize("name", STORIES)
def test_colour_adds_nothing_but_colour(name: str) -> None:
    import re

    coloured = text(STORIES[name](), color=True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == text(STORIES[name]())


def test_ascii_draws_arrows_that_can_be_told_apart() -> None:
    told = text(duplicated_fin(), ascii_only=True)
    assert "-- FIN-ACK 1:1(0) ack 1 ------------------>" in told
    assert "corrupted x - - - - ACK 1:1(0) ack 2 --" in told
    assert ".. FIN-ACK 1:1(0)  duplicate .............>" in told


def test_nothing_happened() -> None:
    assert text(Trace(("client", "server"), {})).splitlines()[0].split() == ["time", "client", "server"]
    assert text(Trace(("only",), {})).splitlines()[0].split() == ["time", "who", "state", "what"]
