"""What is wrong with a scenario as a whole, though each of its parts is well written.

Lives here: what can only be judged by looking at several parts together. Must not be known here: YAML, places in files.
"""

import ipaddress
from collections.abc import Iterator

from tcpsim.scenario.expectations import Connections, ConnectionsThen, StatesThen, StateThen
from tcpsim.scenario.hosts import Complaint, HostPlans, plan_hosts
from tcpsim.scenario.model import Injection, Scenario
from tcpsim.scenario.steps import MOST_CALLS, AnyStep, Connect, Repeat, Serve, calls_in
from tcpsim.tcp.profiles import RFC9293


def complaints_about(scenario: Scenario) -> list[Complaint]:
    """Everything that is wrong with a scenario whose parts are well written; variants are not looked at."""
    plans = plan_hosts(scenario)
    return [
        *plans.complaints,
        *_about_programs(scenario, plans),
        *_about_injections(scenario, plans),
        *_about_moments(scenario, plans),
    ]


def _about_programs(scenario: Scenario, plans: HostPlans) -> Iterator[Complaint]:
    for name, programs in scenario.apps.items():
        place = ("apps", name)
        if any(calls_in(program.do) > MOST_CALLS for program in programs):
            yield Complaint(place, f"makes more than {MOST_CALLS:,} calls, its repeats written out")
        for step in (step for program in programs for step in _all_steps(program.do)):
            if not isinstance(step, Connect):
                continue
            target = step.connect.host
            if target is None and any(plans.other(member) is None for member in plans.groups.get(name, (name,))):
                yield Complaint(
                    place, "connects, but to whom? There are several other hosts; write {connect: {host: …}}"
                )
            elif target in plans.groups and len(plans.groups[target]) > 1:
                yield Complaint(place, f"connects to '{target}', which are several hosts; name one: {target}-1")
            elif target == name:
                yield Complaint(place, "connects to itself, and there is no network between a host and itself")


def _all_steps(steps: tuple[AnyStep, ...]) -> Iterator[AnyStep]:
    for step in steps:
        yield step
        if isinstance(step, Serve):
            yield from _all_steps(step.serve)
        elif isinstance(step, Repeat):
            yield from _all_steps(step.do)


def _about_addresses(injection: Injection, plans: HostPlans) -> Iterator[str]:
    """What is wrong with the bare addresses of an injected segment."""
    version = 6 if any(":" in host.address for host in plans.hosts.values()) else 4
    line = injection.segment
    for end in (line.sender, *([line.receiver] if line.receiver else [])):
        if not is_host(end.host, plans) and ipaddress.ip_address(end.host).version != version:
            yield f"'{end.host}' is not IPv{version}, as the hosts' addresses are"
    sender = line.sender.host
    first = plans.hosts[plans.members(sender)[0]].address if is_host(sender, plans) else sender
    address = ipaddress.ip_address(first)
    if injection.counting == "address" and int(address) + injection.times > 2**address.max_prefixlen:
        yield f"after '{address}' there are not {injection.times:,} addresses to count up to"


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_host(name: str, plans: HostPlans) -> bool:
    """Whether a name stands for a host or a group of hosts."""
    return name in plans.hosts or name in plans.groups


def _about_injections(scenario: Scenario, plans: HostPlans) -> Iterator[Complaint]:
    for index, injection in enumerate(scenario.inject):
        line, place = injection.segment, ("inject", index, "segment")
        ends = [line.sender, *([line.receiver] if line.receiver else [])]
        if not all(is_host(end.host, plans) or _is_address(end.host) for end in ends):
            continue  # a host that cannot have that name, of which is told already
        crowds = [end.host for end in ends if len(plans.groups.get(end.host, ())) > 1]
        for crowd in crowds:
            yield Complaint(place, f"'{crowd}' are several hosts; name one: {crowd}-1")
        if line.receiver is None and not crowds and plans.other(line.sender.host) is None:
            other = next((host for host in plans.hosts if host != line.sender.host), "")
            yield Complaint(place, f"to whom? Write the receiver after '>': {line.sender} > {other} …")
        yield from (Complaint(place, message) for message in _about_addresses(injection, plans))
        held = len(injection.data.encode()) if injection.data is not None else line.octets
        if line.octets not in (None, 0, held):
            message = f"holds {held} octet{'s' * (held != 1)}, but the segment has {line.octets}"
            yield Complaint(("inject", index, "data"), message)


def _about_moments(scenario: Scenario, plans: HostPlans) -> Iterator[Complaint]:
    """What is so at a moment can be expected only of one that the run comes to."""
    if scenario.until is None:
        return
    end = scenario.until.microseconds(scenario.profile.over(RFC9293))
    for index, expectation in enumerate(scenario.expect):
        then: StatesThen | ConnectionsThen
        if isinstance(expectation, StateThen):
            then = expectation.state
        elif isinstance(expectation, Connections):
            then = expectation.connections
        else:
            continue
        known = [host for who in then.hosts if is_host(who.host, plans) for host in plans.members(who.host)]
        if any(then.at and then.at.microseconds(plans.hosts[host].profile) > end for host in known):
            message = f"the run is over before {then.at}: until is {scenario.until}"
            yield Complaint(("expect", index, expectation.KIND, "at"), message)
