"""The options of the sequence diagram on the command line."""

from pathlib import Path

import pytest
from commandline import HANDSHAKE, Terminal

from tcpsim.views import fonts
from tcpsim.views.fonts import NO_CHINESE_FONT

FLOOD = str(Path(__file__).parents[2] / "scenarios" / "load" / "syn-cookies.yaml")


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.chdir(tmp_path)
    return Terminal(tmp_path, capsys)


def test_numbers_windows_and_theme(terminal: Terminal) -> None:
    svg = terminal.types("plot", HANDSHAKE, "-o", "-", "--absolute", "--window", "--theme", "dark").out
    assert ">SYN 100:100(0) win 65535 &lt;mss 1460&gt;<" in svg
    assert "fill: #11161c" in svg


def test_lanes_are_left_out(terminal: Terminal) -> None:
    whole = terminal.types("plot", HANDSHAKE, "-o", "-").out
    bare = terminal.types("plot", HANDSHAKE, "-o", "-", "--no-states", "--no-timers", "--no-apps").out
    for kind in ("state-client-1", "timer-1", "call-1"):
        assert f'id="{kind}"' in whole
        assert f'id="{kind}"' not in bare
    assert 'id="seg-1"' in bare


def test_run_draws_with_them_too(terminal: Terminal) -> None:
    answer = terminal.types("run", HANDSHAKE, "--plot", "a.svg", "--absolute")
    assert answer.status == 0
    assert ">SYN 100:100(0) &lt;mss 1460&gt;<" in (terminal.home / "a.svg").read_text("utf-8")
    assert "SYN 0:0(0)" in answer.out


def test_each_of_many_alike(terminal: Terminal) -> None:
    assert "× 199" in terminal.types("run", FLOOD).out
    assert "×" not in terminal.types("run", FLOOD, "--no-collapse").out


def test_without_a_picture_they_are_refused(terminal: Terminal) -> None:
    answer = terminal.types("run", HANDSHAKE, "--theme", "dark")
    assert (answer.status, answer.out) == (2, "")
    assert answer.said == ["tcpsim: --theme is about the picture; give --plot OUT too"]


def test_a_theme_that_there_is_not(terminal: Terminal) -> None:
    answer = terminal.types("plot", HANDSHAKE, "--theme", "sepia")
    assert answer.status == 2
    assert "--theme: invalid choice: 'sepia'" in answer.err
    assert not terminal.files()


def test_without_a_font_chinese_is_english_and_one_line_says_so(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "chinese_font", lambda: "")
    answer = terminal.types("plot", HANDSHAKE, "-o", "a.png", "--lang", "zh")
    assert (answer.status, answer.said) == (0, [f"tcpsim: {NO_CHINESE_FONT}", "tcpsim: drew a.png"])
    assert terminal.types("plot", HANDSHAKE, "-o", "a.svg", "--lang", "zh").said == ["tcpsim: drew a.svg"]
