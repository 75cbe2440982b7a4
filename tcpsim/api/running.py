"""Running scenarios: one, its variants, and two to compare.

Must not be known here: how a run is looked at.
"""

from collections.abc import Mapping
from os import PathLike
from typing import TYPE_CHECKING

from tcpsim.api.looks import Run
from tcpsim.scenario import Scenario, load, variant_of
from tcpsim.scenario import run as run_scenario
from tcpsim.scenario.overrides import with_changes
from tcpsim.sim.world import Watch

if TYPE_CHECKING:
    from tcpsim.views.comparing import Difference


def run(
    scenario: str | PathLike[str] | Scenario,
    *,
    seed: int | None = None,
    profile: str | None = None,
    changes: Mapping[str, str] | None = None,
    watch: Watch | None = None,
) -> Run:
    """Run a scenario, given as a path or as what `load` returns, and return what happened.

    `seed` and `profile` replace the scenario's own; `changes` changes single values by dotted name, as in
    {"network.delay": "50ms"}. `watch` is called with the world now and then while it runs. Raises ScenarioError, with
    every mistake in it, for a scenario that cannot be understood.
    """
    if not isinstance(scenario, Scenario):
        scenario = load(scenario)
    every = dict(changes or {})
    if profile is not None:
        every = {"profile": profile, **every}
    if seed is not None:
        every = {"seed": str(seed), **every}
    if every:
        scenario = with_changes(scenario, every, name="changes")
    return Run(run_scenario(scenario, watch=watch))


def what_if(scenario: str | PathLike[str] | Scenario, *, watch: Watch | None = None) -> dict[str, Run]:
    """Run every variant under a scenario's `what_if`, by its name. `watch` is as for `run`."""
    if not isinstance(scenario, Scenario):
        scenario = load(scenario)
    return {name: Run(run_scenario(variant_of(scenario, name), watch=watch)) for name in scenario.what_if}


def diff(left: Run, right: Run, *, titles: tuple[str, str] | None = None) -> "Difference":
    """Where two runs part, and how they go on: as text, as a picture, row by row.

    Events are matched by what they are; that one comes later matters only where nothing else differs. `titles` stand
    above the two, instead of the scenarios' own.
    """
    from tcpsim.views.comparing import Side, difference

    named = titles or (left.title, right.title)
    sides = [Side(run.trace, title, run._subtitle) for run, title in zip((left, right), named, strict=True)]  # noqa: SLF001
    return difference(*sides)
