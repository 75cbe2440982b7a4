"""What is wrong with a scenario as a whole, though each of its parts is well written.

Lives here: what can only be judged by looking at several parts together. Must not be known here: YAML, places in files.
"""

from collections.abc import Iterator

from tcpsim.scenario.hosts import Complaint, HostPlans, plan_hosts
from tcpsim.scenario.model import Scenario
from tcpsim.scenario.steps import AnyStep, Connect, Serve


def complaints_about(scenario: Scenario) -> list[Complaint]:
    """Everything that is wrong with a scenario whose parts are well written; variants are not looked at."""
    plans = plan_hosts(scenario)
    return [
        *plans.complaints,
        *_about_programs(scenario, plans),
        *_about_injections(scenario, plans),
    ]


def _about_programs(scenario: Scenario, plans: HostPlans) -> Iterator[Complaint]:
    for name, programs in scenario.apps.items():
        place = ("apps", name)
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


def _about_injections(scenario: Scenario, plans: HostPlans) -> Iterator[Complaint]:
    for index, injection in enumerate(scenario.inject):
        line, place = injection.segment, ("inject", index, "segment")
        ends = [line.sender, *([line.receiver] if line.receiver else [])]
        crowds = [end.host for end in ends if len(plans.groups.get(end.host, ())) > 1]
        for crowd in crowds:
            yield Complaint(place, f"'{crowd}' are several hosts; name one: {crowd}-1")
        if line.receiver is None and not crowds and plans.other(line.sender.host) is None:
            other = next((host for host in plans.hosts if host != line.sender.host), "")
            yield Complaint(place, f"to whom? Write the receiver after '>': {line.sender} > {other} …")
        if injection.data is not None and line.octets not in (None, 0, len(injection.data.encode())):
            message = f"holds {len(injection.data.encode())} octets, but the segment has {line.octets}"
            yield Complaint(("inject", index, "data"), message)
