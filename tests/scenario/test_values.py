"""Single values: how each may be written, what it means, and that it is written back so that it reads the same."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from tcpsim.scenario.forms import Names
from tcpsim.scenario.notation import End, Number, SegmentLine, read_line, read_wire, wire_text
from tcpsim.scenario.patterns import SegmentPattern, Who, read_pattern, read_who
from tcpsim.scenario.scalars import (
    duration_text,
    probability_text,
    rate_text,
    read_duration,
    read_probability,
    read_rate,
    read_state,
)
from tcpsim.sim.setup import SegmentKind
from tcpsim.tcp.profiles import RFC9293, TEACHING
from tcpsim.tcp.states import State
from tcpsim.wire.flags import ACK, FIN, PSH, RST, SYN
from tcpsim.wire.options import MaximumSegmentSize, NoOperation, Sack, SackPermitted, Timestamps, WindowScale

NAMES = Names(("client", "server", "client-2"))


# ---- durations -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        ("20ms", 20_000),
        ("1s", 1_000_000),
        ("1.5s", 1_500_000),
        ("100us", 100),
        ("100µs", 100),
        ("2min", 120_000_000),
        ("10000h", 36_000_000_000_000),
        ("0ms", 0),
        ("20 ms", 20_000),
        ("0.001ms", 1),
    ],
)
def test_durations(text: str, microseconds: int) -> None:
    assert read_duration(text).microseconds(RFC9293) == microseconds


def test_multiples_of_the_profile() -> None:
    assert read_duration("2msl").microseconds(RFC9293) == 240_000_000
    assert read_duration("2msl").microseconds(TEACHING) == 20_000_000
    assert read_duration("1.5rto").microseconds(RFC9293) == 1_500_000
    assert str(read_duration("1.50rto")) == "1.5rto"


@pytest.mark.parametrize(
    "bad", ["", "ms", "1e3s", "1m", "1 0ms", "--1ms", "1ms ", "inf s", "٣ms", ".5s", "1.s", [], {}, None]
)
def test_what_is_no_duration(bad: Any) -> None:
    with pytest.raises(PydanticCustomError):
        read_duration(bad)


@given(st.integers(0, 10**15))
def test_a_duration_is_written_as_it_reads(amount: int) -> None:
    assert read_duration(duration_text(amount)).microseconds(RFC9293) == amount


# ---- probabilities and rates ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"), [("10%", 0.1), ("0.1%", 0.001), ("100%", 1.0), ("0%", 0.0), ("33.3 %", 0.333)]
)
def test_probabilities(text: str, value: float) -> None:
    assert math.isclose(read_probability(text), value)


@given(st.integers(0, 10**6))
def test_a_probability_is_written_as_it_reads(millionths: int) -> None:
    value = millionths / 10**6
    assert read_probability(probability_text(value)) == value


def test_a_bare_number_is_refused_with_what_it_may_have_meant() -> None:
    for number, fix in ((0.1, "write 10%"), (10, "write 10%"), ("0.25", "write 25%"), (1, "write 1%")):
        with pytest.raises(PydanticCustomError, match=fix):
            read_probability(number)


@pytest.mark.parametrize(
    ("text", "bits"), [("10mbit", 10_000_000), ("64kbit", 64_000), ("1.5Gbit", 1_500_000_000), ("9bit", 9)]
)
def test_rates(text: str, bits: int) -> None:
    assert read_rate(text) == bits
    assert read_rate(rate_text(bits)) == bits


# ---- states --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("FIN-WAIT-1", State.FIN_WAIT_1),
        ("FIN_WAIT_1", State.FIN_WAIT_1),
        ("FIN_WAIT1", State.FIN_WAIT_1),
        ("fin-wait-2", State.FIN_WAIT_2),
        ("FINWAIT2", State.FIN_WAIT_2),
        ("SYN_RCVD", State.SYN_RECEIVED),
        ("SYN-RECV", State.SYN_RECEIVED),
        ("syn received", State.SYN_RECEIVED),
        ("ESTAB", State.ESTABLISHED),
        ("Time_Wait", State.TIME_WAIT),
        *((str(state), state) for state in State),
    ],
)
def test_states_in_all_usual_spellings(text: str, state: State) -> None:
    assert read_state(text) is state


# ---- segment patterns ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("server SYN-ACK", SegmentKind("SYN-ACK")),
        ("server SYN,ACK", SegmentKind("SYN-ACK")),
        ("server SYNACK", SegmentKind("SYN-ACK")),
        ("server syn", SegmentKind("SYN")),
        ("server any", SegmentKind("any")),
        ("server FIN-ACK", SegmentKind("FIN")),
        ("server S", SegmentKind(exact=SYN)),
        ("server S.", SegmentKind(exact=SYN | ACK)),
        ("server .", SegmentKind(exact=ACK)),
        ("server P.", SegmentKind(exact=PSH | ACK)),
        ("server FP.", SegmentKind(exact=FIN | PSH | ACK)),
        ("server R", SegmentKind(exact=RST)),
        ("server R.", SegmentKind(exact=RST | ACK)),
        ("server RST-ACK", SegmentKind(exact=RST | ACK)),
    ],
)
def test_segment_patterns(text: str, kind: SegmentKind) -> None:
    pattern = read_pattern(text, NAMES)
    assert pattern == SegmentPattern("server", kind)
    assert read_pattern(str(pattern), NAMES) == pattern


@pytest.mark.parametrize(
    "bad", ["server", "SYN", "server SYN RST", "nobody SYN", "server SF.", "server -", "server P", 3, None]
)
def test_what_is_no_pattern(bad: Any) -> None:
    with pytest.raises(PydanticCustomError):
        read_pattern(bad, NAMES)


def test_whose_connection() -> None:
    for text, who in {
        "server": Who("server"),
        "server with client-2": Who("server", "client-2"),
        "server with client:40001": Who("server", "client", 40_001),
    }.items():
        assert read_who(text, NAMES) == who
        assert str(who) == text


# ---- segments ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("client > S 0:0(0)", SegmentLine(End("client"), None, SYN, Number(0), 0)),
        ("client > S @90(0)", SegmentLine(End("client"), None, SYN, Number(90, absolute=True), 0)),
        ("client > . 1:11(10) ack 1 win 100", SegmentLine(End("client"), None, ACK, Number(1), 10, Number(1), 100)),
        ("client > . 1(10)", SegmentLine(End("client"), None, ACK, Number(1), 10)),
        ("client > . 1(10) at 1.5s", SegmentLine(End("client"), None, ACK, Number(1), 10, at=1_500_000)),
        ("server > * at 0ms", SegmentLine(End("server"), at=0)),
        ("client > S at 5us <nop>", SegmentLine(End("client"), flags=SYN, at=5, options=(NoOperation(),))),
        ("client > . 5", SegmentLine(End("client"), None, ACK, Number(5))),
        ("client > FP. ack @7", SegmentLine(End("client"), None, FIN | PSH | ACK, ack=Number(7, absolute=True))),
        ("client > SYN-ACK ack 1", SegmentLine(End("client"), None, SYN | ACK, ack=Number(1))),
        ("server > *", SegmentLine(End("server"))),
        ("client > server *", SegmentLine(End("client"), End("server"))),
        ("client > server S 0(0)", SegmentLine(End("client"), End("server"), SYN, Number(0), 0)),
        ("client:1 > server:80 R 0(0)", SegmentLine(End("client", 1), End("server", 80), RST, Number(0), 0)),
        ("203.0.113.7:5 > server S 0(0)", SegmentLine(End("203.0.113.7", 5), End("server"), SYN, Number(0), 0)),
        ("[2001:db8::9]:5 > server S 0(0)", SegmentLine(End("2001:db8::9", 5), End("server"), SYN, Number(0), 0)),
        ("2001:db8::9 > S 0(0)", SegmentLine(End("2001:db8::9"), None, SYN, Number(0), 0)),
        ("client > SFRPUEW. @0(0) urg 3", SegmentLine(End("client"), None, 255, Number(0, absolute=True), 0, urgent=3)),
        (
            "client > S <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>",
            SegmentLine(
                End("client"),
                flags=SYN,
                options=(MaximumSegmentSize(1460), SackPermitted(), Timestamps(1, 0), NoOperation(), WindowScale(7)),
            ),
        ),
        ("client > . <sack 1:2 5:9>", SegmentLine(End("client"), flags=ACK, options=(Sack(((1, 2), (5, 9))),))),
        ("client > . <>", SegmentLine(End("client"), flags=ACK, options=())),
        ("client > . @4294967290:@4(10)", SegmentLine(End("client"), None, ACK, Number(4294967290, absolute=True), 10)),
    ],
)
def test_segments_in_packetdrills_notation(text: str, line: SegmentLine) -> None:
    assert read_line(text, NAMES) == line
    assert read_line(str(line), NAMES) == line


def test_a_block_of_segments() -> None:
    lines = read_wire("client > S  # opens\n\n  ...\n# nothing\nserver > *\n", NAMES)
    assert lines == (SegmentLine(End("client"), flags=SYN), None, SegmentLine(End("server")))
    assert read_wire(wire_text(lines), NAMES) == lines
