"""A scenario → the plain data that a world is made of. Pure: the same scenario gives the same setup.

Lives here: defaults that need a profile or the other hosts to be known, and groups of hosts written out one by one.
Must not be known here: YAML, what a run looks like.
"""

import ipaddress
from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Final

from tcpsim.scenario import model, steps
from tcpsim.scenario.check import complaints_about
from tcpsim.scenario.errors import Problem, ScenarioError
from tcpsim.scenario.hosts import HostPlans, plan_hosts
from tcpsim.scenario.notation import End, Number
from tcpsim.scenario.scalars import Duration
from tcpsim.scenario.variants import merged_path
from tcpsim.scenario.yaml_source import path_text
from tcpsim.sim import setup
from tcpsim.tcp.profiles import RFC9293
from tcpsim.wire.segment import Segment
from tcpsim.wire.seq import MASK

_WINDOW: Final = 65_535  # of an injected segment that does not say


def compile_scenario(scenario: model.Scenario) -> setup.WorldSetup:
    """The world that a scenario describes. Raises ScenarioError for what `load` would have refused."""
    complaints = complaints_about(scenario)
    if complaints:
        name = scenario.title or "scenario"
        raise ScenarioError([Problem(name, path_text(path), message) for path, message in complaints])
    return _Compiler(scenario).world()


def faults_of(scenario: model.Scenario) -> list[tuple[model.AnyFault, tuple[setup.Fault, ...]]]:
    """Each fault of a scenario with what it was compiled to: one for each host of a group."""
    return list(_Compiler(scenario).faults())


def network_of(scenario: model.Scenario) -> setup.NetworkSetup:
    """The network of a scenario, with the defaults where nothing is written."""
    return _Compiler(scenario).network()


class _Compiler:
    def __init__(self, scenario: model.Scenario) -> None:
        self.scenario = scenario
        self.plans: HostPlans = plan_hosts(scenario)
        self.profile = scenario.profile.over(RFC9293)

    def world(self) -> setup.WorldSetup:
        scenario = self.scenario
        limits = setup.Limits()
        if scenario.until is not None:
            limits = setup.Limits(time=self.time(scenario.until))
        return setup.WorldSetup(
            hosts=tuple(
                setup.HostSetup(plan.name, plan.address, plan.port, plan.iss, plan.profile)
                for plan in self.plans.hosts.values()
            ),
            programs=tuple(self.programs()),
            network=self.network(),
            faults=tuple(fault for _, compiled in self.faults() for fault in compiled),
            injections=tuple(self.injections()),
            happenings=tuple(self.happenings()),
            seed=scenario.seed,
            limits=limits,
        )

    def time(self, duration: Duration, host: str = "") -> int:
        """A duration in µs, by a host's profile where one is concerned."""
        return duration.microseconds(self.plans.hosts[host].profile if host else self.profile)

    # ---- the network ----------------------------------------------------------------------------------------------

    def network(self) -> setup.NetworkSetup:
        directions = {
            (sender, receiver): _impairments(merged_path(self.scenario.network, path))
            for direction, path in self.scenario.network.directions.items()
            for sender in self.plans.members(direction.sender)
            for receiver in self.plans.members(direction.receiver)
        }
        return setup.NetworkSetup(_impairments(self.scenario.network), MappingProxyType(directions))

    def faults(self) -> Iterator[tuple[model.AnyFault, tuple[setup.Fault, ...]]]:
        for fault in self.scenario.faults:
            yield fault, tuple(self.fault(fault, sender) for sender in self.plans.members(fault.aim.sender))

    def fault(self, fault: model.AnyFault, sender: str) -> setup.Fault:
        kind, nth = fault.aim.kind, fault.nth
        match fault:
            case model.Drop():
                return setup.Fault("drop", sender, kind, nth, icmp=fault.icmp or "")
            case model.Duplicate():
                return setup.Fault("duplicate", sender, kind, nth, after=self.time(fault.after, sender))
            case model.Delay():
                return setup.Fault("delay", sender, kind, nth, by=self.time(fault.by, sender))
            case model.Corrupt():
                return setup.Fault("corrupt", sender, kind, nth)

    # ---- what happens ---------------------------------------------------------------------------------------------

    def happenings(self) -> Iterator[setup.Happening]:
        for event in self.scenario.events:
            for name, what in event.happened.items():
                for host in self.plans.members(name):
                    yield setup.Happening(self.time(event.at), host, what)

    def injections(self) -> Iterator[setup.Injection]:
        for injection in self.scenario.inject:
            start, every = self.time(injection.at), self.time(injection.every)
            line = injection.segment
            seq, ack = line.seq or Number(0), line.ack or Number(0)
            for index in range(injection.times):
                segment = self.segment(injection, index)
                relative_ack = line.ack is not None and not ack.absolute
                yield setup.Injection(start + index * every, segment, not seq.absolute, relative_ack)

    def segment(self, injection: model.Injection, index: int) -> Segment:
        """The index-th segment of an injection, with its numbers as written."""
        line = injection.segment
        src, sport = self.socket(line.sender)
        receiver = line.receiver or End(self.plans.other(line.sender.host) or "")
        dst, dport = self.socket(receiver)
        if injection.counting == "address":
            src = str(ipaddress.ip_address(src) + index)
        elif injection.counting == "port":
            sport = (sport - 1 + index) % 65_535 + 1
        payload = steps.Data(octets=line.octets).content if line.octets else b""
        if injection.data is not None:
            payload = injection.data.encode()
        seq, ack = (number.value & MASK if number else 0 for number in (line.seq, line.ack))
        window = _WINDOW if line.window is None else line.window
        flags = line.flags or 0
        return Segment(src, sport, dst, dport, seq, ack, flags, window, payload, line.options or (), line.urgent or 0)

    def socket(self, end: End) -> tuple[str, int]:
        """An end's address and port: a host's own where none is written."""
        if end.host in self.plans.hosts or end.host in self.plans.groups:
            plan = self.plans.hosts[self.plans.members(end.host)[0]]
            return plan.address, end.port or plan.port
        return end.host, end.port or 40_000

    # ---- programs -------------------------------------------------------------------------------------------------

    def programs(self) -> Iterator[setup.ProgramSetup]:
        for name, programs in self.scenario.apps.items():
            for host in self.plans.members(name):
                for program in programs:
                    yield setup.ProgramSetup(host, self.program(program.do, host), self.time(program.at, host))

    def program(self, calls: tuple[steps.AnyStep, ...], host: str) -> setup.Program:
        return tuple(self.step(step, host) for step in calls)

    def step(self, step: steps.AnyStep, host: str) -> setup.Step:
        error = (step.error or "") if isinstance(step, steps.Call) else ""
        match step:
            case steps.Connect(connect=to):
                target = to.host or self.plans.other(host) or ""
                peer = self.plans.hosts[self.plans.members(target)[0]]
                data = to.data.content if to.data is not None else b""
                return setup.Connect(peer.name, to.port or peer.port, to.from_port, error, to.blocking, data)
            case steps.Listen(listen=on):
                return setup.Listen(on.port, on.backlog, error, on.reuse)
            case steps.Accept(accept=which):
                return setup.Accept(error, which.half_open)
            case steps.Send(send=data, more=more):
                return setup.Send(data.content, error, more)
            case steps.Recv(recv=octets):
                return setup.Recv(octets, error)
            case steps.Shutdown(shutdown=how):
                return setup.Shutdown(error, how)
            case steps.Wait(wait=duration):
                return setup.Wait(self.time(duration, host))
            case steps.Serve(serve=calls):
                return setup.Serve(self.program(calls, host))
            case steps.Repeat(repeat=times, do=calls):
                return setup.Repeat(times, self.program(calls, host))
            case _:
                return _PLAIN[type(step)](error)


_PLAIN: Final[dict[type[steps.Step], Callable[[str], setup.Step]]] = {
    steps.Close: setup.Close,
    steps.Abort: setup.Abort,
    steps.StopListening: setup.StopListening,
}


def _impairments(path: model.Path) -> setup.Impairments:
    """A path as the simulator takes it, with its defaults where nothing is written."""
    written = {name: getattr(path, name) for name in model.Path.model_fields if getattr(path, name) is not None}
    times = {name: int(value.amount) for name, value in written.items() if isinstance(value, Duration)}
    return setup.Impairments(**{**written, **times})
