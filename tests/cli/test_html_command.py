"""`tcpsim html`: a run as a page, written whole or not at all."""

from pathlib import Path

import pytest
from commandline import FAILS, HANDSHAKE, HOLDS, MISTAKEN, WITH_VARIANT, Terminal


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.chdir(tmp_path)
    return Terminal(tmp_path, capsys)


def test_a_page_is_written(terminal: Terminal) -> None:
    answer = terminal.types("html", HANDSHAKE, "-o", "page.html")
    assert (answer.status, answer.out) == (0, "")
    assert answer.said == ["tcpsim: wrote page.html; open it in a browser"]
    html = (terminal.home / "page.html").read_text("utf-8")
    assert html.startswith("<!DOCTYPE html>")
    assert html.rstrip().endswith("</html>")


def test_its_name_is_the_scenarios_and_it_lies_in_this_folder(terminal: Terminal) -> None:
    assert terminal.types("html", HANDSHAKE).status == 0
    assert terminal.files() == {"three-way-handshake.html"}


def test_to_stdout_and_in_chinese(terminal: Terminal) -> None:
    answer = terminal.types("html", HANDSHAKE, "-o", "-", "--lang", "zh")
    assert answer.out.startswith("<!DOCTYPE html>")
    assert '<html lang="zh">' in answer.out
    assert answer.err == ""


def test_the_experiment_may_be_changed(terminal: Terminal) -> None:
    terminal.has("mine.yaml", WITH_VARIANT)
    terminal.types("html", "mine.yaml", "--what-if", "slow", "--seed", "3")
    html = (terminal.home / "mine.html").read_text("utf-8")
    assert "It holds — slow" in html
    assert "delay 1000 ms, seed 3" in html


def test_what_fails_is_written_all_the_same_and_told(terminal: Terminal) -> None:
    terminal.has("mine.yaml", FAILS)
    answer = terminal.types("html", "mine.yaml")
    assert answer.status == 1
    assert "FAILED" in answer.err
    assert (terminal.home / "mine.html").exists()


def test_a_mistake_leaves_no_page(terminal: Terminal) -> None:
    terminal.has("mine.yaml", MISTAKEN)
    answer = terminal.types("html", "mine.yaml")
    assert answer.status == 2
    assert "did you mean 'network'?" in answer.err
    assert terminal.files() == {"mine.yaml"}


def test_no_scenario_is_overwritten_and_no_folder_is_made(terminal: Terminal) -> None:
    terminal.has("mine.yaml", HOLDS)
    answer = terminal.types("html", "mine.yaml", "-o", "mine.yaml")
    assert (answer.status, answer.said) == (2, ["tcpsim: mine.yaml: this is the scenario itself, which would be lost"])
    assert terminal.types("html", "mine.yaml", "-o", "there/page.html").said == [
        "tcpsim: there/page.html: there is no folder there"
    ]
    assert terminal.files() == {"mine.yaml"}


def test_what_nobody_could_read_is_not_written(terminal: Terminal) -> None:
    crowd = "tcpsim: 1\nhosts: {client: {clients: 40}}\napps: {client: [connect], server: [listen]}\n"
    terminal.has("mine.yaml", crowd)
    answer = terminal.types("html", "mine.yaml")
    assert answer.status == 2
    assert "mine.html: not written: a diagram of 41 hosts and 120 segments could not be read" in answer.err
    assert terminal.files() == {"mine.yaml"}
