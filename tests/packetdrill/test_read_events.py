"""Events: when they are due, calls and what they return, commands, assertions."""

import pytest
from reading import action, call, event, script

from tcpsim.packetdrill import parse
from tcpsim.packetdrill.expressions import Anything, Integer, Word
from tcpsim.packetdrill.script import Assertion, Call, Command, When


@pytest.mark.parametrize(
    ("time", "when"),
    [
        ("0", When(0)),
        ("1", When(1_000_000)),
        ("0.1", When(100_000)),
        (".5", When(500_000)),
        ("1.001", When(1_001_000)),
        ("0.0000019", When(1)),
        ("+0", When(0, relative=True)),
        ("+ .25", When(250_000, relative=True)),
        ("*", When(None)),
        ("0.1~0.2", When(100_000, 200_000)),
        ("+0~+.3", When(0, 300_000, relative=True)),
    ],
)
def test_times(time: str, when: When) -> None:
    assert event(f"{time} > . 1:1(0) ack 1").when == when


@pytest.mark.parametrize("time", ["0.1...0.4", "0.1 ... 0.4"])
def test_a_call_that_may_block_until_a_time(time: str) -> None:
    blocking = event(f"{time} read(3, ..., 10) = 10")

    assert blocking.when == When(100_000)
    assert isinstance(blocking.action, Call)
    assert blocking.action.until == 400_000


@pytest.mark.parametrize("time", ["+.1...0.4", "+.1...+0.4"])
def test_both_times_of_a_relative_call_count_from_the_event_before(time: str) -> None:
    blocking = event(f"{time} read(3, ..., 10) = 10")

    assert blocking.when == When(100_000, relative=True)
    assert isinstance(blocking.action, Call)
    assert blocking.action.until == 400_000


def test_the_times_of_a_script() -> None:
    times = [happening.when for happening in script("times").events]

    assert times[2:8] == [
        When(500_000),
        When(500_000),
        When(100_000, relative=True),
        When(0, 10_000, relative=True),
        When(700_000),
        When(0, relative=True),
    ]
    assert times[12] == When(1_499_999, 2_000_001)  # it may come so late, though it may not come so early any more


@pytest.mark.parametrize(
    "text",
    [
        "0.5 close(3) = 0\n0.5 close(4) = 0",
        "0.5 close(3) = 0\n* > . 1:1(0)\n0.5 close(4) = 0",
        "0.5~0.9 > . 1:1(0)\n0.5 close(4) = 0",
        "0.5...0.9 read(3, ..., 1) = 1\n0.6 < . 1:1(0) win 1",
    ],
)
def test_a_time_that_does_not_go_back(text: str) -> None:
    assert parse(text, "test.pkt").events


def test_a_call() -> None:
    assert call("socket(..., SOCK_STREAM, IPPROTO_TCP) = 3") == Call(
        "socket", (Anything(), Word("SOCK_STREAM"), Word("IPPROTO_TCP")), Integer(3)
    )
    assert call("epoll_create() = 7") == Call("epoll_create", (), Integer(7))
    assert call("close (3) = ...") == Call("close", (Integer(3),), Anything())


@pytest.mark.parametrize(
    ("written", "error", "note"),
    [
        ("= -1 EBADF (Bad file descriptor)", "EBADF", "Bad file descriptor"),
        ("= -1 EADDRNOTAVAIL(Can't assign)", "EADDRNOTAVAIL", "Can't assign"),
        ("= -1 EBADF", "EBADF", ""),
        ("= -1 (so it fails)", "", "so it fails"),
        ("= -1", "", ""),
    ],
)
def test_how_a_call_fails(written: str, error: str, note: str) -> None:
    assert call(f"close(3) {written}") == Call("close", (Integer(3),), Integer(-1), error, note)


def test_a_note_on_what_is_returned() -> None:
    assert call("fcntl(3, F_GETFL) = 0x02 (flags O_RDWR)") == Call(
        "fcntl", (Integer(3), Word("F_GETFL")), Integer(2, hexadecimal=True), note="flags O_RDWR"
    )


def test_the_next_event_is_no_part_of_a_result() -> None:
    first, second = parse("0 close(3) = -1\n1 close(4) = 0", "test.pkt").events

    assert isinstance(first.action, Call)
    assert first.action.error == ""
    assert second.when == When(1_000_000)


def test_an_event_knows_where_it_stands_and_how_it_was_written() -> None:
    first, second = parse(
        "\n0   poll([{fd=3,\n  events=POLLIN}], 1,  0) = 1 // ready\n+1 close(3)=0", "test.pkt"
    ).events

    assert (first.line, first.text) == (2, "0   poll([{fd=3,\n  events=POLLIN}], 1,  0) = 1")
    assert (second.line, second.text) == (4, "+1 close(3)=0")


def test_commands() -> None:
    commands = script("commands")

    assert commands.setup == Command("sysctl -q net.ipv4.tcp_timestamps=0\n sysctl -q net.ipv4.tcp_sack=0", 2)
    assert commands.cleanup == Command('echo "that is all"', 11)
    assert [happening.action for happening in commands.events if isinstance(happening.action, Command)] == [
        Command("sysctl -w net.ipv4.tcp_syn_retries=1", 6),
        Command("echo one; \\\n    echo two", 8),
    ]
    assert commands.options.tolerance_usecs == 5_000


def test_a_script_without_untimed_commands() -> None:
    plain = parse("0 `true`", "test.pkt")

    assert (plain.setup, plain.cleanup) == (None, None)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("%{assert a}%", "assert a"),
        ("%{   assert a == {1: 2}   }%", "assert a == {1: 2}"),
        ("%{ assert a % 2 }%", "assert a % 2"),
        ("%{\n  assert a\n  if b:\n    assert c\n}%", "assert a\nif b:\n  assert c"),
        ("%{ assert a # so\n   assert b }%", "assert a # so\nassert b"),
        ("%{ assert a; \\\n      assert b }%", "assert a; \\\nassert b"),
        ("%{ assert a, '`\"//' }%", "assert a, '`\"//'"),
    ],
)
def test_assertions_lose_their_margin(written: str, code: str) -> None:
    assert action(written) == Assertion(code)


@pytest.mark.parametrize(
    "name", ["passive-open", "active-open", "blocking-calls", "assertions", "icmp", "absolute-numbers"]
)
def test_scripts_as_people_write_them(name: str) -> None:
    conversation = script(name)

    assert conversation.events
    assert not conversation.unsupported
