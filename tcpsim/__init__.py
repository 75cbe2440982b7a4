"""tcpsim: TCP's handshake, data and teardown, simulated to the letter of RFC 9293.

    import tcpsim

    run = tcpsim.run("scenarios/loss/syn-ack-lost.yaml")
    print(run.text())               # the timeline, in the manner of the RFC's figures
    run.plot()                      # the sequence diagram, as matplotlib axes
    run.states("client")            # [State.CLOSED, State.SYN_SENT, State.ESTABLISHED, …]

The names below are all there is to know. They are loaded when first used, so that `import tcpsim` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tcpsim.api import Run, diff, run, what_if
    from tcpsim.jupyter import sliders
    from tcpsim.scenario import Result, Scenario, ScenarioError, build, load, loads
    from tcpsim.scenario.schema import json_schema
    from tcpsim.scenario.write import write
    from tcpsim.sim.choices import Choice, apply, choices
    from tcpsim.sim.setup import WorldSetup
    from tcpsim.sim.world import World
    from tcpsim.tcp.profiles import PROFILES, Profile
    from tcpsim.tcp.states import TRANSITIONS, State, Transition
    from tcpsim.trace import Event, Flight, Trace
    from tcpsim.views.card import Card, card
    from tcpsim.views.comparing import Difference
    from tcpsim.views.explanation import Explanation, Reason
    from tcpsim.views.statechart import statechart, statechart_text
    from tcpsim.wire.segment import Segment

__version__ = "0.1.0"

_HOMES = {
    "Card": "tcpsim.views.card",
    "Choice": "tcpsim.sim.choices",
    "Difference": "tcpsim.views.comparing",
    "Event": "tcpsim.trace",
    "Explanation": "tcpsim.views.explanation",
    "Flight": "tcpsim.trace",
    "PROFILES": "tcpsim.tcp.profiles",
    "Profile": "tcpsim.tcp.profiles",
    "Reason": "tcpsim.views.explanation",
    "Result": "tcpsim.scenario",
    "Run": "tcpsim.api",
    "Scenario": "tcpsim.scenario",
    "ScenarioError": "tcpsim.scenario",
    "Segment": "tcpsim.wire.segment",
    "State": "tcpsim.tcp.states",
    "TRANSITIONS": "tcpsim.tcp.states",
    "Trace": "tcpsim.trace",
    "Transition": "tcpsim.tcp.states",
    "World": "tcpsim.sim.world",
    "WorldSetup": "tcpsim.sim.setup",
    "apply": "tcpsim.sim.choices",
    "build": "tcpsim.scenario",
    "card": "tcpsim.views.card",
    "choices": "tcpsim.sim.choices",
    "diff": "tcpsim.api",
    "json_schema": "tcpsim.scenario.schema",
    "load": "tcpsim.scenario",
    "loads": "tcpsim.scenario",
    "run": "tcpsim.api",
    "sliders": "tcpsim.jupyter",
    "statechart": "tcpsim.views.statechart",
    "statechart_text": "tcpsim.views.statechart",
    "what_if": "tcpsim.api",
    "write": "tcpsim.scenario.write",
}

__all__ = [
    "PROFILES",
    "TRANSITIONS",
    "Card",
    "Choice",
    "Difference",
    "Event",
    "Explanation",
    "Flight",
    "Profile",
    "Reason",
    "Result",
    "Run",
    "Scenario",
    "ScenarioError",
    "Segment",
    "State",
    "Trace",
    "Transition",
    "World",
    "WorldSetup",
    "apply",
    "build",
    "card",
    "choices",
    "diff",
    "json_schema",
    "load",
    "loads",
    "run",
    "sliders",
    "statechart",
    "statechart_text",
    "what_if",
    "write",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'tcpsim' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(home), name)
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
