"""A run as the stepper goes through it: one frame for each thing that happened, as plain data.

A frame has its time, what happened in sentences, what every end of every connection was then, which timers ran, which
segments were under way, and what of the sequence diagram belongs to it. What many frames have in common (an endpoint
that nothing happened to) is written once and named by its place in a list, so that a long run stays small.

Lives here: the joining of moments, events and a placed diagram. Must not be known here: how a moment was come by, HTML.
"""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Final

from tcpsim.sim.moments import Endpoint, HostThen, Listening, Moment
from tcpsim.tcp.states import State
from tcpsim.trace import (
    Called,
    Event,
    Returned,
    SegmentArrived,
    SegmentDropped,
    SegmentLost,
    SegmentSent,
    Trace,
)
from tcpsim.views.ladder.shapes import Layout
from tcpsim.views.languages import Language, language
from tcpsim.views.languages.stepper import stepper_words
from tcpsim.views.page.front import Front
from tcpsim.views.page.narration import Narrator
from tcpsim.views.wording import digits_for

MOST_ENDS: Final = 4  # connections of one host that are shown at a time; those to which something happened last
_SENDING_UNKNOWN: Final = frozenset({State.CLOSED, State.LISTEN})
_RECEIVING_UNKNOWN: Final = _SENDING_UNKNOWN | {State.SYN_SENT}
_SENDING: Final = {"snd_una", "snd_nxt", "snd_wnd", "iss"}
_RECEIVING: Final = {"rcv_nxt", "irs"}


def story(trace: Trace, moments: Sequence[Moment], drawing: Layout, *, lang: str = "en") -> dict[str, Any]:
    """The whole run as the stepper takes it: what `frames` of it refer to, and the frames.

    `trace` and `moments` are those of one run (`sim.moments`), `drawing` is the ladder that stands beside it. Times are
    in µs, places in points.
    """
    return _Teller(trace, moments, drawing, language(lang)).story()


@dataclass(slots=True)
class _Group:
    """The events of one frame, and what the hosts were after them."""

    moment: Moment
    events: list[Event]


class _Teller:
    """Tells one run."""

    def __init__(self, trace: Trace, moments: Sequence[Moment], drawing: Layout, lang: Language) -> None:
        self._trace = trace
        self._lang = lang
        self._drawing = drawing
        self._groups = list(_grouped(trace.events, moments))
        self._narrator = Narrator(trace, lang, stepper_words(lang.code))
        self._gids = _gids_of_events(drawing)
        self._ways = _ways(trace, drawing)
        self._known: dict[Hashable, int] = {}
        self._ends: list[dict[str, Any]] = []
        self._since: dict[Hashable, tuple[int, int]] = {}
        self._recent: defaultdict[str, dict[Hashable, int]] = defaultdict(dict)

    def story(self) -> dict[str, Any]:
        frames = list(self._frames())
        return {
            "lang": self._lang.code,
            "hosts": list(self._trace.hosts),
            "digits": digits_for([event.time for event in self._trace.events]),
            "words": asdict(stepper_words(self._lang.code)),
            "size": [round(self._drawing.width, 2), round(self._drawing.height, 2)],
            "ways": [self._way(way) for way in self._ways],
            "ends": self._ends,
            "frames": frames,
        }

    def _frames(self) -> Any:
        front = Front(self._drawing, self._trace.events)
        happened = 0
        for number, group in enumerate(self._groups):
            happened += len(group.events)
            y, bends = front.moved(group.events, happened, group.moment.time)
            told = [self._narrator.sentence(event) for event in group.events if not _says_nothing(event)]
            yield {
                "time": group.moment.time,
                "host": group.moment.host,
                "told": told or [{"kind": "beginning", "words": stepper_words(self._lang.code).beginning}],
                "lit": list(dict.fromkeys(gid for event in group.events for gid in self._lit(event))),
                "y": round(y, 2),
                **({"front": [[round(x, 2), round(down, 2)] for x, down in bends]} if bends else {}),
                "hosts": [self._host(name, group.moment, number) for name in self._trace.hosts],
                "air": [place for place, way in enumerate(self._ways) if way.began < happened <= way.ended],
            }

    # ---- the ladder -----------------------------------------------------------------------------------------------

    def _lit(self, event: Event) -> list[str]:
        """What of the diagram stands for an event."""
        match event:
            case SegmentArrived(number=number, copy=copy) if copy:
                return [f"seg-{number}-copy-{copy}"]
            case SegmentSent(number=number) | SegmentArrived(number=number):
                return [f"seg-{number}"]
            case SegmentLost(number=number):
                return [f"seg-{number}"]
            case SegmentDropped():
                return []  # its arrival has told
        return self._gids.get(event.index, [])

    def _way(self, way: "_Way") -> dict[str, Any]:
        flight = self._trace.flights[way.number - 1]
        kind = "copy" if way.copy else "injected" if flight.injected else "retransmission" if flight.attempt else ""
        return {
            "gid": way.gid,
            "kind": kind,
            "label": self._narrator.short(way.number),
            "from": self._trace.addresses.get(flight.segment.src, flight.segment.src),
            "to": self._trace.addresses.get(flight.segment.dst, flight.segment.dst),
            "sent": flight.sent_at,
            "due": way.due,
            "line": [round(value, 2) for value in way.line],
        }

    # ---- the hosts ------------------------------------------------------------------------------------------------

    def _host(self, name: str, moment: Moment, number: int) -> dict[str, Any]:
        then = moment.hosts[name]
        recent = self._recent[name]
        ends: list[tuple[Hashable, int]] = []
        every: list[Endpoint | Listening] = [*then.listeners, *then.connections]
        for end in every:
            place = self._place(name, end, moment.time)
            if self._known.get((name, end.pair)) != place:
                recent[end.pair] = number
                self._known[name, end.pair] = place
            ends.append((end.pair, place))
        shown = set(sorted((pair for pair, _ in ends), key=lambda pair: recent[pair])[-MOST_ENDS:])
        told: dict[str, Any] = {"ends": [place for pair, place in ends if pair in shown]}
        if len(ends) > len(shown):
            told["more"] = len(ends) - len(shown)
        return told | _fate(then)

    def _place(self, name: str, end: Endpoint | Listening, now: int) -> int:
        """Where in the list of ends this one stands."""
        timers = [] if isinstance(end, Listening) else [self._timer(name, end, *timer, now) for timer in end.timers]
        key = (name, end, tuple(since for _, _, since in timers))
        place = self._known.get(key)
        if place is None:
            place = self._known[key] = len(self._ends)
            self._ends.append(self._listening(end) if isinstance(end, Listening) else self._endpoint(end, timers))
        return place

    def _timer(self, name: str, end: Endpoint, timer: Any, deadline: int, now: int) -> tuple[str, int, int]:
        """A timer's name, when it expires, and since when it runs."""
        key = (name, end.pair, timer)
        if self._since.get(key, (-1, 0))[0] != deadline:
            self._since[key] = (deadline, now)
        return self._lang.timer(timer), deadline, self._since[key][1]

    def _listening(self, end: Listening) -> dict[str, Any]:
        return {
            "key": str(end.pair.lport),
            "title": stepper_words(self._lang.code).listener.format(port=end.pair.lport),
            "state": str(State.LISTEN),
            "half_open": [end.half_open, end.half_open_limit],
            "waiting": [end.waiting, end.waiting_limit],
        }

    def _endpoint(self, end: Endpoint, timers: list[tuple[str, int, int]]) -> dict[str, Any]:
        remote = f"{self._trace.addresses.get(end.pair.remote, end.pair.remote)}:{end.pair.rport}"
        unknown: set[str] = {"snd_wnd"} if end.state is State.SYN_SENT else set()
        unknown |= _SENDING if end.state in _SENDING_UNKNOWN else set()
        unknown |= _RECEIVING if end.state in _RECEIVING_UNKNOWN else set()
        plain = asdict(end)
        names = [name for name in plain if name not in {"pair", "state", "timers"}]
        values = {name: None if name in unknown else plain[name] for name in names}
        if end.srtt < 0:
            values["srtt"] = values["rttvar"] = None
        return {
            "key": f"{end.pair.lport} {end.pair.remote} {end.pair.rport}",
            "title": stepper_words(self._lang.code).connection.format(port=end.pair.lport, remote=remote),
            "state": str(end.state),
            "values": values,
            "timers": [list(timer) for timer in timers],
        }


def _fate(then: HostThen) -> dict[str, bool]:
    return {key: True for key, so in (("down", not then.up), ("unplugged", then.up and not then.plugged)) if so}


# ---- which events belong together ----------------------------------------------------------------------------------


def _grouped(events: Sequence[Event], moments: Sequence[Moment]) -> list[_Group]:
    """What one record told is one frame; what a call came back with at once is told with the call."""
    groups = [_Group(moments[0], [])]
    for before, moment in pairwise(moments):
        fresh = list(events[before.events : moment.events])
        last = groups[-1]
        if not fresh or (len(fresh) == 1 and _answers(fresh[0], last.events)):
            last.events += fresh
            last.moment = Moment(last.moment.time, last.moment.host, moment.events, moment.hosts)
        else:
            groups.append(_Group(moment, fresh))
    return groups


def _answers(event: Event, before: Sequence[Event]) -> bool:
    """Whether this is what a call came back with that was made just before, and that did not block."""
    call = before[0] if before else None
    return (
        type(event) is Returned
        and type(call) is Called
        and (call.time, call.host, call.call.process) == (event.time, event.host, event.result.process)
    )


def _says_nothing(event: Event) -> bool:
    """Whether a call came back as it must, with nothing to tell."""
    if type(event) is not Returned or event.called_at != event.time:
        return False
    result = event.result
    return not (result.error or result.expected or type(result.value) is bytes or result.name in {"accept", "connect"})


# ---- arrows and shapes -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Way:
    """An arrow of the ladder: under way between two events, and due at `due` (µs; −1: never)."""

    gid: str
    number: int
    copy: int
    began: int
    ended: int
    due: int
    line: tuple[float, float, float, float]


def _ways(trace: Trace, drawing: Layout) -> list[_Way]:
    """Every arrow, in the order sent."""
    sent: dict[int, int] = {}
    ended: dict[tuple[int, int], tuple[int, int]] = {}
    for event in trace.events:
        if type(event) is SegmentSent:
            sent[event.number] = event.index
        elif type(event) is SegmentArrived:
            ended[event.number, event.copy] = event.index, event.time
        elif type(event) is SegmentLost:  # at once, where the network loses it: nobody knows when it would arrive
            ended[event.number, 0] = event.index, event.time if event.time > event.sent_at else -1
    ways = []
    for arrow in drawing.arrows:
        copy = int(arrow.gid.rpartition("-")[2]) if arrow.kind == "copy" else 0
        end, due = ended.get((arrow.number, copy), (len(trace.events), -1))
        line = (arrow.start.x, arrow.start.y, arrow.end.x, arrow.end.y)
        ways.append(_Way(arrow.gid, arrow.number, copy, sent[arrow.number], end, due, line))
    return ways


def _gids_of_events(drawing: Layout) -> dict[int, list[str]]:
    """What stands for an event that is no segment's: a state's bar, a timer's bracket, a call's words."""
    gids: defaultdict[int, list[str]] = defaultdict(list)
    for bar in drawing.states:
        gids[bar.began].append(bar.gid)
    for bracket in drawing.timers:
        gids[bracket.began].append(bracket.gid)
        gids[bracket.ended].append(bracket.gid)
    for mark in drawing.marks:
        gids[mark.index].append(mark.gid)
    gids.pop(-1, None)
    return dict(gids)


__all__ = ["MOST_ENDS", "story"]
