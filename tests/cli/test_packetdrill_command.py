"""`tcpsim packetdrill`: scripts in folders and out of them, what is told of each, reports and pictures."""

import io
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from commandline import Terminal

pytestmark = pytest.mark.unobserved  # what the peer says is the script's: it is no TCP

PASSES = """\
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0...0.1 connect(3, ..., ...) = 0
+0 > S 0:0(0) <...>
+.1 < S. 0:0(0) ack 1 win 60000 <mss 1000>
+0 > . 1:1(0) ack 1
"""
FAILS = PASSES + "+0 close(3) = 0\n+0 > R. 1:1(0) ack 1\n"
UNSUPPORTED = "0 epoll_create(1) = 3\n"
MISTAKEN = "0 lissten(3) = 3\n+0 < S 0:0(0)\n"


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.chdir(tmp_path)
    return Terminal(tmp_path, capsys)


def test_one_line_each_and_the_timeline_of_what_fails(terminal: Terminal) -> None:
    for name, text in {"a": PASSES, "b/c": FAILS, "d": UNSUPPORTED, ".hidden": MISTAKEN}.items():
        terminal.has(f"s/{name}.pkt", text)
    terminal.has("s/notes.txt", "no script")
    answer = terminal.types("packetdrill", "s")
    assert (answer.status, answer.err) == (1, "")
    assert answer.out.splitlines() == [
        "pass         s/a.pkt",
        "FAIL         s/b/c.pkt:7: not the segment expected: flags F., not R.",
        "      script    +0 > R. 1:1(0) ack 1",
        "      expected       0.1 s  R. 1:1(0) ack 1",
        "      sent           0.1 s  F. 1:1(0) ack 1 win 65535",
        "          time  tcpsim                                                    script",
        "         0.000  CLOSED       connect(3, ..., ...)",
        "         0.000  SYN-SENT     ── SYN 0:0(0) <mss 1460> ─────────────────▶",
        "         0.100               ◀─────── SYN-ACK 0:0(0) ack 1 <mss 1000> ──  CLOSED",
        "         0.100  ESTABLISHED  ── ACK 1:1(0) ack 1 ──────────────────────▶",
        "         0.100               connect returned",
        "         0.100               close(3)",
        "         0.100  FIN-WAIT-1   ── FIN-ACK 1:1(0) ack 1 ──────────────────▶",
        "unsupported  s/d.pkt:1: epoll_create()",
        "",
        "1 of 3 scripts pass, 1 failed, 1 not supported",
    ]


def test_in_brief(terminal: Terminal) -> None:
    file = terminal.has("c.pkt", FAILS)
    answer = terminal.types("packetdrill", "--brief", file.name)
    assert len(answer.out.splitlines()) == 6


def test_what_passes_or_cannot_be_run_is_fine(terminal: Terminal) -> None:
    terminal.has("a.pkt", PASSES)
    terminal.has("d.pkt", UNSUPPORTED)
    assert terminal.types("packetdrill", "a.pkt", "d.pkt").status == 0


def test_what_cannot_be_read_is_2_and_the_rest_is_run(terminal: Terminal) -> None:
    terminal.has("a.pkt", MISTAKEN)
    terminal.has("b.pkt", PASSES)
    answer = terminal.types("packetdrill", "a.pkt", "b.pkt")
    assert answer.status == 2
    first, *rest = answer.out.splitlines()
    assert first == "ERROR        a.pkt:1:3: 'lissten' is not a system call; did you mean 'listen'?"
    assert rest[-3:] == ["pass         b.pkt", "", "1 of 2 scripts pass, 1 not understood"]


def test_a_script_from_stdin(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PASSES.encode())))
    assert terminal.types("packetdrill", "-").out.startswith("pass         stdin\n")


def test_a_script_from_stdin_as_another_system_writes_it(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    octets = b"\xef\xbb\xbf" + PASSES.replace("\n", "\r\n").encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(octets)))
    assert terminal.types("packetdrill", "-").out.startswith("pass         stdin\n")


def test_a_script_from_stdin_that_is_too_long(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(("é" * 1_000_001).encode())))
    answer = terminal.types("packetdrill", "-")
    assert answer.status == 2
    assert (
        answer.out.splitlines()[0]
        == "ERROR        stdin: more than 1,000,000 characters; a script has 1,000,000 at most"
    )


def test_a_script_is_not_overwritten(terminal: Terminal) -> None:
    script = terminal.has("a.pkt", PASSES)
    answer = terminal.types("packetdrill", ".", "--junit", "a.pkt")
    assert (answer.status, answer.out) == (2, "")
    assert answer.said == ["tcpsim: a.pkt: this is the script itself, which would be lost"]
    assert script.read_text() == PASSES


def test_the_profile_is_the_stack(terminal: Terminal) -> None:
    terminal.has("a.pkt", PASSES.replace("<...>", "<mss 1460,nop,wscale 6,sackOK,TS val 100 ecr 0>"))
    assert terminal.types("packetdrill", "a.pkt", "--profile", "freebsd").status == 0
    assert terminal.types("packetdrill", "a.pkt", "--profile", "linux").status == 1
    assert terminal.types("packetdrill", "a.pkt", "--profile", "linux", "--overlook", "syn-options").status == 0
    answer = terminal.types("packetdrill", "a.pkt", "--profile", "solaris")
    assert answer.status == 2
    assert answer.said == ["tcpsim: --profile solaris: there is rfc9293, linux, freebsd, teaching"]


def test_names_are_defined_by_the_platform_and_by_hand(terminal: Terminal) -> None:
    terminal.has("a.pkt", "#ifdef FreeBSD\n0 socket(..., SOCK_STREAM, 0) = -1\n#endif\n+0 close(FD) = -1 EBADF (…)\n")
    assert terminal.types("packetdrill", "a.pkt", "-D", "FD=9").status == 0
    assert terminal.types("packetdrill", "a.pkt", "-D", "FD=9", "--profile", "freebsd").status == 1
    assert terminal.types("packetdrill", "a.pkt", "-D", "=9").status == 2


def test_windows_may_be_overlooked(terminal: Terminal) -> None:
    terminal.has("a.pkt", PASSES.replace("> . 1:1(0) ack 1", "> . 1:1(0) ack 1 win 7"))
    assert terminal.types("packetdrill", "a.pkt").status == 1
    assert terminal.types("packetdrill", "a.pkt", "--overlook", "windows").status == 0


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("nowhere", "nowhere: there is no such file or folder"),
        (".", ".: no packetdrill scripts (*.pkt) in this folder"),
    ],
)
def test_where_there_are_no_scripts(terminal: Terminal, place: str, why: str) -> None:
    answer = terminal.types("packetdrill", place)
    assert (answer.status, answer.said) == (2, [f"tcpsim: {why}"])


def test_the_report(terminal: Terminal) -> None:
    for name, text in {"a": PASSES, "b": FAILS, "c": UNSUPPORTED, "d": MISTAKEN}.items():
        terminal.has(f"{name}.pkt", text)
    answer = terminal.types("packetdrill", ".", "--junit", "out.xml")
    assert answer.status == 2
    suite = ET.parse(terminal.home / "out.xml").getroot()  # noqa: S314 - we wrote it
    assert suite.attrib == {
        "name": "tcpsim packetdrill", "tests": "4", "failures": "1", "errors": "1", "skipped": "1",
    }  # fmt: skip
    assert [[(kind.tag, kind.get("message")) for kind in case] for case in suite] == [
        [],
        [("failure", "not the segment expected: flags F., not R.")],
        [("skipped", "epoll_create()")],
        [("error", "d.pkt:1:3: 'lissten' is not a system call; did you mean 'listen'?")],
    ]
    (told,) = suite[3]
    assert (told.text or "").startswith("ERROR        d.pkt:1:3: 'lissten' is not")


def test_a_report_to_stdout_leaves_the_lines_to_stderr(terminal: Terminal) -> None:
    terminal.has("a.pkt", PASSES)
    answer = terminal.types("packetdrill", "a.pkt", "--junit", "-")
    assert ET.fromstring(answer.out).get("tests") == "1"  # noqa: S314 - we wrote it
    assert answer.said == ["pass         a.pkt", "", "1 of 1 script passes"]


def test_pictures(terminal: Terminal) -> None:
    terminal.has("a.pkt", PASSES)
    terminal.has("b.pkt", FAILS)
    answer = terminal.types("packetdrill", "a.pkt", "--plot", "a.svg")
    assert (answer.status, answer.said) == (0, ["tcpsim: drew a.svg"])
    (terminal.home / "out").mkdir()
    terminal.types("packetdrill", "a.pkt", "b.pkt", "--plot", "out")
    assert {"a.svg", "out/a.svg", "out/b.svg"} <= terminal.files()
    picture = (terminal.home / "out" / "b.svg").read_text("utf-8")
    assert "FIN-WAIT-1" in picture
    assert "rfc9293, FAIL, line 7: not the segment expected: flags F., not R." in picture


def test_where_nothing_has_happened_nothing_is_drawn(terminal: Terminal) -> None:
    for name, text in {"a": UNSUPPORTED, "b": MISTAKEN}.items():
        terminal.has(f"{name}.pkt", text)
    answer = terminal.types("packetdrill", "a.pkt", "b.pkt", "--plot", ".")
    assert answer.said == [f"tcpsim: {name}.svg: not drawn: nothing has happened" for name in "ab"]
    assert not {"a.svg", "b.svg"} & terminal.files()


def test_a_picture_that_is_too_large_keeps_nothing_else_back(terminal: Terminal) -> None:
    terminal.has("a.pkt", PASSES + "+0 < . 9:9(0) ack 9 win 0\n" * 1500)
    terminal.has("b.pkt", PASSES)
    answer = terminal.types("packetdrill", "a.pkt", "b.pkt", "--plot", ".", "--junit", "out.xml")
    assert answer.status == 2
    assert answer.said[0].startswith("tcpsim: a.svg: not drawn: a diagram of 2 hosts and 1,5")
    assert answer.said[1:] == ["tcpsim: drew b.svg"]
    assert {"b.svg", "out.xml"} <= terminal.files()


def test_a_picture_to_stdout(terminal: Terminal) -> None:
    terminal.has("a.pkt", PASSES)
    answer = terminal.types("packetdrill", "a.pkt", "--plot", "-")
    assert answer.out.lstrip().startswith("<?xml")
    assert answer.said == ["pass         a.pkt", "", "1 of 1 script passes"]
    both = terminal.types("packetdrill", "a.pkt", "--plot", "-", "--junit", "-")
    assert both.said == ["tcpsim: --junit - and --plot - both want stdout; give one a file"]


def test_colours(terminal: Terminal) -> None:
    terminal.has("a.pkt", PASSES)
    assert terminal.types("packetdrill", "a.pkt", "--color", "always").out.startswith(
        "\x1b[32mpass\x1b[0m         a.pkt"
    )
