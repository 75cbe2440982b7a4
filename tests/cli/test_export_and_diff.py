"""`tcpsim export` and `tcpsim diff`, as they are typed."""

import json
from pathlib import Path

import pytest
from commandline import FAILS, HANDSHAKE, HOLDS, MISTAKEN, SCENARIOS, WITH_VARIANT, Terminal

LOST = SCENARIOS / "loss" / "syn-ack-lost.yaml"


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.chdir(tmp_path)
    return Terminal(tmp_path, capsys)


# ---- export ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "begins"),
    [
        ("mermaid", "sequenceDiagram\n"),
        ("plantuml", "@startuml\n"),
        ("ascii", "    client      "),
        ("markdown", "# Three-way handshake\n"),
        ("csv", "number,time,sender,"),
        ("json", "{\n"),
    ],
)
def test_each_form_on_stdout_and_in_a_file(terminal: Terminal, form: str, begins: str) -> None:
    answer = terminal.types("export", HANDSHAKE, "--to", form)
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith(begins)
    assert answer.out.endswith("\n")
    assert not answer.out.endswith("\n\n")
    written = terminal.types("export", HANDSHAKE, "--to", form, "-o", "out")
    assert (written.status, written.out, written.said) == (0, "", ["tcpsim: wrote out"])
    assert (terminal.home / "out").read_text("utf-8") == answer.out


def test_json_is_what_run_prints(terminal: Terminal) -> None:
    exported, printed = terminal.types("export", LOST, "--to", "json").out, terminal.types("run", LOST, "--json").out
    assert json.loads(exported) == json.loads(printed)


def test_the_experiment_may_be_changed(terminal: Terminal) -> None:
    assert "retransmission" not in terminal.types("export", HANDSHAKE, "--to", "mermaid").out
    lossy = terminal.types(
        "export", HANDSHAKE, "--to", "mermaid", "--set", "faults=[{drop: client SYN}]", "--lang", "zh"
    )
    assert "丢失" in lossy.out


def test_what_fails_is_exported_all_the_same_and_said(terminal: Terminal) -> None:
    terminal.has("a.yaml", FAILS)
    answer = terminal.types("export", "a.yaml", "--to", "markdown")
    assert answer.status == 1
    assert "- [ ] client ends in CLOSED" in answer.out
    assert "FAILED" in answer.err


def test_export_says_what_it_needs(terminal: Terminal) -> None:
    assert "--to" in terminal.types("export", HANDSHAKE).err
    wrong = terminal.types("export", HANDSHAKE, "--to", "visio")
    assert (wrong.status, "visio" in wrong.err) == (2, True)
    own = terminal.has("a.yaml", HOLDS)
    over = terminal.types("export", own, "--to", "csv", "-o", own)
    assert over.status == 2
    assert "this is the scenario itself" in over.err
    terminal.has("b.yaml", MISTAKEN)
    assert terminal.types("export", "b.yaml", "--to", "csv", "-o", "b.csv").status == 2
    assert not (terminal.home / "b.csv").exists()


# ---- diff -----------------------------------------------------------------------------------------------------------


def test_the_same_is_0_and_different_is_1(terminal: Terminal) -> None:
    same = terminal.types("diff", HANDSHAKE, HANDSHAKE)
    assert (same.status, same.err) == (0, "")
    assert same.out.splitlines()[-1] == "The same happens, at the same times."
    other = terminal.types("diff", HANDSHAKE, LOST)
    assert (other.status, other.err) == (1, "")
    assert "first difference" in other.out


def test_a_file_and_its_variant(terminal: Terminal) -> None:
    terminal.has("a.yaml", WITH_VARIANT)
    answer = terminal.types("diff", "a.yaml", "--what-if", "slow")
    assert answer.status == 1
    assert answer.out.splitlines()[0].split("  ")[-1].strip() == "It holds — slow"
    assert "The same happens" not in answer.out, "a second is too long to wait for"
    unknown = terminal.types("diff", "a.yaml", "--what-if", "quick")
    assert (unknown.status, unknown.said) == (2, ["tcpsim: a.yaml: there is no variant 'quick'; those there are: slow"])


def test_a_file_and_what_options_make_of_it(terminal: Terminal) -> None:
    answer = terminal.types("diff", HANDSHAKE, "--set", "network.delay=5ms", "--width", "120")
    assert answer.status == 1
    assert "Three-way handshake: network.delay=5ms" in answer.out
    assert "The same happens, but not at the same times." in answer.out
    assert terminal.types("diff", HANDSHAKE, "--seed", "7").status == 0
    assert "profile linux" in terminal.types("diff", HANDSHAKE, "--profile", "linux", "--width", "120").out


def test_with_two_files_the_options_hold_for_both(terminal: Terminal) -> None:
    terminal.has("a.yaml", HOLDS)
    answer = terminal.types("diff", "a.yaml", HANDSHAKE, "--set", "network.delay=3ms")
    assert answer.out.count("delay 3 ms") == 2


def test_how_it_is_set(terminal: Terminal) -> None:
    plain = terminal.types("diff", HANDSHAKE, LOST).out
    assert terminal.types("diff", HANDSHAKE, LOST, "--ascii").out.isascii()
    assert "\x1b[" in terminal.types("diff", HANDSHAKE, LOST, "--color", "always").out
    assert "第一处不同" in terminal.types("diff", HANDSHAKE, LOST, "--lang", "zh").out
    short = terminal.types("diff", HANDSHAKE, LOST, "--context", "0").out
    assert len(short.splitlines()) < len(plain.splitlines())
    assert terminal.types("diff", HANDSHAKE, LOST, "--context", "-1").status == 2


def test_the_picture(terminal: Terminal) -> None:
    answer = terminal.types("diff", HANDSHAKE, LOST, "--plot", "both.svg", "--theme", "dark", "--no-apps")
    assert (answer.status, answer.said) == (1, ["tcpsim: drew both.svg"])
    assert b"left-seg-1" in (terminal.home / "both.svg").read_bytes()
    alone = terminal.types("diff", HANDSHAKE, LOST, "--plot", "-")
    assert alone.out.startswith("<?xml")
    assert "--plot OUT" in terminal.types("diff", HANDSHAKE, LOST, "--theme", "dark").err
    assert terminal.types("diff", HANDSHAKE, LOST, "--plot", "both.gif").status == 2


def test_trouble_is_2(terminal: Terminal) -> None:
    file = terminal.has("a.yaml", HOLDS)
    terminal.has("b.yaml", MISTAKEN)
    for words, said in (
        (
            ["diff", "a.yaml"],
            "nothing to compare with: name a second FILE, or say --what-if, --set, --profile or --seed",
        ),
        (["diff", "a.yaml", "a.yaml", "--what-if", "x"], "with two FILEs, leave it out"),
        (["diff", "-", "-"], "stdin can be read only once"),
        (["diff", "-", "--seed", "1"], "both runs would need stdin"),
        (["diff", "a.yaml", "b.yaml"], "b.yaml:5:1: netwrk: unknown key 'netwrk'"),
        (["diff", "a.yaml", "none.yaml"], "none.yaml"),
        (["diff", "a.yaml", "a.yaml", "--plot", str(file)], "the suffix says how to draw"),
    ):
        answer = terminal.types(*words)
        assert answer.status == 2, words
        assert said in answer.err, words
        assert answer.out == "", words


def test_a_picture_never_takes_the_place_of_a_scenario(terminal: Terminal) -> None:
    first, second = terminal.has("a.svg", HOLDS), terminal.has("b.svg", HOLDS)
    for picture in (first, second):
        answer = terminal.types("diff", "a.svg", "b.svg", "--plot", picture.name)
        assert (answer.status, "this is the scenario itself" in answer.err) == (2, True)
