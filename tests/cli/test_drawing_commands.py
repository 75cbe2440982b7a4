"""`tcpsim statechart` and `tcpsim card`: the pictures beside the sequence diagram, as files and as text."""

import re
from pathlib import Path

import pytest
from commandline import FAILS, HANDSHAKE, HOLDS, Terminal

from tcpsim.views.fonts import NO_CHINESE_FONT

LARGE = (
    HOLDS.replace("[connect]", "[connect, {send: {octets: 65535}}]").replace("accept]", "accept, {recv: 65535}]")
    + "profile: {mss: 65535}\n"
)


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.chdir(tmp_path)
    return Terminal(tmp_path, capsys)


# ---- statechart -----------------------------------------------------------------------------------------------------


def test_the_bare_figure(terminal: Terminal) -> None:
    answer = terminal.types("statechart")
    assert (answer.status, answer.out, answer.said) == (0, "", ["tcpsim: drew statechart.svg"])
    svg = (terminal.home / "statechart.svg").read_text("utf-8")
    assert "TCP connection state diagram" in svg
    assert "steps" not in svg


def test_the_ways_of_a_run(terminal: Terminal) -> None:
    assert terminal.types("statechart", HANDSHAKE).said == ["tcpsim: drew three-way-handshake-states.svg"]
    svg = (terminal.home / "three-way-handshake-states.svg").read_text("utf-8")
    assert "client, step 1, at 0.000 s" in svg
    assert "server, step 1, at 0.000 s" in svg


def test_one_host_or_two_side_by_side(terminal: Terminal) -> None:
    only = terminal.types("statechart", HANDSHAKE, "--host", "server", "-o", "-").out
    assert "server, step 1" in only
    assert "client, step 1" not in only
    apart = terminal.types("statechart", HANDSHAKE, "--apart", "-o", "-").out
    assert apart.count("<title>TIME-WAIT</title>") == 2


@pytest.mark.parametrize(
    ("name", "begins"),
    [("a.svg", b"<?xml"), ("a.png", b"\x89PNG"), ("a.pdf", b"%PDF"), ("a.mmd", b"---"), ("a.dot", b"digraph")],
)
def test_the_suffix_says_what_to_write(terminal: Terminal, name: str, begins: bytes) -> None:
    answer = terminal.types("statechart", HANDSHAKE, "-o", name)
    assert (answer.status, answer.out) == (0, "")
    assert answer.said == [f"tcpsim: {'wrote' if name in {'a.mmd', 'a.dot'} else 'drew'} {name}"]
    assert (terminal.home / name).read_bytes().startswith(begins)
    assert terminal.files() == {name}


def test_the_whole_table_as_text(terminal: Terminal) -> None:
    assert terminal.types("statechart", "--every", "-o", "all.mmd").status == 0
    assert "keep-alive failed" in (terminal.home / "all.mmd").read_text("utf-8")
    refused = terminal.types("statechart", "--every")
    assert refused.status == 2
    assert refused.said == [
        "tcpsim: --every is for -o OUT.mmd and -o OUT.dot: drawn by hand, there is room for figure 5 alone"
    ]
    assert terminal.files() == {"all.mmd"}


def test_in_chinese(terminal: Terminal) -> None:
    assert "TCP 连接状态图" in terminal.types("statechart", "--lang", "zh", "-o", "-").out


def test_what_failed_is_drawn_all_the_same(terminal: Terminal) -> None:
    terminal.has("a.yaml", FAILS)
    answer = terminal.types("statechart", "a.yaml")
    assert answer.status == 1
    assert answer.said[-1] == "tcpsim: drew a-states.svg"


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (
            ["-o", "a.gif"],
            "a.gif: the suffix says what to write: .svg, .png, .pdf, .mmd or .dot; '.gif' is none of these",
        ),
        (["-o", "a"], "a: the suffix says what to write: .svg, .png, .pdf, .mmd or .dot; it has none"),
        (["--host", "client"], "--host is about a run; name the FILE of a scenario too"),
        (["--set", "network.delay=1s"], "--set is about a run; name the FILE of a scenario too"),
        (["a.yaml", "--host", "me"], "a.yaml: there is no host 'me'; those there are: client, server"),
        (
            ["a.yaml", *["--host", "client"] * 3],
            "--host: the ways of more than two hosts could not be told apart in one diagram",
        ),
        (["a.yaml", "-o", "no/a.svg"], "no/a.svg: there is no folder no"),
    ],
)
def test_what_cannot_be_charted(terminal: Terminal, argv: list[str], said: str) -> None:
    terminal.has("a.yaml", HOLDS)
    answer = terminal.types("statechart", *argv)
    assert (answer.status, answer.out, answer.said) == (2, "", [f"tcpsim: {said}"])
    assert terminal.files() == {"a.yaml"}


# ---- card -----------------------------------------------------------------------------------------------------------


def test_a_segment_is_printed(terminal: Terminal) -> None:
    answer = terminal.types("card", HANDSHAKE, "2")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith("Segment 2: server → client, SYN-ACK\n")
    assert "│          source port          │       destination port        │" in answer.out
    assert "Ethernet header, 14 octets" in answer.out
    assert terminal.files() == set()


def test_the_segment_alone_in_ascii_and_in_colour(terminal: Terminal) -> None:
    answer = terminal.types("card", HANDSHAKE, "1", "--alone", "--ascii", "--color", "always")
    assert answer.out.isascii()
    assert "\x1b[36msource port\x1b[0m" in answer.out
    assert "Ethernet" not in answer.out


def test_in_chinese_the_card_too(terminal: Terminal) -> None:
    assert "源端口" in terminal.types("card", HANDSHAKE, "1", "--lang", "zh").out


@pytest.mark.parametrize(("name", "begins"), [("a.svg", b"<?xml"), ("a.png", b"\x89PNG"), ("a.pdf", b"%PDF")])
def test_a_card_is_drawn(terminal: Terminal, name: str, begins: bytes) -> None:
    answer = terminal.types("card", HANDSHAKE, "1", "--alone", "-o", name)
    assert (answer.status, answer.out, answer.said) == (0, "", [f"tcpsim: drew {name}"])
    assert (terminal.home / name).read_bytes().startswith(begins)


def test_the_experiment_may_be_changed(terminal: Terminal) -> None:
    assert "wscale" in terminal.types("card", HANDSHAKE, "1", "--profile", "linux").out


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["99"], "tcpsim: a.yaml: no segment 99 in this run; there are 1 to 3"),
        (["1", "-o", "a.mmd"], "tcpsim: a.mmd: the suffix says how to draw: .svg, .png or .pdf; '.mmd' is none .*"),
        (["1", "-o", "a.svg", "--ascii"], "tcpsim: --ascii is about the card as text, and with -o it is drawn"),
        (["0"], "tcpsim card: argument NUMBER: '0' is not the number of a segment: they are counted from 1"),
        (["first"], "tcpsim card: argument NUMBER: 'first' is not the number of a segment: .*"),
    ],
)
def test_what_has_no_card(terminal: Terminal, argv: list[str], said: str) -> None:
    terminal.has("a.yaml", HOLDS)
    answer = terminal.types("card", "a.yaml", *argv)
    assert (answer.status, answer.out) == (2, "")
    assert re.fullmatch(said, answer.said[0])
    assert terminal.files() == {"a.yaml"}


def test_a_segment_that_could_not_travel(terminal: Terminal) -> None:
    terminal.has("a.yaml", LARGE)
    answer = terminal.types("card", "a.yaml", "4")
    assert (answer.status, answer.out) == (2, "")
    assert answer.said == [
        "tcpsim: a.yaml: segment 4 could not travel: the segment has 65555 octets; an IP packet carries 65515 at most"
    ]


def test_without_a_chinese_font_it_is_english_and_says_so(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tcpsim.views.fonts.chinese_font", lambda: "")
    for command in (["statechart", "-o", "a.png"], ["card", str(HANDSHAKE), "1", "--alone", "-o", "a.png"]):
        answer = terminal.types(*command, "--lang", "zh")
        assert answer.status == 0
        assert answer.said == [
            f"tcpsim: {NO_CHINESE_FONT}",
            "tcpsim: drew a.png",
        ]
