"""The world: hosts, the paths between them, and virtual time. `World(setup).run()` is a simulation.

Time is an integer of microseconds and moves only from event to event, along the `Agenda`: in order of time, and at one
time in the order in which events were scheduled; so the same setup gives the same trace, byte for byte. Everything is
data: a world can be copied cheaply, compared and hashed (`freeze`), and an exhaustive search walks the very same code
along `choices`.
"""

from collections.abc import Callable
from itertools import islice
from typing import Any, Final

from tcpsim.sim.agenda import (
    ARRIVAL,
    CORRUPTED,
    HAPPENING,
    ICMP,
    INJECTION,
    PROCESS,
    WAKE,
    Agenda,
    QueuedEvent,
)
from tcpsim.sim.calls import offer_half_open, resume, resume_accepting
from tcpsim.sim.calls import run as run_process
from tcpsim.sim.chance import Chance
from tcpsim.sim.collector import collector_paused
from tcpsim.sim.connection import Connection
from tcpsim.sim.future import future_of
from tcpsim.sim.host import CONCERNS_THE_BOOKS, NO_LONGER_HALF_OPEN, Host
from tcpsim.sim.injecting import absolute
from tcpsim.sim.kernel import kill
from tcpsim.sim.network import Network
from tcpsim.sim.process import Process
from tcpsim.sim.setup import Fault, Happening, Injection, Program, WorldSetup
from tcpsim.sim.stopping import why_stopped
from tcpsim.tcp.effects import Effect, Probe, Retransmit, TimerStarted
from tcpsim.tcp.icmp import ICMP_ERRORS, icmp_arrives
from tcpsim.tcp.listener import give_up
from tcpsim.tcp.segment_arrives import segment_arrives
from tcpsim.tcp.states import SYN_RECEIVED, Transition
from tcpsim.tcp.tcb import NEVER
from tcpsim.tcp.timeouts import time_passes
from tcpsim.tcp.user_calls import CallRefused
from tcpsim.trace import ARRIVED, HAPPENED, INJECTED, LOST, TIMED_OUT, Trace
from tcpsim.wire.flags import SYN
from tcpsim.wire.pair import SocketPair
from tcpsim.wire.segment import FROZEN_SEGMENT, Segment

_SENT_OTHERWISE: Final = frozenset({Retransmit, Probe})  # effects that hold a segment
_WATCHED_EVERY: Final = 10_000  # events
Watch = Callable[["World"], None]


class World:
    """One simulated world, somewhere in its course.

    `now` is the virtual time in µs. `trace` is what has happened. `stopped` is "" until a run was stopped by one of
    its limits; then it says which, and what was still going on.
    """

    __slots__ = (
        "__weakref__",  # so that who watches a world need not keep it alive
        "agenda",
        "chance",
        "events_handled",
        "hosts",
        "names",
        "network",
        "now",
        "only_other",
        "setup",
        "stopped",
        "trace",
    )

    def __init__(self, setup: WorldSetup) -> None:
        self.setup = setup
        self.now = 0
        self.stopped = ""
        self.chance = Chance(setup.seed)
        self.hosts = {host.name: Host(host, setup.seed) for host in setup.hosts}
        self.only_other = {name: _only_other(name, tuple(self.hosts)) for name in self.hosts}
        self.names = {host.address: host.name for host in setup.hosts}
        self.trace = Trace(tuple(self.hosts), dict(self.names))
        self.network = Network(setup.network, setup.faults)
        self.events_handled = 0
        self.agenda = Agenda()
        self._schedule_setup()

    def _schedule_setup(self) -> None:
        for happening in self.setup.happenings:
            self.agenda.schedule(happening.at, HAPPENING, happening.host, happening)
        for injection in self.setup.injections:
            self.agenda.schedule(injection.at, INJECTION, "", injection)
        # Listeners first: at time zero a server is up before its clients, whatever the order in the file.
        opening = sorted(self.setup.programs, key=lambda program: _begins_actively(program.program))
        for program in opening:
            host = self.hosts[program.host]
            process = self.begin_process(host, program.program)
            self.schedule_process(host, process, program.start)

    # ---- running --------------------------------------------------------------------------------------------------

    def run(self, watch: "Watch | None" = None, *, every: int = _WATCHED_EVERY) -> "World":
        """Run until nothing is left to happen, or a limit of the setup is reached (see `stopped`). Returns itself.

        `watch` is called with this world after every so many events, while more are to come: to show that something is
        going on, or with `every=1` to look at each.
        """
        with collector_paused():
            self._run(watch, every)
        return self

    def _run(self, watch: "Watch | None", every: int) -> None:
        limits = self.setup.limits
        agenda = self.agenda
        times, due = agenda.times, agenda.due
        hosts: dict[str, Any] = {"": None, **self.hosts}  # an injection happens to no host
        handlers = self._handlers()
        handled = self.events_handled
        pause = min(limits.events, handled + every) if watch else limits.events
        while times and times[0] <= limits.time and handled < pause:
            self.now = time = times[0]
            events = due[time]  # they grow, when something takes no time
            for _, kind, host, subject in islice(events, pause - handled):
                handlers[kind](hosts[host], subject)
            happened = min(len(events), pause - handled)
            agenda.forget(time, happened)
            self.events_handled = handled = handled + happened
            if watch is not None and times and pause <= handled < limits.events:
                watch(self)
                pause = min(limits.events, handled + every)
        if times:
            self.stopped = why_stopped(self, by_events=handled >= limits.events)

    def step(self) -> bool:
        """Let the next event happen; False when nothing is left."""
        if not self.agenda.times:
            return False
        self.happen(self.agenda.take_first())
        return True

    def happen(self, event: QueuedEvent) -> None:
        """Let an event that was taken from the agenda happen, now or when it is due."""
        time, kind, host, subject = event
        self.now = max(self.now, time)
        self.events_handled += 1
        self._handlers()[kind](self.hosts.get(host), subject)

    def _handlers(self) -> tuple[Callable[[Any, Any], None], ...]:
        """What to do with an event, by its kind."""
        return (self._arrival, self._corrupted, self._wake, self._process, self._injection, self._happening, self._icmp)

    def unused_faults(self) -> tuple[Fault, ...]:
        """The faults that never met the segment they were aimed at."""
        return self.network.unused_faults()

    # ---- events ---------------------------------------------------------------------------------------------------

    def _arrival(self, host: Host, segment: Segment) -> None:
        if not host.reachable and not (host.up and segment.src == segment.dst):  # what stays inside needs no cable
            self.lose(segment, "host down" if not host.up else "unplugged")
            return
        now = self.now
        # RFC 9293 §3.9.1.1: the exact pair of sockets first. A plain tuple finds what is kept under a SocketPair.
        local, lport, remote, rport = segment.pair
        key: Any = (remote, rport, local, lport)
        connection = host.connections.get(key)
        if connection is None:
            self._unconnected(host, segment)
            return
        if segment.flags & SYN:
            self._syn_on_connection(host, connection, segment)
            return
        tcb = connection.tcb
        if tcb.state is SYN_RECEIVED:
            effects = host.half_open(connection, segment, now)
        else:
            effects = segment_arrives(tcb, segment, now)
        records = self.trace.records
        records += (ARRIVED, now, host.name, tcb.pair, segment, 0)
        if effects:
            records += effects
            self.carry_out(host, connection, effects)
        if connection.waiting:
            resume(self, host, connection)

    def _syn_on_connection(self, host: Host, connection: Connection, segment: Segment) -> None:
        """A SYN for a connection: in TIME-WAIT it may open another, for which a third must make room."""
        pair = connection.tcb.pair
        connection, effects = host.syn_on_connection(connection, segment, self.now)
        if host.offers_half_open:
            offer_half_open(self, host, pair.lport)
        self.trace.add(ARRIVED, self.now, host.name, pair, segment, 0, effects)
        self.carry_out(host, connection, effects)
        if connection.waiting:
            resume(self, host, connection)
        if connection.previous is not None:
            self._make_room(host, pair.lport)

    def _unconnected(self, host: Host, segment: Segment) -> None:
        """A segment for which there is no connection: it may open one, for which another must make room."""
        connection, pair, effects = host.unconnected(segment, self.now)
        if host.offers_half_open:
            offer_half_open(self, host, pair.lport)
        self.trace.add(ARRIVED, self.now, host.name, pair, segment, 0, effects)
        self.carry_out(host, connection, effects)
        self._make_room(host, pair.lport)

    def _make_room(self, host: Host, port: int) -> None:
        """The oldest half-open connection gives way, where there is one more than the listener may have."""
        oldest = host.given_up_on(port)
        if oldest is not None:
            self.endpoint_answered(host, oldest, give_up(oldest.tcb))

    def _corrupted(self, _host: Host, segment: Segment) -> None:
        # RFC 9293 §3.1 MUST-3: the checksum is verified; what fails is dropped without a word.
        self.lose(segment, "corrupted")

    def _wake(self, host: Host, pair: SocketPair) -> None:
        connection = host.connections.get(pair)
        if connection is None or connection.wake_at > self.now:
            return  # the connection is gone, or was promised time at another moment
        connection.wake_at = NEVER
        if min(connection.tcb.timers) <= self.now:
            self.endpoint_answered(host, connection, time_passes(connection.tcb, self.now))
        if host.connections.get(pair) is connection:
            self._promise_time(host, connection)

    def endpoint_answered(self, host: Host, connection: Connection, effects: list[Effect]) -> None:
        """A connection did something though no segment and no call of its own user asked for it."""
        if effects:
            pair = connection.tcb.pair
            self.trace.add(TIMED_OUT, self.now, host.name, pair, None, 0, effects)
        self.carry_out(host, connection, effects)
        if connection.waiting:
            resume(self, host, connection)

    def _process(self, host: Host, index: int) -> None:
        process = host.processes.get(index)
        if process is not None and host.up:
            run_process(self, host, process)

    def _injection(self, _host: None, injection: Injection) -> None:
        segment = absolute(injection, self.trace)
        receiver = self.names.get(segment.dst)
        self.trace.add(INJECTED, self.now, receiver or "", None, segment)
        if receiver is None:
            self.lose(segment, "no such host")
            return
        delay = self.network.delay(self.names.get(segment.src), receiver)
        self.agenda.schedule(self.now + delay, ARRIVAL, receiver, segment)

    def _happening(self, host: Host, happening: Happening) -> None:
        self.trace.add(HAPPENED, self.now, host.name, None, happening.what)
        match happening.what:
            case "crash":
                host.crash()
            case "reboot":
                host.boot(self.now)
            case "unplug":
                host.plug(plugged=False)
            case "plug":
                host.plug(plugged=True)
            case "kill":
                kill(self, host)

    def _icmp(self, host: Host, said: tuple[str, Segment]) -> None:
        """The network tells the sender of a segment why it was not delivered."""
        if not host.reachable:
            return
        error, segment = said
        connection = host.connections.get(segment.pair)
        self.trace.add(HAPPENED, self.now, host.name, segment.pair, f"ICMP: {error}")
        if connection is not None:
            self.endpoint_answered(host, connection, icmp_arrives(connection.tcb, ICMP_ERRORS[error], segment.seq))

    # ---- carrying out what an endpoint answered -------------------------------------------------------------------

    def carry_out(self, host: Host, connection: Connection | None, effects: list[Any]) -> None:
        """Put segments on the wire, keep the host's books, and see to it that timers will be heard.

        `effects` are those of `tcpsim.tcp.effects`; who tells them apart by their class may do with each what it can.
        """
        timed = host.silent_timers
        opened = False
        for effect in effects:
            cls = type(effect)
            if cls is FROZEN_SEGMENT:
                route = host.routes.get(effect.pair[2])
                if route is not None:  # nothing can happen to it but delay: the hot path
                    receiver, delay = route
                    self.agenda.schedule(self.now + delay, ARRIVAL, receiver, effect)
                else:
                    self._transmit(host, effect)
            elif cls is Transition:
                if effect in CONCERNS_THE_BOOKS and connection is not None:
                    host.state_moved(connection, effect)
                    if effect in NO_LONGER_HALF_OPEN:
                        opened = True
            elif cls is TimerStarted:
                timed = timed or connection is None or effect.deadline < connection.wake_at
            elif cls in _SENT_OTHERWISE:
                self._transmit(host, effect.segment)
        if timed and connection is not None:
            self._promise_time(host, connection if connection.previous is None else host.restored(connection))
        if opened and host.accepting and connection is not None:
            resume_accepting(self, host, connection.tcb.pair.lport)

    def _promise_time(self, host: Host, connection: Connection) -> None:
        """See to it that the connection is given time at its earliest deadline; silent timers run beside told ones."""
        deadline = min(connection.tcb.timers)
        if deadline < connection.wake_at:
            connection.wake_at = deadline
            self.agenda.schedule(deadline, WAKE, host.name, connection.tcb.pair)

    def _transmit(self, host: Host, segment: Segment) -> None:
        """Put a segment on a path on which anything may happen to it."""
        sender = host.name
        receiver = self.names.get(segment.dst)
        if receiver is None or not (host.plugged or receiver == sender):
            self.lose(segment, "unplugged" if receiver else "no such host")
            return
        network = self.network
        if network.only_delays(sender, receiver):
            host.routes[segment.dst] = (receiver, network.delay(sender, receiver))
        fate = network.carry(sender, receiver, segment, self.now, self.chance)
        if fate.corrupted:
            self.agenda.schedule(fate.arrivals[0], CORRUPTED, receiver, segment)
        elif fate.lost:
            self.lose(segment, fate.lost)
            for error in fate.icmp:
                round_trip = network.delay(sender, receiver) + network.delay(receiver, sender)
                self.agenda.schedule(self.now + round_trip, ICMP, sender, (error, segment))
        else:
            for time in fate.arrivals:
                self.agenda.schedule(time, ARRIVAL, receiver, segment)

    def lose(self, segment: Segment, why: str) -> None:
        """A segment never arrives."""
        pair = SocketPair(segment.src, segment.sport, segment.dst, segment.dport)
        self.trace.add(LOST, self.now, self.names.get(segment.src, ""), pair, (segment, why))

    # ---- what programs need -----------------------------------------------------------------------------------------

    def begin_process(self, host: Host, program: Program) -> Process:
        """A new process of a host; it runs when it is scheduled, or when it is run."""
        process = Process(host.processes_begun, program)
        host.processes[process.index] = process
        host.processes_begun += 1
        return process

    def schedule_process(self, host: Host, process: Process, time: int) -> None:
        """Run a process at `time` (µs)."""
        self.agenda.schedule(time, PROCESS, host.name, process.index)

    def resolve(self, host: Host, name: str | None, port: int | None) -> tuple[str, int]:
        """The address and port that a connect means: of the named host, or of the only other one."""
        name = name or self.only_other[host.name]
        if not name:
            raise CallRefused("remote socket unspecified", "EDESTADDRREQ", "3.10.1")
        target = self.hosts[name].setup
        return target.address, target.port if port is None else port

    # ---- copying, comparing ------------------------------------------------------------------------------------------

    def copy(self) -> "World":
        """A world that goes on just as this one would, and no longer has anything to do with it."""
        other = object.__new__(World)
        other.setup = self.setup
        other.now = self.now
        other.stopped = self.stopped
        other.chance = self.chance.copy()
        other.hosts = {name: host.copy() for name, host in self.hosts.items()}
        other.only_other = self.only_other  # this and the next follow from the setup alone
        other.names = self.names
        other.trace = self.trace.copy()
        other.network = self.network.copy()
        other.events_handled = self.events_handled
        other.agenda = self.agenda.copy()
        return other

    def freeze(self) -> tuple[object, ...]:
        """All that this world's future follows from, hashable."""
        return future_of(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, World) and self.setup == other.setup and self.freeze() == other.freeze()

    def __hash__(self) -> int:
        return hash(self.freeze())


def _only_other(name: str, names: tuple[str, ...]) -> str:
    """The other of two hosts, whom a connect means that names none; "" where there are not just two."""
    others = [other for other in names if other != name]
    return others[0] if len(others) == 1 else ""


def _begins_actively(program: Program) -> bool:
    return not program or type(program[0]).__name__ != "Listen"
