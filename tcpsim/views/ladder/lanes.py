"""What stands where from left to right: lifelines, and beside each its times, timers, state lanes and calls.

The first and the last host have theirs outside their lifeline. A host in between is a band with a lifeline at either
edge: segments from the left end at the left edge, segments from the right at the right edge, and what passes between
its neighbours passes behind it. Lives here: x. Must not be known here: y.
"""

from dataclasses import dataclass, field

from tcpsim.tcp.states import State
from tcpsim.trace import StateChanged, Trace
from tcpsim.views.condensing import crowd_of
from tcpsim.views.ladder.plan import NARROWEST_WAY
from tcpsim.views.languages import Language
from tcpsim.views.metrics import text_width
from tcpsim.views.spans import TimerSpan, ports_apart
from tcpsim.wire.pair import SocketPair

WIDTH = 800.0  # of a diagram with two hosts: it fits a landscape page at 100 %
ONLY_WAY = 310.0  # between two hosts that are alone, at least
MARGIN = 16.0
STATE_SIZE = 7.5
CALLS_NARROWEST = 64.0  # the name of a state too short for it stands here
TIMER_LANE = 15.0
LANES_MOST = 8  # state lanes of one host


@dataclass(slots=True)
class Lane:
    """One connection's column of states, or, with `pairs` None, all of a host's connections read as one."""

    left: float
    right: float
    heading: str
    pairs: frozenset[SocketPair] | None


@dataclass(slots=True)
class Band:
    """Everything that belongs to one host. `side` is −1 when its things grow to the left of the line, else 1."""

    host: str
    side: int
    left: float = 0.0  # where segments from the left end
    right: float = 0.0  # where segments from the right end
    times: float = 0.0
    lanes: list[Lane] = field(default_factory=list)
    timers: list[float] = field(default_factory=list)
    blocked: float = 0.0
    calls: float = 0.0

    @property
    def edge(self) -> float:
        """The side towards the lifeline of what stands outside the timers."""
        if not self.lanes:
            return self.blocked
        return self.lanes[0].left if self.side > 0 else self.lanes[0].right

    @property
    def lines(self) -> tuple[float, ...]:
        return (self.left,) if self.left == self.right else (self.left, self.right)


@dataclass(frozen=True, slots=True)
class Needs:
    """How much room a host asks for: its calls' width, its state lanes, how many timers run at once, its times."""

    calls: float
    lanes: tuple[tuple[str, frozenset[SocketPair] | None], ...]
    lane_width: float
    timers: int
    times: float

    @property
    def total(self) -> float:
        lanes = len(self.lanes) * (self.lane_width + 3)
        return self.times + self.timers * TIMER_LANE + 3 + lanes + self.calls + 12


def bands(hosts: tuple[str, ...], needs: dict[str, Needs]) -> tuple[list[Band], float]:
    """The bands of all hosts, and the width of the canvas."""
    total = sum(needs[host].total for host in hosts) + 2 * MARGIN
    gaps = max(len(hosts) - 1, 1)
    way = max(NARROWEST_WAY if gaps > 1 else ONLY_WAY, (WIDTH - total) / gaps)
    placed: list[Band] = []
    x = MARGIN
    for place, host in enumerate(hosts):
        need = needs[host]
        if place == 0:
            x += need.total
            band = Band(host, -1, x, x)
        else:
            x += way
            band = Band(host, 1, x, x)
            x += need.total
            if place < len(hosts) - 1:
                band.right = x + 4
                x = band.right
        _furnish(band, need)
        placed.append(band)
    if len(hosts) == 1:
        x += way
    return placed, x + MARGIN


def _furnish(band: Band, need: Needs) -> None:
    """Places a band's columns, from its lifeline outwards."""
    x, side = band.left, band.side
    band.times = x + side * 4
    x += side * need.times
    for _ in range(need.timers):
        band.timers.append(x + side * 4.5)
        x += side * TIMER_LANE
    x += side * 3
    for heading, pairs in need.lanes:
        far = x + side * need.lane_width
        band.lanes.append(Lane(min(x, far), max(x, far), heading, pairs))
        x = far + side * 3
    band.blocked = x + side * 2
    band.calls = x + side * 9


def lanes_of(trace: Trace, host: str, lang: Language) -> tuple[tuple[str, frozenset[SocketPair] | None], ...]:
    """The state lanes of a host: one, unless it has several connections at once; then its listener has one too."""
    stays: dict[SocketPair, tuple[int, int | None]] = {}
    for event in trace.events:
        if type(event) is StateChanged and event.host == host and event.pair is not None and event.pair.remote:
            first = stays.get(event.pair, (event.time, None))[0]
            stays[event.pair] = (first, event.time if event.destination is State.CLOSED else None)
    columns: list[list[SocketPair]] = []
    for pair, (start, _) in stays.items():
        for column in columns:
            ended = stays[column[-1]][1]
            alone = crowd_of(trace, column[0]) or crowd_of(trace, pair)
            if ended is not None and ended <= start and alone is None:
                column.append(pair)
                break
        else:
            columns.append([pair])
    if len(columns) <= 1:
        return (("", None),)
    peers = {trace.addresses.get(pair.remote, pair.remote) for pair in stays}
    listeners = frozenset(pair for pair in trace.connections_of(host) if not pair.remote)
    lanes: list[tuple[str, frozenset[SocketPair] | None]] = [(lang.words.listener, listeners)] if listeners else []
    names = [trace.addresses.get(column[0].remote, column[0].remote) for column in columns]
    apart = ports_apart(trace)
    for column, name in list(zip(columns, names, strict=True))[:LANES_MOST]:
        port = apart.get(column[0], "") if names.count(name) > 1 else ""
        heading = f"{name} {port}".strip() if len(peers) > 1 else lang.words.port.format(port=port)
        crowd = crowd_of(trace, column[0])
        heading += f" × {crowd.count}" if crowd is not None else ""
        lanes.append((f"{heading} …" if len(column) > 1 else heading, frozenset(column)))
    return tuple(lanes)


def lane_width(trace: Trace, host: str) -> float:
    """Wide enough for the longest name of a state that the host passes through."""
    return max(text_width(str(state), STATE_SIZE, bold=True) for state in trace.states_of(host)) + 9


def timer_columns(spans: list[TimerSpan]) -> list[int]:
    """For every timer's run the column it is drawn in, so that runs at the same time stand beside each other."""
    ends: list[int] = []
    columns: dict[int, int] = {}
    for place, span in sorted(enumerate(spans), key=lambda item: (item[1].start, item[1].began)):
        for column, end in enumerate(ends):
            if end <= span.start:
                ends[column] = span.end
                columns[place] = column
                break
        else:
            columns[place] = len(ends)
            ends.append(span.end)
    return [columns[place] for place in range(len(spans))]
