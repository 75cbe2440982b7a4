"""The README tells the truth: its commands, its Python, its text and its picture are what the program does."""

import re
import shlex
from pathlib import Path

import pytest

import tcpsim
from tcpsim.cli import main
from tcpsim.cli.arguments import parser
from tcpsim.views.figures import rendered

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = "scenarios/loss/syn-ack-lost.yaml"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_the_text_diagram_is_what_the_program_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert blocks("text")[0] == tcpsim.run(EXAMPLE).text()


def test_the_python_runs_and_says_what_it_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    [code] = blocks("python")
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102 - the README's own lines
    printed = capsys.readouterr().out
    assert "True" in printed
    assert "SYN-SENT" in printed


def test_the_scenario_holds() -> None:
    [scenario] = blocks("yaml")
    run = tcpsim.run(tcpsim.loads(scenario))
    assert run.failures == []


def test_there_are_exactly_two_commands_that_set_everything_up() -> None:
    commands = re.findall(r"^python3 -m venv .*$", README, re.MULTILINE)
    assert len(commands) == 2
    assert EXAMPLE in commands[0]
    assert "--plot out.svg" in commands[0]
    assert "pytest" in commands[1]


def commands() -> list[str]:
    return [line for block in blocks("sh") for line in block.splitlines() if line.startswith("tcpsim ")]


def test_every_command_that_is_shown_exists() -> None:
    assert commands()
    for line in commands():
        parser().parse_args(shlex.split(line, comments=True)[1:])


def test_what_is_shown_of_your_own_experiment_goes_as_it_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """One after the other, in an empty folder: what one writes the next one reads. That two runs differ is status 1."""
    monkeypatch.chdir(tmp_path)
    shown = [shlex.split(line, comments=True)[1:] for line in commands() if "mine.yaml" in line]
    answered = {" ".join(line): main(line) for line in shown}
    told = capsys.readouterr().err
    assert {line: status for line, status in answered.items() if status != line.startswith("diff ")} == {}, told
    assert {file.name for file in tmp_path.iterdir()} == {
        *("mine.yaml", "far.svg", "mine.svg", "mine.html", "mine-states.svg")
    }


@pytest.mark.unobserved  # what the peer says is the script's: it is no TCP
def test_the_packetdrill_script_passes_or_fails_as_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    shown = [line for line in commands() if line.startswith("tcpsim packetdrill ")]
    assert [main(shlex.split(line, comments=True)[1:]) for line in shown] == ["# fails" in line for line in shown]


def test_every_file_that_is_linked_is_there() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_picture_shows_the_same_run() -> None:
    picture = (ROOT / "docs/images/syn-ack-lost.svg").read_text(encoding="utf-8")
    flights = tcpsim.run(ROOT / EXAMPLE).trace.flights
    drawn = {int(number) for number in re.findall(r'id="seg-(\d+)"', picture)}
    assert drawn == {flight.number for flight in flights}


def test_the_state_diagram_shows_the_same_ways() -> None:
    picture = (ROOT / "docs/images/syn-ack-lost-states.svg").read_text(encoding="utf-8")
    drawn = rendered(tcpsim.run(ROOT / EXAMPLE).statechart()).decode()
    identified = re.compile(r'id="([^"]+)"')
    assert identified.findall(picture) == identified.findall(drawn)
