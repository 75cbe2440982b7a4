"""Whatever is read, the answer is a script or a ScriptError that says where and why: never a traceback.

And whatever can be read can be run: to its end, to where it fails, or to what is not supported.
"""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import SCRIPTS

from tcpsim.packetdrill import Script, ScriptError, load, parse
from tcpsim.packetdrill.platforms import PLATFORMS
from tcpsim.packetdrill.report import Verdict, in_full
from tcpsim.packetdrill.runner import run
from tcpsim.tcp.profiles import PROFILES

pytestmark = pytest.mark.unobserved  # what the peer says is the script's: it is no TCP

TEXTS = [path.read_text("utf-8") for path in sorted(SCRIPTS.glob("*.pkt"))]
WORDS = [
    "0", "+0", "+.1", "*", "~", "...", "0.5", "-1", "0x10", "99999999999999999999999", "<", ">", "S", "S.", ".", "-",
    "1:1(0)", "0:0(0)", "ack 1", "win 100", "urg 1", "<mss 1460>", "<...>", "<nop,nop,TS val 1 ecr 0>", "<FO", "md5",
    "icmp unreachable", "[1:1(0)]", "[ect0]", "(tos 0x1)", "udp", "sctp", "ipv4", "mpls", "encap", "sock(3)",
    "socket(", "close(3) = 0", "read(3, ..., 1)", "= -1 EBADF (Bad)", "=", "(", ")", "[", "]", "{", "}", "|", ",", ":",
    '"', '"text"', "`", "`true`", "%{", "}%", "%{ assert a }%", "/*", "*/", "//", "#", "#define A B", "#ifdef A",
    "#ifndef A", "#else", "#endif", "#undef A", "A", "--mtu=1500", "--define=A=`", "\\", "\n", "\n", "\n", "\t", "é",
    "\0", "/udp(1 > 2)", "[code 1]",
]  # fmt: skip


VALUES = [
    "0", "1", "-1", "3", "65535", "4294967295", "2147483647", "-2147483648", "99999999999999999999", "0x10", "...",
    "NULL", "[]", "{}", "[1]", '"text"', "SOCK_STREAM", "SOL_SOCKET", "IPPROTO_TCP", "SO_LINGER", "SO_RCVBUF",
    "TCP_INFO", "TCP_MAXSEG", "TCP_USER_TIMEOUT", "TCP_CORK", "MSG_PEEK", "MSG_WAITALL", "SHUT_RDWR", "O_NONBLOCK",
    "S", "S.", "R.", "F.", "P.", "close", "listen", "accept", "connect", "bind", "write", "read", "shutdown", "sendmsg",
    "poll", "fcntl", "<...>",
]  # fmt: skip
PATIENTLY = settings(deadline=None)  # a busy machine is no mistake
VALUE = re.compile(r"-?\d+|[A-Za-z_]\w*|\.\.\.")


def read(text: str) -> Script | None:
    """A script, or None; what is no script must be able to say why, and where."""
    try:
        return parse(text, "test.pkt", {"GIVEN": "1 2"})
    except ScriptError as error:
        refused = error
    lines = text.split("\n")
    for mistake in refused.mistakes:
        assert mistake.what
        assert 1 <= mistake.line <= len(lines)
        assert 1 <= mistake.column <= len(lines[mistake.line - 1]) + 1
    assert str(refused).startswith("test.pkt:")
    return None


@PATIENTLY
@given(st.text())
def test_any_text(text: str) -> None:
    read(text)


@PATIENTLY
@given(st.text("0123+.*~<>()[]{}|,:=-/#%`\"'!\\SFR. \n", max_size=200))
def test_any_punctuation(text: str) -> None:
    read(text)
    read(f"0 {text}")
    read(f"0 > {text}")
    read(f"0 close({text}")


@PATIENTLY
@given(st.lists(st.sampled_from(WORDS), max_size=40), st.sampled_from(["", " "]))
def test_any_words(words: list[str], between: str) -> None:
    read(between.join(words))


@PATIENTLY
@given(st.data())
def test_any_script_that_was_changed(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(TEXTS))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(start + 20, len(text))))
        text = text[:start] + data.draw(st.sampled_from(["", *WORDS])) + text[end:]
    read(text)


@PATIENTLY
@given(st.data())
def test_any_script_whose_values_or_lines_were_changed_is_run_to_some_end(data: st.DataObject) -> None:
    lines = data.draw(st.sampled_from(TEXTS)).splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        values = list(VALUE.finditer(lines[at]))
        which = data.draw(st.integers(-1, len(values) - 1))
        if which >= 0:
            found = values[which]
            lines[at] = lines[at][: found.start()] + data.draw(st.sampled_from(VALUES)) + lines[at][found.end() :]
        else:
            other = data.draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
    script = read("\n".join(lines))
    if script is not None:
        platform = data.draw(st.sampled_from(sorted(PLATFORMS)))
        outcome = run(script, PROFILES[platform], PLATFORMS[platform])
        assert in_full(outcome)
        assert outcome.why or outcome.verdict is Verdict.PASS


@PATIENTLY
@given(st.sampled_from(TEXTS), st.data())
def test_any_part_of_a_script(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    read(text[start : data.draw(st.integers(start, len(text)))])


@PATIENTLY
@given(st.binary(max_size=300))
def test_any_octets(octets: bytes) -> None:
    read(octets.decode("utf-8-sig", errors="replace"))


def test_noise_is_no_script(tmp_path: Path) -> None:
    path = tmp_path / "noise.pkt"
    path.write_bytes(bytes(range(256)) * 10)

    with pytest.raises(ScriptError):
        load(path)
