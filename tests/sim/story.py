"""A scenario in the making: what happens is added at the present moment, and it can be run up to there.

So whoever adds to it can look at the numbers that the two ends have reached, and aim; and what was added stands in the
scenario, which can be written out and tells the whole story again.
"""

from dataclasses import replace
from typing import Any, Final

from tcpsim.scenario import Scenario, write
from tcpsim.scenario.compile import compile_scenario
from tcpsim.scenario.hosts import names_in
from tcpsim.sim.connection import Connection
from tcpsim.sim.setup import Limits, WorldSetup
from tcpsim.sim.world import World
from tcpsim.trace import Flight
from tcpsim.wire import ACK, MASK, Segment, SocketPair, flag_letters
from tcpsim.wire.notation import options_notation

SECOND: Final = 1_000_000
PATIENCE: Final = 600 * SECOND  # after the last thing that happens: time for most to come to an end
MOST_EVENTS: Final = 3_000  # where each acknowledges what the other never sent (RFC 1337 §2.3), it never ends

AroundTheWindow = tuple[str, int]  # one of the numbers that an end keeps, and how far beside it


class StoryError(AssertionError):
    """Something did not hold. The message ends with a scenario that shows it."""

    HEADING: Final = "This scenario shows it:\n\n"

    def __init__(self, what: str, scenario: Scenario) -> None:
        self.text = write(scenario)
        super().__init__(f"{what}\n\n{self.HEADING}{self.text}")


class Story:
    """A scenario that grows. `now` (µs) only moves forward, and no two things are added at one time."""

    def __init__(self, world: dict[str, Any]) -> None:
        self.data: dict[str, Any] = {"tcpsim": 1, **world}
        self.programs: list[tuple[str, dict[str, Any], int]] = []  # host, program, when its last call was added
        self.now = 0

    def tick(self, duration: int = 1) -> int:
        """Time passes."""
        self.now += duration
        return self.now

    # ---- what is added --------------------------------------------------------------------------------------------

    def opens(self, host: str, calls: list[Any]) -> int:
        """A program begins now; returns its number."""
        program = {"at": _time(self.tick()), "do": calls}
        self.programs.append((host, program, self.now))
        return len(self.programs) - 1

    def calls(self, number: int, call: Any) -> None:
        """A program that has begun makes another call now, or as soon as the call before is done."""
        host, program, then = self.programs[number]
        program["do"] += [{"wait": _time(self.tick() - then)}, call]
        self.programs[number] = (host, program, self.now)

    def add(self, key: str, item: dict[str, Any], *, at_once: bool = False) -> None:
        """A fault; or, with `at_once`, something that happens now."""
        self.data.setdefault(key, []).append({"at": _time(self.tick()), **item} if at_once else item)

    def injects(
        self, flags: int, seq: AroundTheWindow, ack: AroundTheWindow, octets: int, window: int, whom: int
    ) -> None:
        """A segment that nobody sent reaches one of the connections, with numbers around those that it has now."""
        found = self._connections()
        if found:
            pair, connection = found[whom % len(found)]
            numbers = numbers_of(connection)
            segment = Segment(
                *pair.reverse, (numbers[seq[0]] + seq[1]) & MASK, (numbers[ack[0]] + ack[1]) & MASK, flags, window
            )
            self._inject(segment, "evil" * octets)

    def replays(self, which: int) -> None:
        """A segment that was sent comes once more."""
        flights = self._flights()
        if flights:
            segment = flights[which % len(flights)].segment
            self._inject(segment, segment.payload.decode())

    def _inject(self, segment: Segment, data: str) -> None:
        ends = f"{segment.src}:{segment.sport} > {segment.dst}:{segment.dport}"
        ack = f" ack @{segment.ack}" if segment.flags & ACK else ""
        options = f" {options_notation(segment.options)}" if segment.options else ""
        numbers = f"@{segment.seq}({len(data)}){ack} win {segment.wnd}{options}"
        self.add(
            "inject",
            {"segment": f"{ends} {flag_letters(segment.flags)} {numbers}", "data": data},
            at_once=True,
        )

    # ---- running --------------------------------------------------------------------------------------------------

    def _connections(self) -> list[tuple[SocketPair, Connection]]:
        world = self.run(self.now)
        return [item for host in world.hosts.values() for item in sorted(host.connections.items())]

    def _flights(self) -> list[Flight]:
        return self.run(self.now).trace.flights

    def scenario(self, until: int | None = None) -> Scenario:
        """The story so far, told until then."""
        apps: dict[str, list[dict[str, Any]]] = {}
        for host, program, _ in self.programs:
            apps.setdefault(host, []).append(program)
        data = {**self.data, "apps": apps, "until": _time(self.now + PATIENCE if until is None else until)}
        return Scenario.model_validate(data, context=names_in(data))

    def run(self, until: int | None = None) -> World:
        """Run it. Raises StoryError, with the scenario, for whatever goes wrong."""
        scenario = self.scenario(until)
        try:
            return World(bounded(scenario)).run()
        except Exception as error:
            raise StoryError(f"{type(error).__name__}: {error}", scenario) from error


def bounded(scenario: Scenario) -> WorldSetup:
    """The world of a scenario, which ends although its events do not."""
    setup = compile_scenario(scenario)
    return replace(setup, limits=Limits(MOST_EVENTS, setup.limits.time))


def numbers_of(connection: Connection) -> dict[str, int]:
    """The numbers that an end compares with what arrives."""
    tcb = connection.tcb
    return {
        "ISS": tcb.iss,
        "SND.UNA": tcb.snd_una,
        "SND.NXT": tcb.snd_nxt,
        "IRS": tcb.irs,
        "RCV.NXT": tcb.rcv_nxt,
        "right edge": tcb.rcv_nxt + tcb.rcv_wnd,
    }


def _time(microseconds: int) -> str:
    return f"{microseconds}us"


def told(world: World) -> list[str]:
    """Everything that happened, in words."""
    return [repr(event) for event in world.trace.events]
