"""scenario: the language that experiments are written in.

Lives here: the YAML reader that knows the line of every mistake, the model of the language, segment patterns,
expectations, and a scenario's run. Must not be known here: drawing. pydantic and PyYAML are imported nowhere else.

    scenario = load("scenarios/opening/three-way-handshake.yaml")   # or loads(text); raises ScenarioError
    outcome = run(scenario)                                         # outcome.trace, outcome.results, outcome.held
"""

from tcpsim.scenario.build import build
from tcpsim.scenario.compile import compile_scenario
from tcpsim.scenario.errors import Problem, ScenarioError, Span
from tcpsim.scenario.expect import evaluate
from tcpsim.scenario.load import line_of, load, loads
from tcpsim.scenario.model import VERSION, Scenario, Variant
from tcpsim.scenario.observed import Result
from tcpsim.scenario.run import Outcome, run, run_variants, with_each_seed
from tcpsim.scenario.variants import variant_of
from tcpsim.scenario.write import write

__all__ = [
    "VERSION",
    "Outcome",
    "Problem",
    "Result",
    "Scenario",
    "ScenarioError",
    "Span",
    "Variant",
    "build",
    "compile_scenario",
    "evaluate",
    "line_of",
    "load",
    "loads",
    "run",
    "run_variants",
    "variant_of",
    "with_each_seed",
    "write",
]
