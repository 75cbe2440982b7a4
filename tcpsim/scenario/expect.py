"""Whether what a scenario expects is what a trace shows.

Lives here: what each kind of expectation means, and how it is said to a person. `evaluate` is a function of a scenario
and a trace; how the trace came about must not be known here.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from tcpsim.scenario import expectations
from tcpsim.scenario.expect_segments import count, dropped, never, retransmitted, wire
from tcpsim.scenario.expect_states import all_agree, connections, final, state_then, states, time_in_state
from tcpsim.scenario.expectations import Expectation
from tcpsim.scenario.hosts import plan_hosts
from tcpsim.scenario.model import Scenario
from tcpsim.scenario.observed import Observed, Result, Target
from tcpsim.scenario.patterns import Who
from tcpsim.scenario.steps import Data
from tcpsim.tcp.profiles import RFC9293
from tcpsim.trace import Trace


def evaluate(scenario: Scenario, trace: Trace) -> list[Result]:
    """One result, or one for each host named, for every expectation of a scenario, in its order."""
    until = scenario.until.microseconds(scenario.profile.over(RFC9293)) if scenario.until else 0
    observed = Observed(trace, plan_hosts(scenario), until)
    return [
        Result(index, text, not seen, seen, expectation.because)
        for index, expectation in enumerate(scenario.expect)
        for text, seen in _EVALUATED[type(expectation)](expectation, observed)
    ]


# ---- users ---------------------------------------------------------------------------------------------------------


def _received(expectation: expectations.Received, observed: Observed) -> Iterator[tuple[str, str]]:
    for who, data in expectation.received.items():

        def differs(target: Target, data: Data = data) -> str:
            found = observed.received(target)
            same = len(found) == data.octets if data.octets is not None else found == data.content
            return "" if same else f"received {_octets_text(found)}"

        wanted = f"{data.octets:,} octets" if data.octets is not None else _octets_text(data.content)
        yield f"{who} receives {wanted}", all_agree(observed, who, differs)


def _octets_text(octets: bytes) -> str:
    if not octets:
        return "nothing"
    try:
        text = repr(octets.decode())
    except UnicodeDecodeError:
        text = octets.hex(" ")
    return text if len(text) <= 60 else f"{text[:50]}… ({len(octets):,} octets)"


def _error(expectation: expectations.Error, observed: Observed) -> Iterator[tuple[str, str]]:
    for who, errors in expectation.error.items():
        seen = ""
        for host in observed.plans.members(who.host):
            found = observed.errors(host, who)
            if not _errors_agree(errors, found, observed.told(host, who)):
                label = host if len(observed.plans.members(who.host)) > 1 else str(who)
                seen = f"{label}'s calls failed with {', then '.join(found)}" if found else f"no call of {label} failed"
                break
        yield _error_text(who, errors), seen


def _errors_agree(wanted: tuple[str, ...], found: list[str], told: list[str]) -> bool:
    if wanted == (expectations.NO_ERROR,):
        return not found
    if len(wanted) == 1:
        return wanted[0] in found or wanted[0] in told
    return list(wanted) == found


def _error_text(who: Who, errors: tuple[str, ...]) -> str:
    if errors == (expectations.NO_ERROR,):
        return f"no call of {who} fails"
    if len(errors) == 1:
        return f"a call of {who} fails with {errors[0]}"
    return f"calls of {who} fail with {', then '.join(errors)}"


_EVALUATED: Final[dict[type[Expectation], Callable[[Any, Observed], Iterator[tuple[str, str]]]]] = {
    expectations.States: states,
    expectations.FinalStates: final,
    expectations.StateThen: state_then,
    expectations.Connections: connections,
    expectations.TimeInState: time_in_state,
    expectations.Received: _received,
    expectations.Error: _error,
    expectations.HowMany: count,
    expectations.Never: never,
    expectations.Dropped: dropped,
    expectations.Wire: wire,
    expectations.Retransmitted: retransmitted,
}
