"""`tcpsim explain`: why, on stdout, in either language; and `run --lang`."""

from pathlib import Path

import pytest
from commandline import FAILS, HANDSHAKE, HOLDS, MISTAKEN, WITH_VARIANT, Terminal


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.chdir(tmp_path)
    return Terminal(tmp_path, capsys)


def test_a_scenario_is_explained(terminal: Terminal) -> None:
    answer = terminal.types("explain", HANDSHAKE)
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith("Why: ")
    assert "SYN-SENT → ESTABLISHED" in answer.out
    assert "RFC 9293 §3.10.7.3\n" in answer.out
    assert "\x1b" not in answer.out


def test_in_chinese(terminal: Terminal) -> None:
    answer = terminal.types("explain", HANDSHAKE, "--lang", "zh")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith("为什么：")
    assert "应答的确认号是 1" in answer.out


def test_as_markdown(terminal: Terminal) -> None:
    answer = terminal.types("explain", HANDSHAKE, "--markdown")
    assert "(https://www.rfc-editor.org/rfc/rfc9293#section-3.10.7.3)" in answer.out


def test_as_ascii_and_as_wide_as_asked(terminal: Terminal) -> None:
    answer = terminal.types("explain", HANDSHAKE, "--ascii", "--width", "60")
    assert answer.out.isascii()
    assert "SYN-SENT -> ESTABLISHED" in answer.out
    assert all(len(line) <= 60 for line in answer.out.splitlines()[2:])


def test_the_experiment_can_be_changed(terminal: Terminal) -> None:
    terminal.has("a.yaml", WITH_VARIANT)
    slow = terminal.types("explain", "a.yaml", "--what-if", "slow")
    assert "It holds — slow" in slow.out
    changed = terminal.types("explain", "a.yaml", "--set", "network.delay=3s", "--profile", "linux", "--seed", "7")
    assert "linux, delay 3000 ms, seed 7" in changed.out
    assert "retransmission 1, RTO 1 s" in changed.out


def test_what_failed_is_said_on_stderr_and_is_1(terminal: Terminal) -> None:
    terminal.has("a.yaml", FAILS)
    answer = terminal.types("explain", "a.yaml")
    assert answer.status == 1
    assert answer.out.startswith("Why: It fails")
    assert any("client ends in CLOSED" in line for line in answer.said)


def test_a_mistake_is_2_and_explains_nothing(terminal: Terminal) -> None:
    terminal.has("a.yaml", MISTAKEN)
    answer = terminal.types("explain", "a.yaml")
    assert (answer.status, answer.out) == (2, "")
    answer = terminal.types("explain", "a.yaml", "--lang", "fr")
    assert answer.status == 2
    assert "invalid choice: 'fr'" in answer.err


def test_the_timeline_in_chinese(terminal: Terminal) -> None:
    terminal.has("a.yaml", HOLDS)
    answer = terminal.types("run", "a.yaml", "--lang", "zh")
    assert (answer.status, answer.err) == (0, "")
    assert "预期  client 最后处于 ESTABLISHED  成立" in answer.out
    assert "时延 20 ms" in answer.out


def test_a_language_for_no_words_is_refused(terminal: Terminal) -> None:
    terminal.has("a.yaml", HOLDS)
    answer = terminal.types("run", "a.yaml", "--json", "--lang", "zh")
    assert answer.status == 2
    assert answer.said == ["tcpsim: --lang is about the timeline, and with --json none is printed"]


def test_a_terminal_without_chinese_characters_is_told_in_english(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.has("a.yaml", HOLDS)
    monkeypatch.setattr("tcpsim.cli.console.Console.can_show", lambda _console, characters: characters.isascii())
    for command in ("run", "explain"):
        answer = terminal.types(command, "a.yaml", "--lang", "zh")
        assert answer.status == 0
        assert answer.out.isascii()
        assert answer.said == ["tcpsim: this terminal cannot show Chinese characters, so it is told in English"]
