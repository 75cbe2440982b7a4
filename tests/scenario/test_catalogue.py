"""The scenarios that come with tcpsim: each is in the index by its question, says where the RFCs tell of it, and holds.

Here, unlike in `tcpsim check`, every run is observed: what must be so of each end, and of two ends together, after each
event (see `invariants`).
"""

import re
from pathlib import Path
from typing import Final

import pytest

from tcpsim.scenario import Scenario, load, run, run_variants, with_each_seed
from tcpsim.tcp.signals import SOFT_ERROR
from tcpsim.trace import Signalled, iterate

SCENARIOS: Final = Path(__file__).parents[2] / "scenarios"
FILES: Final = sorted(SCENARIOS.rglob("*.yaml"))
NAMES: Final = [str(file.relative_to(SCENARIOS)) for file in FILES]
INDEX: Final = (SCENARIOS / "README.md").read_text("utf-8")
A_DOZEN: Final = 12


def test_the_index_has_each_of_them_and_no_other() -> None:
    listed = re.findall(r"\]\(([^)]+\.yaml)\)", INDEX)
    assert sorted(listed) == sorted({*listed}), "listed twice"
    assert {*listed} == {*NAMES}


def test_the_catalogue_is_whole() -> None:
    entries = {int(number): name for number, name in re.findall(r"\b([0-9]{2}) ([a-z0-9-]+/[a-z0-9-]+)\b", INDEX)}
    assert sorted(entries) == [*range(1, 61)]
    assert len({*entries.values()}) == 60, "no file stands for two"
    assert {f"{name}.yaml" for name in entries.values()} <= {*NAMES}


def test_the_pages_say_how_many_they_are() -> None:
    assert len(FILES) == 64
    for page in ("scenarios/README.md", "README.md", "docs/scenario-language.md"):
        assert "sixty-four" in (SCENARIOS.parent / page).read_text("utf-8").lower()


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_each_says_what_it_shows_where_the_rfcs_tell_of_it_and_what_must_be_seen(file: Path) -> None:
    scenario = load(file)
    assert scenario.title
    assert scenario.about.endswith((".", "?"))
    assert scenario.rfc
    assert scenario.expect
    assert all(variant.about.endswith(".") and variant.expect for variant in scenario.what_if.values())


def _holds(scenario: Scenario) -> None:
    for name, outcome in {"": run(scenario), **run_variants(scenario)}.items():
        assert [str(result) for result in outcome.results if not result.held] == [], (name, scenario.seed)
        assert (outcome.warnings, outcome.stopped) == ([], ""), (name, scenario.seed)
        assert outcome.held


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_each_holds_and_so_does_every_variant_of_it(file: Path) -> None:
    for scenario in [*with_each_seed(load(file))][:A_DOZEN]:
        _holds(scenario)


@pytest.mark.slow
@pytest.mark.parametrize("file", [file for file in FILES if load(file).seeds > A_DOZEN], ids=lambda file: file.stem)
def test_what_is_left_to_chance_holds_with_every_seed(file: Path) -> None:
    for scenario in [*with_each_seed(load(file))][A_DOZEN:]:
        _holds(scenario)


def test_the_user_hears_of_r1_with_the_third_retransmission() -> None:
    """Catalogue 44: a report, not an error, which a scenario has no words for (RFC 9293 §3.8.3, SHLD-9, SHLD-10)."""
    trace = run(load(SCENARIOS / "crash" / "server-host.yaml")).trace
    [told] = [event for event in iterate(trace, Signalled) if event.signal is SOFT_ERROR]
    assert (told.host, told.time) == ("client", 8_000_000)
    assert [flight.attempt for flight in trace.flights if flight.sent_at == told.time] == [3]
