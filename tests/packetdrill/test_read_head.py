"""What stands before the events, and what is done before reading: options, comments, definitions, conditions."""

from pathlib import Path

import pytest
from reading import call, script, value

from tcpsim.packetdrill import load, parse
from tcpsim.packetdrill.expressions import Integer, Text
from tcpsim.packetdrill.script import Call, Inbound, ScriptOptions, SegmentPattern
from tcpsim.wire.options import UnknownOption

CLOSE = "\n0 close(3) = 0\n"


def test_the_options_of_a_script() -> None:
    assert script("head").options == ScriptOptions(
        tolerance_usecs=20_000,
        tolerance_percent=2.5,
        ip_version="ipv6",
        local_ip="2001:db8::1",
        remote_ip="2001:db8::2",
        bind_port=8080,
        connect_port=80,
        mtu=1280,
        tcp_ts_tick_usecs=1000,
        strict_segments=True,
        non_fatal=frozenset({"packet", "syscall"}),
        others={"speed": "10000"},
    )


def test_a_script_without_options() -> None:
    options = parse(CLOSE, "test.pkt").options

    assert options == ScriptOptions()
    assert (options.tolerance_usecs, options.ip_version) == (4_000, "ipv4")


@pytest.mark.parametrize(
    ("head", "version"),
    [
        ("--ip_version=ipv4", "ipv4"),
        ("--ip_version=ipv4_mapped_ipv6", "ipv4-mapped-ipv6"),
        ("--local_ip=2001:db8::1", "ipv6"),
        ("--remote_ip=192.0.2.1", "ipv4"),
    ],
)
def test_which_ip_version(head: str, version: str) -> None:
    assert parse(head + CLOSE, "test.pkt").options.ip_version == version


@pytest.mark.parametrize(
    ("option", "construct"),
    [("--udp_encapsulation=tcp", "UDP encapsulation"), ("--tcp_md5_secret=secret", "TCP-MD5")],
)
def test_an_option_that_asks_for_what_is_not_supported(option: str, construct: str) -> None:
    assert parse(f"// a head\n{option}{CLOSE}", "test.pkt").unsupported == ((2, construct),)


# ---- comments --------------------------------------------------------------------------------------------------------


def test_comments() -> None:
    comments = script("comments")

    assert [happening.line for happening in comments.events] == [7, 8, 9, 11, 12]
    written = comments.events[3].action
    assert isinstance(written, Call)
    assert written.arguments[1] == Text(b'// /* # " kept')


@pytest.mark.parametrize("comment", ["/**/", "/***/", "/* * / ** */", "/* // */", '/* " */', "/* ` */", "/* %{ */"])
def test_a_comment_ends_where_it_ends(comment: str) -> None:
    (only,) = parse(f"0 {comment} close(3) = 0", "test.pkt").events

    assert only.action == Call("close", (Integer(3),), Integer(0))


@pytest.mark.parametrize("comment", ["//", '// " ` %{ /*', "# it's", "#", "# define A", "#defined"])
def test_a_comment_to_the_end_of_the_line(comment: str) -> None:
    assert len(parse(f"0 close(3) = 0 {comment}\n{comment}\n+0 close(4) = 0 {comment}", "test.pkt").events) == 2


# ---- definitions and conditions --------------------------------------------------------------------------------------


def test_conditions() -> None:
    lines = [happening.line for happening in script("conditions").events]

    assert lines == [6, 10, 11, 15, 19, 22, 27]
    assert [happening.line for happening in script("conditions", REUSED="").events] == [6, 8, 10, 11, 15, 17, 22, 27]


def test_a_name_stands_for_any_number_of_words() -> None:
    events = script("conditions", REUSED="").events

    assert events[1].action == call("setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0")
    assert events[1].text == "+0 REUSE"
    assert events[4].action == Call("listen", (Integer(3), Integer(5)), Integer(0))
    assert events[6].action == call('write(3, "hello", 5) = -1')


def test_what_is_given_counts_more_than_what_the_script_defines() -> None:
    text = "#define FD 3\n--define=OTHER=4\n#undef FD\n0 close(FD) = OTHER"

    (only,) = parse(text, "test.pkt", {"FD": "7", "OTHER": "8"}).events

    assert only.action == Call("close", (Integer(7),), Integer(8))


def test_a_name_means_what_it_means_where_it_stands() -> None:
    text = "#define A 1\n#define B A\n#define A 2\n0 close(A) = B\n#undef A\n+0 close(A) = 0"

    first, second = parse(text, "test.pkt").events

    assert first.action == Call("close", (Integer(2),), Integer(1))
    assert second.action == Call("close", (value("A"),), Integer(0))


def test_a_cookie_may_be_given_by_name() -> None:
    (only,) = parse("0 < . 1:1(0) ack 1 win 9 <FO COOKIE>", "test.pkt", {"COOKIE": "00ff"}).events

    assert isinstance(only.action, Inbound)
    assert isinstance(only.action.packet, SegmentPattern)
    assert only.action.packet.options == (UnknownOption(34, b"\x00\xff"),)


def test_a_value_goes_on_after_a_backslash_and_ends_before_a_comment() -> None:
    text = "#define BOTH 3, \\\n  4 // and no more\n0 listen(BOTH) = 0 /* so\nthere */"

    (only,) = parse(text, "test.pkt").events

    assert only.action == Call("listen", (Integer(3), Integer(4)), Integer(0))
    assert only.line == 3


def test_what_does_not_count_need_not_be_right() -> None:
    text = "#ifdef NO\n0 ' nonsense ( [ \"\n#else\n0 close(3) = 0\n#endif"

    assert [happening.line for happening in parse(text, "test.pkt").events] == [4]


# ---- files -----------------------------------------------------------------------------------------------------------


def test_a_file_as_other_machines_write_it(tmp_path: Path) -> None:
    path = tmp_path / "windows.pkt"
    path.write_bytes("\ufeff// Grüße\r\n0 %{ assert a\r\nassert b }%\r\n+0 close(3) = 0\r\n".encode())

    loaded = load(path)

    assert loaded.name == str(path)
    assert [happening.line for happening in loaded.events] == [2, 4]
    assert loaded.events[0].text == "0 %{ assert a\nassert b }%"
