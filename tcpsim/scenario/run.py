"""A scenario, run: compiled, simulated, and held against what it expects.

Lives here: the one place that joins the language and the simulator. Must not be known here: YAML, drawing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tcpsim.scenario.compile import compile_scenario, faults_of
from tcpsim.scenario.expect import evaluate
from tcpsim.scenario.model import AnyFault, Scenario
from tcpsim.scenario.observed import Result
from tcpsim.scenario.scalars import LARGEST_SEED
from tcpsim.scenario.variants import variant_of
from tcpsim.sim.setup import Fault
from tcpsim.sim.world import Watch, World
from tcpsim.trace import Return, Returned, Trace, iterate


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run.

    `warnings` are sentences about the scenario itself: a fault that never met its segment, a call that was expected to
    fail and did not. `stopped` is "" when the run ended by itself or at the scenario's `until`; else which limit
    stopped it, and what was still going on.
    """

    scenario: Scenario
    trace: Trace
    results: list[Result]
    warnings: list[str]
    stopped: str = ""

    @property
    def held(self) -> bool:
        """Whether everything expected was seen, nothing in the scenario was idle, and the run came to an end."""
        return all(result.held for result in self.results) and not self.warnings and not self.stopped


def run(scenario: Scenario, *, watch: Watch | None = None) -> Outcome:
    """Run a scenario; its variants are not run. `watch` is called with the world now and then.

    Raises ScenarioError for what `load` would have refused.
    """
    setup = compile_scenario(scenario)
    world = World(setup).run(watch)
    warnings = [*_idle_faults(scenario, world.unused_faults()), *_surprises(world.trace)]
    ended = scenario.until is not None and world.events_handled < setup.limits.events
    stopped = "" if ended else world.stopped
    return Outcome(scenario, world.trace, evaluate(scenario, world.trace), warnings, stopped)


def run_variants(scenario: Scenario) -> dict[str, Outcome]:
    """Run every variant of a scenario, by its name. Raises ScenarioError for what `load` would have refused."""
    return {name: run(variant_of(scenario, name)) for name in scenario.what_if}


def with_each_seed(scenario: Scenario) -> Iterator[Scenario]:
    """The scenario with each of its `seeds`, which follow upon its `seed`."""
    for number in range(scenario.seeds):
        yield scenario.model_copy(update={"seed": (scenario.seed + number) & LARGEST_SEED, "seeds": 1})


def _idle_faults(scenario: Scenario, unused: tuple[Fault, ...]) -> list[str]:
    return [
        f"faults[{index}] never met its segment: {_action(fault)}: {fault.aim}{_nth(fault)}"
        for index, (fault, compiled) in enumerate(faults_of(scenario))
        if all(one in unused for one in compiled)
    ]


def _action(fault: AnyFault) -> str:
    return type(fault).__name__.lower()


def _nth(fault: AnyFault) -> str:
    if fault.nth is None:
        return ", nth: all"
    return "" if fault.nth == {1} else f", nth: {sorted(fault.nth)}"


def _surprises(trace: Trace) -> list[str]:
    """The calls that a program expected to fail, and that did not, or failed otherwise."""
    return [
        f"a call of {event.host}, {event.result.name}, {_ended(event.result)}"
        for event in iterate(trace, Returned)
        if event.result.expected
    ]


def _ended(result: Return) -> str:
    how = f"failed with {result.error}" if result.error else "did not fail"
    return f"{how}, though {result.expected} was expected"
