"""docs/packetdrill.md tells the truth: its commands, what is understood, and its table.

Of the table, what can be seen without the suites, which are not there (see suites.py).
"""

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
import suites
from suites import CLASSES, Found, Reason, Run

from tcpsim.cli import main
from tcpsim.cli.arguments import parser
from tcpsim.packetdrill.calls import _CALLS
from tcpsim.packetdrill.sockopts import _OPTIONS
from tcpsim.tcp.profiles import PARAMETERS, PROFILES

pytestmark = pytest.mark.unobserved  # what the peer says is the script's: it is no TCP

PAGE: Final = suites.PAGE.read_text(encoding="utf-8")
ROOT: Final = suites.PAGE.parents[1]
SUITES, RUNS = suites.runs_of(suites.REASONS.read_text(encoding="utf-8"))
FOUND: Final = suites.found_in(suites.OUTCOMES.read_text(encoding="utf-8"))
REASONS: Final = [reason for run in RUNS for reason in run.reasons]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


# ---- what is written by hand ---------------------------------------------------------------------------------------


def test_the_script_is_the_one_that_is_linked() -> None:
    name = re.search(r"\]\(\.\./(tests/\S+\.pkt)\)", PAGE)
    assert name is not None
    assert f"```\n{(ROOT / name[1]).read_text(encoding='utf-8')}```" in PAGE


def test_the_commands_say_what_they_say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    shown = [block for block in blocks("sh") if "retransmission" in block]
    for command, text in zip(shown, blocks("text"), strict=True):
        main(shlex.split(command)[1:])
        assert capsys.readouterr().out.startswith(text)


def test_every_command_that_is_shown_exists() -> None:
    lines = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("tcpsim ")]
    commands = [*lines, *(f"{run.command} FILE" for run in RUNS)]
    for line in commands:
        parser().parse_args(shlex.split(line)[1:])


def test_every_call_and_every_socket_option_is_named() -> None:
    understood = PAGE.partition("## What is understood")[2].partition("## What is not")[0]
    calls, options = (
        re.search(rf"\*\*{what}\*\*(.*?)\n- \*\*", understood, re.DOTALL) for what in ("Calls", "Socket o.*?")
    )
    assert calls is not None
    assert options is not None
    assert {*re.findall(r"`(\w+)`", calls[1])} == {*_CALLS}
    assert {*re.findall(r"\b(?:SO|TCP)_\w+", options[1])} == {*_OPTIONS}


# ---- the table -----------------------------------------------------------------------------------------------------


def test_the_table_is_what_the_data_say() -> None:
    by_hand, mark, generated = PAGE.partition(suites.BEGIN)
    assert mark
    assert mark + generated == suites.table(SUITES, RUNS, FOUND), "write it anew: see suites.py"
    assert suites.written(PAGE, mark + generated) == by_hand + mark + generated


def test_each_run_has_an_outcome_and_a_profile() -> None:
    assert [run.title for run in RUNS] == list(FOUND)
    assert {run.profile for run in RUNS} <= {*PROFILES}
    assert {run.suite for run in RUNS} <= {*SUITES}


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.title)
def test_each_failure_has_one_reason_and_each_reason_a_failure(run: Run) -> None:
    assert list(suites.objections(run, FOUND[run.title])) == []


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.why[:40])
def test_a_reason_is_of_a_class_and_what_it_names_exists(reason: Reason) -> None:
    assert reason.kind in CLASSES
    assert reason.why.endswith(".")
    assert "|" not in reason.why
    re.compile(reason.says)
    for name in re.findall(r"`([a-z0-9_]+)`", reason.why):
        assert name in PARAMETERS
        if reason.kind == "difference":
            assert len({getattr(profile, name) for profile in PROFILES.values()}) > 1, "here stacks differ"


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.title)
def test_the_totals_add_up(run: Run) -> None:
    section = PAGE.partition(f"### {run.title}\n")[2].partition("\n### ")[0]
    cells = re.findall(r"^\| [^|]+ \|" + r" (\d+) \|" * 4 + "$", section, re.MULTILINE)
    rows = [list(map(int, numbers)) for numbers in cells]
    *folders, total = rows[: len(rows) - bool(FOUND[run.title].ipv6)]
    assert total == [sum(column) for column in zip(*folders, strict=True)]
    scripts, parse, ran, passed = total
    assert scripts >= parse >= ran >= passed
    reasons = re.findall(r"\| (?:difference|out of scope) \| (\d+) \|", section)
    assert sum(map(int, reasons)) == scripts - passed == len(FOUND[run.title].failing)


# ---- what is refused -----------------------------------------------------------------------------------------------

PASSES = "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"
FAILS = PASSES + "+0 close(3) = 7\n"
REASON: Final[dict[str, Any]] = {
    "kind": "difference",
    "why": "It is so.",
    "says": "returned 0",
    "scripts": ("a/f*.pkt",),
}


def a_reason(**changes: Any) -> Reason:
    return Reason(**{**REASON, **changes})


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name, text in {
        "a/fails": FAILS,
        "a/passes": PASSES,
        "b/c/odd": "0 epoll_create(1) = 3\n",
        "b/no": "what",
    }.items():
        file = tmp_path / f"{name}.pkt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("reasons", "objection"),
    [
        ([a_reason()], ""),
        ([], "a/fails.pkt has no reason: close() returned 0, and 7 was expected"),
        ([a_reason(), a_reason(scripts=("a/*ls.pkt",))], "a/fails.pkt has 2 reasons: It is so.; It is so."),
        ([a_reason(scripts=("a/*.pkt",))], "a/passes.pkt passes, and has a reason: It is so."),
        (
            [a_reason(says="returned 1")],
            "a/fails.pkt does not say 'returned 1': close() returned 0, and 7 was expected",
        ),
        ([a_reason(kind="bug")], "no reason is 'bug': It is so."),
        (
            [a_reason(), a_reason(scripts=("a/g.pkt",))],
            "a/g.pkt is no script that does not pass, and has a reason: It is so.",
        ),
    ],
)
def test_a_failure_without_a_reason_and_a_reason_without_a_failure(
    checkout: Path, reasons: list[Reason], objection: str
) -> None:
    run = Run("t", "s", "linux", ("a",), reasons=tuple(reasons))
    found = suites.carried_out(run, checkout, "0" * 40)
    assert list(suites.objections(run, found)) == [objection] * bool(objection)


def test_what_is_counted_and_what_is_kept(checkout: Path) -> None:
    run = Run("t", "s", "linux", (".",))
    found = suites.carried_out(run, checkout, "0" * 40)
    assert found.folders == {"a": 2, "b/c": 1, "b": 1}
    assert found.failing == {"a/fails.pkt": "fails", "b/c/odd.pkt": "does not run", "b/no.pkt": "does not parse"}
    kept = suites.found_in(suites.kept({"t": found}))
    assert kept["t"] == Found(found.commit, 0, found.folders, found.failing)
    suite = {"name": "S", "url": "https://example.org/s", "root": "deep"}
    rows = [line for line in suites.table({"s": suite}, [run], kept).splitlines() if line.startswith("|")]
    assert rows[2:6] == [
        "| a | 2 | 2 | 2 | 1 |",
        "| b | 1 | 0 | 0 | 0 |",
        "| b/c | 1 | 1 | 0 | 0 |",
        "| **all** | 4 | 3 | 2 | 1 |",
    ]


def git(checkout: Path, *arguments: str) -> None:
    author = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(checkout), *author, *arguments], check=True, capture_output=True)  # noqa: S603, S607 - fixed words


def test_only_a_checkout_as_it_was_checked_out_has_a_commit(checkout: Path) -> None:
    git(checkout, "init")
    git(checkout, "add", ".")
    git(checkout, "commit", "-m", "all")
    assert re.fullmatch("[0-9a-f]{40}", suites.commit_of(checkout))
    (checkout / "a" / "fails.pkt").write_text(PASSES, encoding="utf-8")
    with pytest.raises(SystemExit, match="is not as it was checked out"):
        suites.commit_of(checkout)


def test_a_page_without_a_place_for_the_table() -> None:
    with pytest.raises(SystemExit, match="has no line"):
        suites.written("# packetdrill\n", "")
