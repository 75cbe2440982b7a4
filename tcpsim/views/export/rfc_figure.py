"""A figure in the manner of RFC 9293: numbered lines, absolute numbers, each peer's state after what passes.

    2.  SYN-SENT    --> <SEQ=100><CTL=SYN>               --> SYN-RECEIVED

As §3.5 has it: arrows are departures and arrivals, "..." a segment that is still in the network, comments stand in
parentheses. "XXX" is a segment that is lost, which RFC 793 §3.4 wrote like that and RFC 9293 has none of. What is not
in the RFC's figures (times, windows, options) is not here either. Lives here: the columns and what stands in them. Must
not be known here: what stands on one line (`figure_order`).
"""

from dataclasses import dataclass
from typing import Final

from tcpsim.tcp.effects import Timer
from tcpsim.trace import Called, Flight, HostEvent, TimerEvent, Trace
from tcpsim.views.condensing import crowd_of
from tcpsim.views.export.figure_order import Act, Line, Peers, peers_of
from tcpsim.views.languages import DEFAULT, language
from tcpsim.views.text import in_ascii
from tcpsim.wire.flags import ACK, CWR, ECE, FIN, PSH, RST, SYN, URG
from tcpsim.wire.seq import relative, seq_diff

_FLAGS: Final = (
    (SYN, "SYN"),
    (FIN, "FIN"),
    (RST, "RST"),
    (PSH, "PSH"),
    (URG, "URG"),
    (ECE, "ECE"),
    (CWR, "CWR"),
    (ACK, "ACK"),
)
_CALLS: Final = {"close": "(Close)", "shutdown": "(Close)", "abort": "(Abort)"}  # figure 6 shows no (Open)
_NUMBER: Final = 4  # columns in front of a line: "1.  "
_ARROW: Final = 3


@dataclass(slots=True)
class _Row:
    """One line of text: what stands in the left column, between the arrows, and in the right column."""

    left: str = ""
    first: str = ""
    middle: str = ""
    second: str = ""
    right: str = ""

    @property
    def bare(self) -> bool:
        return not (self.first or self.middle or self.second)


def rfc_figure(trace: Trace, *, title: str = "") -> str:
    """The figures of a trace as text, ending in a newline: one for each pair of sockets. `title` stands below each."""
    every = peers_of(trace)
    figures = [_Figure(trace, peers, in_ascii(title), ports=len(every) > 1).text() for peers in every]
    return "\n\n".join(figures) or "(no segment was sent)\n"


class _Figure:
    """One figure, set in type."""

    def __init__(self, trace: Trace, peers: Peers, title: str, *, ports: bool) -> None:
        self.trace = trace
        self.ports = ports
        self.peers = peers
        self.title = title

    def text(self) -> str:
        peers = self.peers
        items = [[_Row(left=str(peers.first[peers.left]), right=str(peers.first[peers.right]))]]
        before: Line | None = None
        for line in peers.lines:
            rows = self._rows(line)
            if before is not None and self._beside(before, line):
                items[-1] = _side_by_side(items[-1], rows)
            elif rows:
                items.append(rows)
            before = line
        return self._set(items)

    def _beside(self, before: Line, line: Line) -> bool:
        """Whether two lines on which nothing passes stand beside each other: both peers, at the same moment."""
        one, other = before.alone, line.alone
        return one is not None and other is not None and one.time == other.time and one.host != other.host

    # ---- the text of a line -------------------------------------------------------------------------------------

    def _rows(self, line: Line) -> list[_Row]:
        above = _Row()
        for act in line.acts():
            if act is not line.takes:
                self._put(above, act.host, self._why(act))
        below = _Row()
        if line.alone is not None:
            rows = [above, self._alone(line.alone)]
        else:
            rows = [above, self._passing(line), below]
            if line.takes is not None and line.takes.refused is not None:
                self._put(below, line.takes.host, in_ascii(f"(dropped: {line.takes.refused.reason.caption})"))
        return [row for row in rows if row != _Row()]

    def _put(self, row: _Row, host: str, words: str) -> None:
        if host == self.peers.left:
            row.left = words
        else:
            row.right = words

    def _alone(self, act: Act) -> _Row:
        row = _Row()
        if act.moved and not (isinstance(act.why, HostEvent) and act.why.what == "crash"):
            self._put(row, act.host, str(act.state))
        return row

    def _passing(self, line: Line) -> _Row:
        """A segment, and what each peer is in after it has left or arrived."""
        act = line.sends or line.takes
        assert act is not None  # noqa: S101 - such a line has one or both
        flight = self.trace.flights[act.number - 1]
        from_left = self._from_left(line, act)
        arrow = "-->" if from_left else "<--"
        sent = arrow if line.sends is not None else "..."
        got = arrow if line.takes is not None else "..." if line.later or not flight.lost else "XXX"
        sender = self._state(line.sends)
        receiver = self._state(line.takes)
        if line.sends is None:
            sender = _comment(flight, act)
        elif line.takes is None and not line.later:
            receiver = _lost(flight)
        middle = _contents(flight)
        if from_left:
            return _Row(sender, sent, middle, got, receiver)
        return _Row(receiver, got, middle, sent, sender)

    def _from_left(self, line: Line, act: Act) -> bool:
        return (act.host == self.peers.left) is (line.sends is not None)

    def _state(self, act: Act | None) -> str:
        return str(act.state) if act is not None else ""

    def _why(self, act: Act) -> str:
        """What the user, a timer or fate had to do with it, in parentheses: `(Close)`, `(2 MSL)`, `(REBOOT)`."""
        match act.why:
            case Called(call=call) if act.moved:
                return _CALLS.get(call.name, "")
            case TimerEvent(timer=Timer.TIME_WAIT):
                return "(2 MSL)"
            case TimerEvent(timer=timer):
                return f"({timer.label})"
            case HostEvent(what=what):
                return in_ascii(f"({language(DEFAULT).happening(what).upper()})")
            case _:
                return ""

    # ---- columns ------------------------------------------------------------------------------------------------

    def _set(self, items: list[list[_Row]]) -> str:
        rows = [row for item in items for row in item]
        passing = [row for row in rows if not row.bare]
        left = max([len(row.left) for row in passing] + [0])
        middle = max([len(row.middle) for row in passing] + [0])
        margin = max(_NUMBER, len(f"{len(items)}.") + 1)
        start = margin + left + 1  # of the first arrow
        right = start + _ARROW + 1 + middle + 1 + _ARROW + 1  # of the right peer
        edge = right + max([len(row.right) for row in passing] + [0])
        peers = self.peers
        names = f"{'':{margin}}{self._name(peers.left, peers.right)}", self._name(peers.right, peers.left)
        lines = [_between(names[0], right, edge, names[1])]
        for number, item in enumerate(items, 1):
            lines.append("")
            for place, row in enumerate(item):
                front = f"{number}." if not place else ""
                if row.bare:
                    lines.append(_between(f"{front:<{margin}}{row.left}", right, edge, row.right))
                else:
                    end = f"{row.middle:<{middle}} {row.second} {row.right}"
                    lines.append(f"{front:<{margin}}{row.left:<{left}} {row.first:<{_ARROW}} {end}")
        width = max(map(len, lines))
        if self.title:
            lines += ["", self.title.center(width).rstrip()]
        return "\n".join(line.rstrip() for line in lines) + "\n"

    def _name(self, host: str, other: str) -> str:
        """A peer's name; its port too, where a trace has several connections."""
        if not self.ports:
            return in_ascii(host)
        named = self.trace.addresses
        ends = [pair for pair in self.peers.pairs if named.get(pair.local, pair.local) == host]
        ends = [pair for pair in ends if named.get(pair.remote, pair.remote) == other] or ends
        crowd = crowd_of(self.trace, ends[0])
        many = host not in self.trace.hosts or (other in self.trace.hosts and host == self.peers.left)
        alike = f" (x {crowd.count})" if crowd is not None and many else ""
        return f"{in_ascii(host)}, port {ends[0].lport}{alike}"


def _between(front: str, column: int, edge: int, right: str) -> str:
    """What stands in the left column and what in the right one, which is pulled to the left where it is long."""
    place = max(min(column, edge - len(right)), len(front) + 2)
    return f"{front:<{place}}{right}" if right else front


def _side_by_side(one: list[_Row], other: list[_Row]) -> list[_Row]:
    """Two items in which nothing passes, as one."""
    rows = []
    for place in range(max(len(one), len(other))):
        row = one[place] if place < len(one) else _Row()
        beside = other[place] if place < len(other) else _Row()
        rows.append(_Row(left=row.left or beside.left, right=row.right or beside.right))
    return rows


def _comment(flight: Flight, act: Act) -> str:
    """What stands for the sender of a segment that arrives on a line of its own."""
    if act.copy:
        return "(duplicate)"
    if not flight.injected:
        return ""
    segment = flight.segment
    old = relative(segment.seq, flight.seq_base) is None and seq_diff(segment.seq, flight.seq_base) < 0
    return "(duplicate)" if old and not segment.flags & RST else "(injected)"


def _lost(flight: Flight) -> str:
    """What stands for the receiver of a segment that never arrives."""
    return f"({'corrupted' if flight.lost == 'corrupted' else 'lost'})" if flight.lost else ""


def _contents(flight: Flight) -> str:
    """The contents of a segment: `<SEQ=100><ACK=300><CTL=FIN,ACK>`; data as in figures 6 and 10."""
    segment = flight.segment
    parts = [f"<SEQ={segment.seq}>"]
    if segment.flags & ACK:
        parts.append(f"<ACK={segment.ack}>")
    control = ",".join(name for bit, name in _FLAGS if segment.flags & bit)
    if control:
        parts.append(f"<CTL={control}>")
    if segment.payload:
        parts.append(f"<DATA={len(segment.payload)}>")
    return "".join(parts)
