"""Expectations about states: through which, in which at the end or at a moment, how long, and how many are in one.

Each function yields, for every part of an expectation, what it says and what was seen instead ("" when it held).
"""

import sys
from collections.abc import Callable, Iterator

from tcpsim.scenario import expectations
from tcpsim.scenario.bounds import amount_text, is_between, is_within, number_text
from tcpsim.scenario.expectations import Amount, Between
from tcpsim.scenario.observed import Observed, Target
from tcpsim.scenario.patterns import Who, ordinal
from tcpsim.scenario.scalars import Duration, duration_text
from tcpsim.tcp.profiles import Profile
from tcpsim.tcp.states import State


def states(expectation: expectations.States, observed: Observed) -> Iterator[tuple[str, str]]:
    """Every state passed through, first to last."""
    for who, through in expectation.states.items():
        wanted = list(through)

        def differs(target: Target, wanted: list[State] = wanted) -> str:
            found = observed.states(target)
            # A listener was CLOSED before; the lane of a connection that it opened begins with LISTEN.
            same = found in (wanted, wanted[1:] if wanted[:2] == [State.CLOSED, State.LISTEN] else wanted)
            return "" if same else f"passed through {_lane(found)}"

        yield f"{who} passes through {_lane(wanted)}", all_agree(observed, who, differs)


def final(expectation: expectations.FinalStates, observed: Observed) -> Iterator[tuple[str, str]]:
    """The state at the end."""
    for who, state in expectation.final.items():

        def differs(target: Target, wanted: State = state) -> str:
            found = observed.states(target)[-1]
            return "" if found is wanted else f"ended in {found}"

        yield f"{who} ends in {state}", all_agree(observed, who, differs)


def state_then(expectation: expectations.StateThen, observed: Observed) -> Iterator[tuple[str, str]]:
    """The state at a moment. Before it is opened a connection is what its host is: CLOSED, or LISTEN."""
    at = expectation.state.at
    for who, state in expectation.state.hosts.items():
        seen = ""
        for host in observed.plans.members(who.host):
            found = observed.states_then(host, who, at.microseconds(observed.plans.hosts[host].profile))
            if found != {state}:
                label = host if len(observed.plans.members(who.host)) > 1 else str(who)
                seen = f"{label} was in {' and in '.join(sorted(found))}"
                break
        yield f"{who} is in {state} at {at}", seen


def connections(expectation: expectations.Connections, observed: Observed) -> Iterator[tuple[str, str]]:
    """How many connections there are, in a state or in any."""
    at = expectation.connections.at
    when = f"at {at}" if at else "at the end"
    for who, counts in expectation.connections.hosts.items():
        found = [
            state
            for host in observed.plans.members(who.host)
            for state in observed.living(host, who, _moment(at, observed.plans.hosts[host].profile))
        ]
        parts: list[tuple[State | None, Between]] = list(counts.states.items())
        parts += [(None, counts.any)] if counts.any is not None else []
        for state, between in parts:
            number = found.count(state) if state else sum(one is not State.LISTEN for one in found)
            text = f"{who} has {number_text(between, _what(state))} {when}"
            yield text, "" if is_between(number, between) else f"{who} had {number:,}"


def _moment(at: Duration | None, profile: Profile) -> int:
    return sys.maxsize if at is None else at.microseconds(profile)


def _what(state: State | None) -> str:
    if state is State.LISTEN:
        return "listener"
    return f"connection in {state}" if state else "connection"


def time_in_state(expectation: expectations.TimeInState, observed: Observed) -> Iterator[tuple[str, str]]:
    """How long in a state, all visits together."""
    within = expectation.time_in_state.within
    for who, times in expectation.time_in_state.hosts.items():
        for state, amount in times.items():

            def differs(target: Target, state: State = state, amount: Amount = amount) -> str:
                found = observed.time_in_state(target, state)
                profile = observed.plans.hosts[target.host].profile
                return "" if is_within(found, amount, within, profile) else f"was {duration_text(found)} in {state}"

            yield f"{who} is in {state} for {amount_text(amount, within)}", all_agree(observed, who, differs)


def all_agree(observed: Observed, who: Who, differs: Callable[[Target], str]) -> str:
    """What the first connection that differs did, or "" if none does."""
    targets = observed.targets(who)
    if not targets:
        which = f"no {ordinal(who.nth)} connection" if who.nth else "no connection"
        return f"{who.host} had {which}" + (f" with {who.peer}" if who.peer else "")
    for target in targets:
        if seen := differs(target):
            return f"{target.label} {seen}"
    return ""


def _lane(states: list[State]) -> str:
    return " → ".join(states)
