"""`tcpsim check` and `tcpsim list`: a line for each scenario, in folders and out of them."""

import io
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from commandline import FAILS, HOLDS, IDLE_FAULT, MISTAKEN, SCENARIOS, WITH_VARIANT, WITHOUT_END, Terminal


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.chdir(tmp_path)
    return Terminal(tmp_path, capsys)


def test_our_own_scenarios_hold(terminal: Terminal) -> None:
    answer = terminal.types("check", SCENARIOS)
    assert (answer.status, answer.err) == (0, "")
    *lines, blank, last = answer.out.splitlines()
    assert all(line.startswith("ok ") for line in lines)
    assert (blank, len(lines)) == ("", len(list(SCENARIOS.rglob("*.yaml"))))
    assert last.startswith(f"{len(lines)} of {len(lines)} scenarios hold; ")


def test_one_line_each_and_what_is_wrong_below(terminal: Terminal) -> None:
    terminal.has("s/a.yaml", HOLDS)
    terminal.has("s/b/c.yml", FAILS)
    terminal.has("s/d.yaml", IDLE_FAULT)
    terminal.has("s/e.yaml", WITH_VARIANT)
    answer = terminal.types("check", "s")
    assert answer.status == 1
    assert answer.out.splitlines() == [
        "ok      s/a.yaml  (1 expectation)",
        "FAILED  s/b/c.yml",
        "        FAILED: client ends in CLOSED; client ended in ESTABLISHED",
        "FAILED  s/d.yaml",
        "        faults[0] never met its segment: drop: client RST",
        "FAILED  s/e.yaml",
        "        what if slow: FAILED: client ends in SYN-SENT; client ended in ESTABLISHED",
        "",
        "1 of 4 scenarios hold, 3 failed; 6 expectations",
    ]


def test_what_cannot_be_understood_is_2_and_the_rest_is_checked(terminal: Terminal) -> None:
    terminal.has("s/a.yaml", MISTAKEN)
    terminal.has("s/b.yaml", HOLDS)
    answer = terminal.types("check", "s")
    assert answer.status == 2
    assert answer.out.startswith("ERROR   s/a.yaml\n        s/a.yaml:5:1: netwrk: unknown key")
    assert answer.out.endswith(
        "ok      s/b.yaml  (1 expectation)\n\n1 of 2 scenarios hold, 1 not understood; 1 expectation\n"
    )


SEEDS = """\
tcpsim: 1
seed: {seed}
seeds: 40
network: {{loss: {loss}}}
apps: {{client: [connect, {{send: hello}}, close], server: [listen, accept, {{recv: eof}}, close]}}
expect: [{{received: {{server: hello}}}}]
"""


def test_every_seed_must_hold_and_one_that_does_not_is_named(terminal: Terminal) -> None:
    terminal.has("a.yaml", SEEDS.format(seed=7, loss="10%"))
    assert terminal.types("check", "a.yaml").out.startswith("ok      a.yaml  (1 expectation, 40 runs)\n")
    terminal.has("a.yaml", SEEDS.format(seed=7, loss="70%"))
    answer = terminal.types("check", "a.yaml")
    assert answer.status == 1
    _, *told, rest = answer.out.split("\n\n")[0].splitlines()
    named = [int(line.split()[1].rstrip(":")) for line in told]
    assert [line for line in told if "FAILED: server receives 'hello'; server received nothing" not in line] == []
    assert named == sorted(set(named))
    assert (len(named), min(named) >= 7, max(named) < 47) == (3, True, True)
    failing = [seed for seed in range(7, 47) if terminal.types("run", "a.yaml", "--seed", str(seed)).status]
    assert failing[:3] == named
    assert rest == f"        and with {len(failing) - 3} seeds more"


def test_the_seeds_of_a_variant_are_its_own(terminal: Terminal) -> None:
    terminal.has("a.yaml", HOLDS + "what_if: {lucky: {seeds: 3, expect: [{never: any RST}]}}\n")
    assert "(2 expectations, 1 variant, 4 runs)" in terminal.types("check", "a.yaml").out


def test_a_film_is_no_test(terminal: Terminal) -> None:
    terminal.has("a.yaml", HOLDS.split("expect:")[0])
    answer = terminal.types("check", "a.yaml")
    assert (answer.status, "nothing is expected" in answer.out) == (1, True)


def test_an_endless_run_fails(terminal: Terminal) -> None:
    terminal.has("a.yaml", WITHOUT_END)
    answer = terminal.types("check", "a.yaml")
    assert answer.status == 1
    assert "stopped at the bound of 86,400 s of virtual time" in answer.out


def test_the_folder_scenarios_is_what_is_meant(terminal: Terminal) -> None:
    for command in ("check", "list"):
        assert terminal.types(command).said == [
            f"tcpsim: scenarios: there is no such file or folder; say which folder: tcpsim {command} DIR"
        ]
    terminal.has("scenarios/a.yaml", HOLDS)
    assert terminal.types("check").status == 0
    assert terminal.types("list").out == "scenarios/a.yaml  It holds\n"


@pytest.mark.parametrize("command", ["check", "list"])
def test_places_that_are_not_there_or_hold_nothing(terminal: Terminal, command: str) -> None:
    (terminal.home / "empty").mkdir()
    answer = terminal.types(command, "empty")
    assert (answer.status, answer.said) == (2, ["tcpsim: empty: no scenarios (*.yaml) in this folder"])
    answer = terminal.types(command, "nowhere")
    assert (answer.status, answer.said) == (2, ["tcpsim: nowhere: there is no such file or folder"])
    answer = terminal.types(command, "a" * 300)
    assert (answer.status, len(answer.said)) == (2, 1)


def test_links_hidden_folders_and_files_named_twice(terminal: Terminal) -> None:
    terminal.has("s/a.yaml", HOLDS)
    terminal.has("s/.git/b.yaml", MISTAKEN)
    terminal.has("s/c.txt", MISTAKEN)
    (terminal.home / "s" / "linked.yaml").symlink_to("a.yaml")
    (terminal.home / "s" / "round").symlink_to("..")
    answer = terminal.types("list", "s", "s/a.yaml", "s")
    assert answer.out.splitlines() == ["s/a.yaml       It holds", "s/linked.yaml  It holds"]


def test_a_link_to_nowhere(terminal: Terminal) -> None:
    (terminal.home / "a.yaml").symlink_to("nowhere")
    assert terminal.types("check", "a.yaml").said == ["tcpsim: a.yaml: there is no such file or folder"]


def test_options_among_the_places(terminal: Terminal) -> None:
    terminal.has("a.yaml", HOLDS)
    terminal.has("b.yaml", HOLDS)
    answer = terminal.types("check", "a.yaml", "--color", "always", "b.yaml")
    assert answer.out.startswith("\x1b[32mok    \x1b[0m  a.yaml")
    assert "b.yaml" in answer.out


def test_a_name_that_begins_with_a_dash(terminal: Terminal) -> None:
    terminal.has("-x.yaml", HOLDS)
    assert terminal.types("check", "--", "-x.yaml").status == 0


def test_stdin_is_a_place(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(HOLDS.encode())))
    assert terminal.types("check", "-").out.startswith("ok      stdin  (1 expectation)\n")


# ---- JUnit ----------------------------------------------------------------------------------------------------------


def test_the_report(terminal: Terminal) -> None:
    terminal.has("s/a.yaml", HOLDS)
    terminal.has("s/b.yaml", FAILS)
    terminal.has("s/c.yaml", MISTAKEN)
    assert terminal.types("check", "s", "--junit", "report.xml").status == 2
    suite = ET.parse(terminal.home / "report.xml").getroot()  # noqa: S314 - it is ours
    assert suite.attrib | {"name": ""} == {"name": "", "tests": "3", "failures": "1", "errors": "1", "skipped": "0"}
    holds, fails, mistaken = suite
    assert (holds.get("name"), len(holds)) == ("s/a.yaml", 0)
    assert [problem.tag for problem in (*fails, *mistaken)] == ["failure", "error"]
    assert "client ended in ESTABLISHED" in str(fails[0].get("message"))
    assert "seed" in str(mistaken[0].text)


def test_the_report_on_stdout_has_it_to_itself(terminal: Terminal) -> None:
    terminal.has("a.yaml", FAILS)
    answer = terminal.types("check", "a.yaml", "--junit", "-", "--color", "always")
    assert ET.fromstring(answer.out).get("failures") == "1"  # noqa: S314 - it is ours
    assert answer.said[0] == "FAILED  a.yaml"


def test_the_report_can_name_any_file(terminal: Terminal) -> None:
    try:
        terminal.has("\udcff\x01 & <.yaml", HOLDS)
    except (OSError, UnicodeEncodeError):
        pytest.skip("this file system refuses such a name")
    assert terminal.types("check", ".", "--junit", "report.xml").status == 0
    (case,) = ET.parse(terminal.home / "report.xml").getroot()  # noqa: S314 - it is ours
    assert str(case.get("name")).endswith("& <.yaml")


def test_a_report_that_could_not_be_written_is_refused_before_anything_runs(terminal: Terminal) -> None:
    terminal.has("a.yaml", HOLDS)
    answer = terminal.types("check", "a.yaml", "--junit", "nowhere/report.xml")
    assert (answer.status, answer.out) == (2, "")
    assert answer.said == ["tcpsim: nowhere/report.xml: there is no folder nowhere"]


# ---- list -----------------------------------------------------------------------------------------------------------


def test_list_goes_on_after_a_bad_file(terminal: Terminal) -> None:
    terminal.has("s/a.yaml", MISTAKEN)
    terminal.has("s/b-longer.yaml", HOLDS)
    terminal.has("s/c.yaml", HOLDS.replace("title: It holds\n", ""))
    answer = terminal.types("list", "s")
    assert answer.status == 2
    assert answer.out.splitlines() == ["s/b-longer.yaml  It holds", "s/c.yaml"]
    assert answer.said[0].startswith("s/a.yaml:5:1: netwrk")
