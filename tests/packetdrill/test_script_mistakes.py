"""A script that is wrong: where, what was found, and what would be right."""

from pathlib import Path

import pytest
from reading import SCRIPTS, mistake, mistakes

from tcpsim.packetdrill import ScriptError, load, parse

GOOD = "+0 close(3) = 0"


@pytest.mark.parametrize(
    ("text", "line", "column", "what", "right"),
    [
        # no script at all
        ("", 1, 1, "the script has no event", "expected an event"),
        ("// nothing\n\n", 3, 1, "the script has no event", "expected an event"),
        ("--mtu=1500\n`true`\n", 3, 1, "the script has no event", "expected an event"),
        ("Dear Sir or Madam,\nI write to you", 1, 1, "'Dear' is not expected here", "expected an event: a time"),
        ("\x00\x01\x02", 1, 1, "'\N{REPLACEMENT CHARACTER}' is not expected here", "expected an event"),
        ("import sys\nprint(3)", 1, 1, "'import' is not expected here", "expected an event"),
        # what never ends
        ("0 close(3) = 0 /* and", 1, 16, "this comment never ends", "*/ is missing"),
        ('0 write(3, "GET, 3) = 3\n+0 close(3) = 0', 1, 12, "this string never ends", '" is missing'),
        ("0 `sysctl\n+0 close(3) = 0", 1, 3, "this command never ends", "` is missing"),
        ("0 %{ assert a }\n+0 close(3) = 0", 1, 3, "this block of code never ends", "}% is missing"),
        ("0 close(3) = -1 EBADF (Bad\n+0 close(4) = 0", 1, 23, "this note never ends", ") is missing"),
        ("0 > . 1:1(0) [code 1\n", 1, 21, "the script ends here", "expected ']'"),
        # conditions and definitions
        ("#ifdef A\n0 close(3) = 0", 1, 1, "this condition never ends", "#endif is missing"),
        ("0 close(3) = 0\n#endif", 2, 1, "#endif of what", "there is no #ifdef"),
        ("#else\n0 close(3) = 0", 1, 1, "#else of what", "there is no #ifdef"),
        ("#ifdef A\n#else\n#else\n#endif", 3, 1, "a second #else of one condition", "#endif is missing before it"),
        ("#ifdef\n#endif", 1, 1, "#ifdef of what", "write a name: #ifdef NAME"),
        ("#define 3 4\n0 close(3) = 0", 1, 1, "#define of what", "write a name: #define NAME"),
        ("#if A\n0 close(3) = 0", 1, 1, "'#if' is not understood", "there are #define, #undef"),
        ('  #include "other.pkt"', 1, 3, "'#include' is not understood", "there are #define"),
        ('#define A "x\n0 close(3) = 0', 1, 1, "in what A stands for, this string never ends", '" is missing'),
        # the head
        ("--tolerance_usec=4\n0 close(3) = 0", 1, 1, "'--tolerance_usec' is not an option", "did you mean 'tol"),
        ("--tolerance_usecs=0\n0 close(3) = 0", 1, 1, "'0' is no value for --tolerance_usecs", "a number from 1"),
        ("--tolerance_percent=x\n0 close(3) = 0", 1, 1, "'x' is no value", "expected a number from 0 to 100"),
        ("--ip_version=ipv5\n0 close(3) = 0", 1, 1, "'ipv5' is no value for --ip_version", "expected ipv4, ipv6 or"),
        ("--local_ip=1.2.3\n0 close(3) = 0", 1, 1, "'1.2.3' is no value for --local_ip", "expected an address"),
        ("--bind_port=65536\n0 close(3) = 0", 1, 1, "'65536' is no value", "expected a number from 1 to 65,535"),
        ("--mtu=67\n0 close(3) = 0", 1, 1, "'67' is no value for --mtu", "expected a number from 68 to 65,535"),
        ("--local_ip=2001:db8::1\n--remote_ip=192.0.2.1\n0 close(3) = 0", 2, 1, "another version of IP", "of IPv6"),
        ("--ip_version=ipv4\n--local_ip=::1\n0 close(3) = 0", 2, 1, "'::1' is of another version", "addresses of IPv4"),
        ("--local_ip=1.2.3.4\n--remote_ip=1.2.3.4\n0 close(3) = 0", 2, 1, "both ends have the address", "its own"),
        ("--non_fatal=all\n0 close(3) = 0", 1, 1, "'all' is no value", "expected packet, syscall or both"),
        ("--strict_segments=1\n0 close(3) = 0", 1, 1, "'1' is no value", "expected no value"),
        ("--mtu\n0 close(3) = 0", 1, 1, "'' is no value for --mtu", "expected a number"),
        ("0 close(3) = 0\n--mtu=1500", 2, 1, "an option after the first event", "options stand at the head"),
        # what has no time
        ("close(3) = 0", 1, 1, "the call of 'close' has no time", "write one before it: +0"),
        ("0 close(3) = 0\n> . 1:1(0)", 2, 1, "this event has no time", "write one before it: +0"),
        ("%{ assert a }%", 1, 1, "this event has no time", "write one before it: +0"),
        ("`a`\n`b`\n0 close(3) = 0", 2, 1, "this command has no time", "only the first thing"),
        ("0 close(3) = 0\n`a`\n+0 close(4) = 0", 2, 1, "this command has no time", "only the first thing"),
        # times
        ("0.5 close(3) = 0\n0.4 close(4) = 0", 2, 1, "the time goes back to 0.4 s", "not due before 0.5 s"),
        ("0.5 close(3) = 0\n+.1 close(4) = 0\n0.55 close(5) = 0", 3, 1, "goes back to 0.55 s", "not due before 0.6 s"),
        ("0.5 close(3) = 0\n0.1~0.4 > . 1:1(0)", 2, 1, "the time goes back to 0.4 s", "not due before 0.5 s"),
        ("-1 close(3) = 0", 1, 1, "'-1' is a negative time", ""),
        ("+-.5 close(3) = 0", 1, 2, "'-.5' is a negative time", ""),
        (f"{'9' * 30} close(3) = 0", 1, 1, "is too long a time", "at most 1,000,000,000 s"),
        ("+x close(3) = 0", 1, 2, "'x' is not expected here", "expected a time in seconds, such as 0.1"),
        ("0.2~0.1 > . 1:1(0)", 1, 1, "this range ends before it begins", "write the earlier time first"),
        ("+0~1 > . 1:1(0)", 1, 4, "'1' is not expected here", "expected '+' before the second time"),
        ("0.5...0.4 read(3, ..., 1) = 1", 1, 4, "this call ends before it begins", "write the earlier time first"),
        ("0...+1 read(3, ..., 1) = 1", 1, 5, "a relative time after an absolute one", "of the same kind"),
        ("0~1...2 read(3, ..., 1) = 1", 1, 4, "a call at no certain time", "write one time before '...'"),
        ("0...2 > . 1:1(0)", 1, 7, "'>' is not expected here", "expected a call, which may block for so long"),
        ("* close(3) = 0", 1, 1, "any time (*) for what the script does itself", "only segments sent (>)"),
        ("0~1 < . 1:1(0) win 1", 1, 1, "a range of times for what the script does itself", "only segments sent (>)"),
        ("0", 1, 2, "the script ends here", "expected what happens"),
        ("0 = 4", 1, 3, "'=' is not expected here", "expected what happens: a segment"),
        # calls
        ("0 sokcet(..., SOCK_STREAM, 0) = 3", 1, 3, "'sokcet' is not a system call", "did you mean 'socket'"),
        ("0 xyzzy(3) = 0", 1, 3, "'xyzzy' is not a system call", "calls are socket, connect"),
        ("0 close 3", 1, 3, "'close' is not expected here", "expected what happens"),
        ("0 close(3)\n+0 close(4) = 0", 1, 11, "the line ends here", "expected '=' and the result of close"),
        ("0 close(3 4) = 0", 1, 11, "'4' is not expected here", "expected ')' or ',' in the arguments of close"),
        ("0 close(3,) = 0", 1, 11, "')' is not expected here", "expected a value: a number, a name"),
        ("0 write(3, [1, 2, {a=3}) = 0", 1, 24, "')' is not expected here", "expected ']' to end the array"),
        ("0 poll([{fd=3, events=POLLIN], 1, 0) = 0", 1, 29, "']' is not expected here", "expected '}' to end"),
        ("0 write(3, htons(1, 2), 1) = 1", 1, 22, "htons of 2 values", "expected one"),
        (f"0 close({'[' * 40}", 1, 30, "this is nested too deeply", "20 levels at most"),
        (f"0 close({'a=' * 40}1) = 0", 1, 51, "this is nested too deeply", "20 levels at most"),
        (f"0 close({'1' * 30}) = 0", 1, 9, "is out of range", "at most 20 digits"),
        # segments
        ("0 > 1:1(0)", 1, 6, "':' is not expected here", "expected '>' between two ports"),
        ("0 > X. 1:1(0)", 1, 5, "'X.' are not flags", "flags are F S R P . U E W"),
        ("0 >", 1, 4, "the script ends here", "expected the flags of a segment"),
        ("0 > S", 1, 6, "the script ends here", "expected a sequence number, as in 1:1461(1460)"),
        ("0 > S FIRST:1(0)", 1, 7, "'FIRST' is not expected here", "say so with -D FIRST=…"),
        ("0 > S 1:1", 1, 10, "the script ends here", "expected '(' and how many octets of data"),
        ("0 > . 1:2(0)", 1, 7, "1:2(0) does not add up", "expected 1:1(0) or 1:2(1)"),
        ("0 > . 4294967296:1(0)", 1, 7, "'4294967296' is out of range", "a sequence number"),
        ("0 > . 1:1(0) ack -1", 1, 18, "'-1' is out of range", "an acknowledgment number is 0 to 4,294,967,295"),
        ("0 < . 1:1(0) win 65536", 1, 18, "'65536' is out of range", "a window is 0 to 65,535"),
        ("0 < . 1:1(0) ack 1", 1, 19, "the script ends here", "expected 'win' and a window"),
        ("0 < . ...(0) ack 1 win 1", 1, 7, "any sequence number in a segment that arrives", "write it: 1:1(0)"),
        ("0 > . 1:1(0) winn 5", 1, 14, "'winn' is not expected here", "expected an event"),
        ("0 > [ect9] . 1:1(0)", 1, 6, "'ect9' is not a field of the IP header", "did you mean 'ect"),
        ("0 > (ttl) . 1:1(0)", 1, 9, "')' is not expected here", "expected the value of ttl"),
        ("0 > sock(x) . 1:1(0)", 1, 10, "'x' is not expected here", "expected a file descriptor"),
        ("0 > . 1:1(0) /tcp(1 > 2)", 1, 15, "'tcp' is not expected here", "expected 'udp' after '/'"),
        ("0 > . 1:1(0) /udp()", 1, 19, "')' is not expected here", "expected the ports of UDP"),
        # options
        ("0 > S 0:0(0) <mss 1460,sackOK>", 1, 14, "options of 6 octets", "pad them to 8: 2 nop or eol"),
        ("0 > S 0:0(0) <sack 1:2 3:4 5:6 7:8,sack 1:2>", 1, 14, "options of 44 octets", "has room for 40"),
        ("0 > S 0:0(0) <mss 65536>", 1, 15, "'65536' is not a value for this option", "as in mss 1460"),
        ("0 > S 0:0(0) <mss>", 1, 15, "'' is not a value for this option", "write a number to 65,535"),
        ("0 > S 0:0(0) <wscale 256,nop>", 1, 15, "'256' is not a value for this option", "write a number to 255"),
        ("0 > S 0:0(0) <nop 1>", 1, 15, "'1' is not expected in this option", "it has no value"),
        ("0 > S 0:0(0) <sackok,nop,nop>", 1, 15, "'sackok' is not a TCP option", "did you mean 'sackOK'"),
        ("0 > S 0:0(0) <quux>", 1, 15, "'quux' is not a TCP option", "options are mss, wscale"),
        ("0 > S 0:0(0) <TS val 1>", 1, 15, "'TS val 1' is not a TCP option", "write it so: TS val 100 ecr 0"),
        ("0 > . 1:1(0) <nop,nop,sack 1:2 3>", 1, 23, "'1 : 2 3' are no blocks", "sack 1:1461 2921:4381"),
        ("0 > S 0:0(0) <FO 123,nop>", 1, 15, "'123' is not a cookie", "two hexadecimal digits for each octet"),
        ("0 > S 0:0(0) <FO COOKIE>", 1, 15, "'COOKIE' is not a cookie", "say so with -D COOKIE=…"),
        (f"0 > S 0:0(0) <FO {'ab' * 50}>", 1, 15, "a cookie of 50 octets", "an option has 40 at most"),
        ("0 > S 0:0(0) <gen-256 00,nop>", 1, 15, "'256' is not a value for this option", "as in gen-253 abcd"),
        ("0 > S 0:0(0) <>", 1, 15, "'>' is not expected here", "expected an option such as mss 1460"),
        ("0 > S 0:0(0) <mss 1460\n+0 close(3) = 0", 1, 23, "the line ends here", "expected '>' or ',' after an option"),
        ("0 < S 0:0(0) win 1 <...>", 1, 20, "any options (<...>) in a segment that arrives", "only what the stack"),
        ("0 < . 1:1(0) win 1 <nop,nop,TS val ... ecr 1>", 1, 29, "'val ...' in a segment that arrives", "only what"),
        # ICMP
        ("0 < icmp", 1, 9, "the script ends here", "expected the type of an ICMP message"),
        ("0 < icmp unreachabel", 1, 10, "'unreachabel' is not a type of ICMP", "did you mean 'unreachable'"),
        ("0 < icmp quux", 1, 10, "'quux' is not a type of ICMP", "types are unreachable, source_quench"),
        ("0 < icmp unreachable host", 1, 22, "'host' is not a code of ICMP unreachable", ""),
        ("0 < icmp unreachable CODE", 1, 22, "'CODE' is not a code of ICMP unreachable", "say so with -D CODE=…"),
        ("0 < icmp source_quench quux", 1, 24, "'quux' is not a code of ICMP source_quench", "write code_0"),
        ("0 < icmp unreachable mtu x", 1, 26, "'x' is not expected here", "expected an MTU"),
        ("0 < icmp unreachable [1:1(0)", 1, 29, "the script ends here", "expected ']'"),
        ("--ip_version=ipv4\n0 < icmp packet_too_big", 2, 10, "'packet_too_big' is not a type", "types are"),
    ],
)  # fmt: skip
def test_a_mistake(text: str, line: int, column: int, what: str, right: str) -> None:
    found = mistake(text)

    assert (found.file, found.line, found.column) == ("test.pkt", line, column)
    assert what in found.what
    assert right in found.right


def test_a_mistake_is_shown_in_its_line() -> None:
    assert str(mistake("0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 bnid(3, ..., ...) = 0")) == (
        "test.pkt:2:4: 'bnid' is not a system call; did you mean 'bind'?\n"
        "     2 | +0 bnid(3, ..., ...) = 0\n"
        "       |    ^"
    )


def test_of_a_long_line_only_the_part_around_the_mistake_is_shown() -> None:
    message, excerpt, caret = str(mistake(f'0 write(3, "{"x" * 300}", 300) = -1 EIO {"z" * 300}')).split("\n")

    assert "z" * 10 in message
    assert len(excerpt) < 120
    assert excerpt[caret.index("^")] == "z"


def test_all_mistakes_are_told() -> None:
    text = """--mtu=x
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bnid(3, ..., ...) = 0
+0 poll([{fd=3,
          events=POLLIN], 1, 0) = 0
+0 > S 0:0(0) <mss 1460,
+0 > S 0:0(0) <mss>
+0 listen(3, 1) = 0
0 close(3) = 0 ) (
2~1 > . 1:1(0)
"""

    assert [(found.line, found.column) for found in mistakes(text)] == [
        (1, 1),
        (3, 4),
        (5, 24),
        (6, 25),
        (7, 16),
        (9, 16),
        (10, 1),
    ]


def test_of_very_many_mistakes_only_the_first_are_told() -> None:
    found = mistakes("+0 nonsense(3) = 0\n" * 1000)

    assert len(found) == 50
    assert str(ScriptError(found)).endswith("… and 30 more")


def test_a_name_that_stands_for_too_much() -> None:
    doubling = "".join(f"#define A{n + 1} A{n} A{n}\n" for n in range(40))

    assert mistake("#define A0 1 2\n" + doubling + GOOD).what == "A9 stands for 1,024 words"


def test_a_name_that_is_given_and_cannot_be_read() -> None:
    assert mistake(GOOD, COOKIE='"abc').what == "in what COOKIE stands for, this string never ends"


def test_a_script_that_is_too_long() -> None:
    assert mistake("#" * 2_000_000).what == "more than 1,000,000 characters"


@pytest.mark.parametrize(
    "text",
    [
        "#define A " + "1 " * 999 + "\n" + "A\n" * 201,
        "#define A " + "1 " * 999 + "\n" + "".join(f"#define B{number} A\n" for number in range(201)) + GOOD,
    ],
    ids=["used often", "defined often"],
)
def test_names_that_together_stand_for_too_much(text: str) -> None:
    found = mistake(text)
    assert (found.line, found.what) == (201, "names stand for more than 200,000 words in all")


@pytest.mark.parametrize("octets", [b"\xef\xbb\xbf", b"// \xff\r\n", b"\r\n\r\n"])
def test_marks_and_ends_of_lines_of_other_systems(tmp_path: Path, octets: bytes) -> None:
    path = tmp_path / "a.pkt"
    path.write_bytes(octets + GOOD.encode() + b" // done\r\n")
    (only,) = load(path).events
    assert only.text == GOOD


def test_a_file_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match="No such file or directory"):
        load(tmp_path / "none.pkt")


@pytest.mark.parametrize("name", ["", "\0"])
def test_what_is_no_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(ScriptError) as caught:
        load(f"{tmp_path}/{name}")

    assert caught.value.mistakes[0].line == 0


def test_the_scripts_that_stand_here_can_be_read() -> None:
    for path in sorted(SCRIPTS.glob("*.pkt")):
        assert load(path).events


@pytest.mark.parametrize(
    "text",
    [
        "/*" * 50_000,
        "`" * 50_001,
        '"' * 50_001,
        '"' + '\\"' * 50_000,
        "%{" * 50_000,
        "0 close(3) = 0 " + "[" * 50_000,
        "0 > S 0:0(0) <" + "nop," * 20_000 + ">",
        "0 > [" + "ect0," * 20_000 + "] S 0:0(0)",
        "0 < sctp: " + "[1, 2] " * 20_000,
        "#ifdef A\n" * 20_000,
        "0 close(" + '"a" ' * 20_000 + ") = 0",
        "0 close(" + "1|" * 20_000 + "1) = 0",
        "+0 x\n" * 20_000,
        "1:" * 50_000,
        "-" * 100_000,
        "0." * 50_000,
        "\\\n" * 50_000 + "#" + "\\\n" * 50_000,
    ],
    ids=lambda text: text[:12],
)
@pytest.mark.parametrize("before", ["", "#ifdef NO\n"])
def test_hostile_texts_take_no_time(before: str, text: str) -> None:
    try:
        parse(before + text, "test.pkt")
    except ScriptError as error:
        assert str(error)  # noqa: PT017 - some of them can be read
