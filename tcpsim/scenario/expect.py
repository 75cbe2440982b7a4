"""Whether what a scenario expects is what a trace shows.

Lives here: what each kind of expectation means, and how it is said to a person. `evaluate` is a function of a scenario
and a trace; how the trace came about must not be known here.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from tcpsim.scenario import expectations
from tcpsim.scenario.expect_segments import count, never, retransmitted, wire
from tcpsim.scenario.expectations import Amount, Expectation
from tcpsim.scenario.hosts import plan_hosts
from tcpsim.scenario.model import Scenario
from tcpsim.scenario.observed import Observed, Result, Target
from tcpsim.scenario.patterns import Who
from tcpsim.scenario.scalars import Duration, duration_text
from tcpsim.scenario.steps import Data
from tcpsim.tcp.profiles import Profile
from tcpsim.tcp.states import State
from tcpsim.trace import Trace


def evaluate(scenario: Scenario, trace: Trace) -> list[Result]:
    """One result, or one for each host named, for every expectation of a scenario, in its order."""
    observed = Observed(trace, plan_hosts(scenario))
    return [
        Result(index, text, not seen, seen, expectation.because)
        for index, expectation in enumerate(scenario.expect)
        for text, seen in _EVALUATED[type(expectation)](expectation, observed)
    ]


# ---- states --------------------------------------------------------------------------------------------------------


def _states(expectation: expectations.States, observed: Observed) -> Iterator[tuple[str, str]]:
    for who, states in expectation.states.items():
        wanted = list(states)

        def differs(target: Target, wanted: list[State] = wanted) -> str:
            found = observed.trace.states_of(target.host, target.pair)
            # A listener was CLOSED before; the lane of a connection that it opened begins with LISTEN.
            same = found in (wanted, wanted[1:] if wanted[:2] == [State.CLOSED, State.LISTEN] else wanted)
            return "" if same else f"passed through {_lane(found)}"

        yield f"{who} passes through {_lane(wanted)}", _all_agree(observed, who, differs)


def _final(expectation: expectations.FinalStates, observed: Observed) -> Iterator[tuple[str, str]]:
    for who, state in expectation.final.items():

        def differs(target: Target, wanted: State = state) -> str:
            found = observed.trace.states_of(target.host, target.pair)[-1]
            return "" if found is wanted else f"ended in {found}"

        yield f"{who} ends in {state}", _all_agree(observed, who, differs)


def _time_in_state(expectation: expectations.TimeInState, observed: Observed) -> Iterator[tuple[str, str]]:
    within = expectation.time_in_state.within
    for who, times in expectation.time_in_state.hosts.items():
        for state, amount in times.items():

            def differs(target: Target, state: State = state, amount: Amount = amount) -> str:
                found = observed.time_in_state(target, state)
                profile = observed.plans.hosts[target.host].profile
                return "" if is_within(found, amount, within, profile) else f"was {duration_text(found)} in {state}"

            yield f"{who} is in {state} for {amount_text(amount, within)}", _all_agree(observed, who, differs)


def _all_agree(observed: Observed, who: Who, differs: Callable[[Target], str]) -> str:
    """What the first connection that differs did, or "" if none does."""
    targets = observed.targets(who)
    if not targets:
        return f"{who.host} had no connection with {who.peer}"
    for target in targets:
        if seen := differs(target):
            return f"{target.label} {seen}"
    return ""


def _lane(states: list[State]) -> str:
    return " → ".join(states)


def is_within(found: int, amount: Amount, within: Duration, profile: Profile) -> bool:
    """Whether a time (µs) lies between two bounds, give or take."""
    slack = within.microseconds(profile)
    low = amount.at_least.microseconds(profile) - slack if amount.at_least else 0
    return low <= found and (amount.at_most is None or found <= amount.at_most.microseconds(profile) + slack)


def amount_text(amount: Amount, within: Duration) -> str:
    """`2msl`, `at least 2msl`, `1s (± 100ms)`."""
    slack = f" (± {within})" if within.amount else ""
    if amount.at_least == amount.at_most:
        return f"{amount.at_least}{slack}"
    bounds = [f"at least {amount.at_least}"] * (amount.at_least is not None)
    bounds += [f"at most {amount.at_most}"] * (amount.at_most is not None)
    return " and ".join(bounds) + slack


# ---- users ---------------------------------------------------------------------------------------------------------


def _received(expectation: expectations.Received, observed: Observed) -> Iterator[tuple[str, str]]:
    for who, data in expectation.received.items():

        def differs(target: Target, data: Data = data) -> str:
            found = observed.received(target)
            same = len(found) == data.octets if data.octets is not None else found == data.content
            return "" if same else f"received {_octets_text(found)}"

        wanted = f"{data.octets:,} octets" if data.octets is not None else _octets_text(data.content)
        yield f"{who} receives {wanted}", _all_agree(observed, who, differs)


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
    expectations.States: _states,
    expectations.FinalStates: _final,
    expectations.TimeInState: _time_in_state,
    expectations.Received: _received,
    expectations.Error: _error,
    expectations.HowMany: count,
    expectations.Never: never,
    expectations.Wire: wire,
    expectations.Retransmitted: retransmitted,
}
