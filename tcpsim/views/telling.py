"""A trace told in order: one `Entry` for each thing worth a line, with the state it led to beside what caused it.

Lives here: what is told, what is left unsaid, and what belongs on one line (a call and the value it returned at once;
a segment and the state its sender entered by sending it). Must not be known here: columns and characters.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tcpsim.tcp.effects import Timer
from tcpsim.tcp.signals import END_OF_STREAM
from tcpsim.trace import (
    Called,
    Event,
    Flight,
    HostEvent,
    Microseconds,
    Returned,
    SegmentArrived,
    SegmentDropped,
    SegmentLost,
    SegmentSent,
    Signalled,
    StateChanged,
    TimerEvent,
    Trace,
    iterate,
    listener_closes,
)
from tcpsim.views.condensing import crowd_of
from tcpsim.views.languages import Language
from tcpsim.views.spans import (
    TimerSpan,
    late,
    news_of_window,
    overtaken,
    ports_apart,
    timeouts_behind,
    timer_spans,
    without_tcp,
)
from tcpsim.views.wording import (
    ENGLISH,
    NO_LABEL,
    Label,
    call_words,
    digits_for,
    duration,
    moment,
    return_words,
    segment_label,
    short_label,
    value_words,
)
from tcpsim.wire.flags import RST, flag_names
from tcpsim.wire.pair import SocketPair


@dataclass(slots=True)
class Entry:
    """One thing that happened at one host.

    Either a segment under way (`flight`, with its `label` and `notes`; `copy` > 0: the duplicate that the network
    made of it arrives), or `words`. `state` is the state the host is in from here on, "" when it did not change.
    `index` is the event's. `kind` is "segment", "copy", "call", "return", "drop", "timer", "signal", "host" or "state".
    `code` is what a program may go by, whatever the language of the words: what happened to a host ("crash"), and the
    errno of a call that failed or of a signal.
    """

    index: int
    time: Microseconds
    host: str
    pair: SocketPair | None
    kind: str
    words: str = ""
    state: str = ""
    flight: Flight | None = None
    label: Label = NO_LABEL
    notes: tuple[str, ...] = ()
    code: str = ""


class Teller:
    """Knows what explains what in one trace, and tells it.

    `absolute` and `every_window` say how labels are written: with numbers as on the wire, with the window always;
    `lang` is the language of all words.
    """

    def __init__(
        self, trace: Trace, *, absolute: bool = False, every_window: bool = False, lang: Language = ENGLISH
    ) -> None:
        self.trace = trace
        self.lang = lang
        self.absolute = absolute
        self.every_window = every_window
        self.timers = timer_spans(trace)
        self.behind = timeouts_behind(trace, self.timers)
        self.overtaken = overtaken(trace)
        self.late = late(trace)
        self.windows = news_of_window(trace)
        self.ports = ports_apart(trace)
        moves = {move.index for host in trace.hosts for move in trace.moves_of(host)}
        closed = (event.index for event in iterate(trace, StateChanged) if listener_closes(event))
        self.untold = {index for index in closed if index not in moves}  # the host is not CLOSED by that
        self.digits = digits_for([event.time for event in trace.events])
        self.expiries: dict[int, TimerSpan] = {s.ended: s for s in self.timers if s.outcome == "expired"}
        self._acts = acts(trace.events)
        self.restarting = self._sent_restarting()
        self._explaining = {id(span) for span in self.behind.values()}

    def entries(self) -> list[Entry]:
        """Everything worth telling, in order."""
        told: list[Entry] = []
        for act in self._acts:
            told += self._entries_of_act(act)
        self._give_first_states(told)
        return told

    def label(self, flight: Flight) -> Label:
        """What is written on the arrow of a transmission."""
        window = flight.number in self.windows or (self.every_window and not flight.segment.flags & RST)
        label = segment_label(flight, window=window, absolute=self.absolute)
        head, extras, crowd = self.named(flight, label.head), label.extras, crowd_of(self.trace, flight.pair)
        if crowd is not None:
            head = f"{head} × {crowd.count}"
            if crowd.first == flight.number and crowd.spread:
                extras = (self.lang.words.crowd.format(time=duration(crowd.spread)), *extras)
        return Label(head, extras)

    def short_label(self, flight: Flight) -> Label:
        """What is written where only recognizing a transmission matters: on a duplicate of it."""
        return Label(self.named(flight, short_label(flight, absolute=self.absolute)))

    def named(self, flight: Flight, words: str) -> str:
        """The words, with the port in front that tells the connection from others between the same two hosts."""
        port = self.ports.get(flight.pair)
        return f"{port}: {words}" if port else words

    def notes(self, flight: Flight) -> tuple[str, ...]:
        """What is odd about a transmission, but for what became of it."""
        notes = []
        words = self.lang.words
        src, dst = flight.segment.src, flight.segment.dst
        known = self.trace.addresses
        if flight.injected:
            notes.append(words.injected if src in known else words.injected_from.format(address=src))
        if sent := self.why_sent(flight):
            notes.append(sent)
        if flight.number in self.restarting:
            notes.append(words.starts_2msl_again)
        if flight.number in self.overtaken or flight.number in self.late:
            word = words.overtaken if flight.number in self.overtaken else words.late
            notes.append(word.format(time=moment(flight.arrivals[0].time, digits=self.digits)))
        if dst not in known:
            notes.append(words.to.format(address=dst))
        return tuple(notes)

    def why_sent(self, flight: Flight) -> str:
        """What made a transmission leave, where that is odd: a retransmission, a probe, a timer."""
        words, span = self.lang.words, self.behind.get(flight.number)
        if flight.probe:
            probe = words.probe.format(purpose=self.lang.probes[flight.probe])
            return probe if span is None else words.after.format(what=probe, time=duration(span.length))
        if flight.attempt:
            again = (words.fast_retransmission if flight.fast else words.retransmission).format(attempt=flight.attempt)
            if span is None:
                return again
            return words.after_timer.format(what=again, timer=self.lang.timer(span.timer), time=duration(span.length))
        if span is not None and span.timer is Timer.DELAYED_ACK:
            return words.delayed.format(time=duration(span.length))
        return ""

    def _sent_restarting(self) -> set[int]:
        """The transmissions that answered what started 2 MSL again."""
        wait = Timer.TIME_WAIT
        again = {span.ended: span.pair for span in self.timers if span.outcome == "restarted" and span.timer is wait}
        sent: set[int] = set()
        for act in self._acts if again else ():
            pairs = {again[event.index] for event in act if event.index in again}
            sent |= {event.number for event in act if type(event) is SegmentSent and event.pair in pairs}
        return sent

    # ---- one act: what one host did at one moment, for one reason -----------------------------------------------

    def _entries_of_act(self, group: list[Event]) -> list[Entry]:
        told: list[Entry] = []
        waiting: StateChanged | None = None  # a change that the next segment sent may stand beside
        for place, event in enumerate(group):
            if type(event) is StateChanged:
                if event.index in self.untold:
                    continue
                if waiting is not None:
                    self._settle(told, waiting)
                waiting = event
                if not any(_takes(later, event) for later in group[place + 1 :]):
                    self._settle(told, event)
                    waiting = None
                continue
            for entry in self._entries_of_event(event, group, told):
                if waiting is not None and entry.kind == "segment" and entry.pair == waiting.pair:
                    entry.state, waiting = str(waiting.destination), None
                told.append(entry)
        if waiting is not None:
            self._settle(told, waiting)
        return told

    @staticmethod
    def _settle(told: list[Entry], change: StateChanged) -> None:
        """Puts a state beside the last thing told in this act, or on a line of its own."""
        state = str(change.destination)
        last = told[-1] if told else None
        if last is not None and not last.state and last.kind != "return" and _same(last.pair, change.pair):
            last.state = state
        else:
            told.append(Entry(change.index, change.time, change.host, change.pair, "state", state=state))

    def _entries_of_event(self, event: Event, group: list[Event], told: list[Entry]) -> Iterator[Entry]:
        index, time, host, pair = event.index, event.time, event.host, event.pair
        match event:
            case Called(call=call):
                yield Entry(index, time, host, pair, "call", call_words(call))
            case Returned() if words := self._returned(event, told):
                yield Entry(index, time, host, pair, "return", words, code=event.result.error)
            case SegmentSent(number=number):
                flight = self.trace.flights[number - 1]
                yield Entry(
                    index,
                    time,
                    flight.sender,
                    None if flight.injected else pair,
                    "segment",
                    flight=flight,
                    label=self.label(flight),
                    notes=self.notes(flight),
                )
            case SegmentArrived(number=number, copy=copy) if copy:
                flight = self.trace.flights[number - 1]
                label = self.short_label(flight)
                notes = (self.lang.words.duplicate,)
                yield Entry(index, time, flight.sender, None, "copy", flight=flight, label=label, notes=notes)
            case SegmentDropped(segment=segment, reason=reason):
                refused = {"flags": flag_names(segment.flags), "caption": self.lang.caption(reason)}
                yield Entry(index, time, host, pair, "drop", f"✕ {self.lang.words.dropped_segment.format(**refused)}")
            case TimerEvent(what="expired") if words := self._expired(event):
                yield Entry(index, time, host, pair, "timer", words)
            case Signalled(signal=signal) if not _told_by_a_return(event, group):
                yield Entry(index, time, host, pair, "signal", self.lang.told(signal), code=signal.errno)
            case HostEvent(what=what):
                yield Entry(index, time, host, pair, "host", f"*** {self.lang.happening(what)} ***", code=what)

    def _returned(self, event: Returned, told: list[Entry]) -> str:
        """The words for a return: none when it tells nothing, or fits beside the call that was just made."""
        result = event.result
        value = value_words(result, self.lang)
        if event.called_at == event.time:
            if value and (result.error or result.expected or result.name == "connect" or type(result.value) is bytes):
                for entry in told:
                    if entry.kind == "call" and entry.words.startswith(f"{result.name}(") and "→" not in entry.words:
                        entry.words += f" → {value}"
                        entry.code = result.error
                        return ""
                return return_words(result, self.lang)
            return ""
        if result.name == "wait" and not (result.error or result.expected):
            return ""
        return return_words(result, self.lang)

    def _expired(self, event: TimerEvent) -> str:
        """The words for a time-out that no segment explains."""
        span = self.expiries.get(event.index)
        if span is None or id(span) in self._explaining:
            return ""
        words, length = self.lang.words, duration(span.length)
        if span.timer is Timer.TIME_WAIT:
            return words.time_wait_over.format(time=length)
        return words.expired.format(timer=self.lang.timer(span.timer), time=length)

    def _give_first_states(self, told: list[Entry]) -> None:
        """The first line of each host tells the state it began in, where it tells no other."""
        first_changes: dict[str, str] = {}
        for event in self.trace.events:
            if type(event) is StateChanged:
                first_changes.setdefault(event.host, str(event.source))
        seen = set(without_tcp(self.trace))
        for entry in told:
            if entry.host not in seen and not (entry.flight is not None and entry.flight.injected):
                seen.add(entry.host)
                entry.state = entry.state or first_changes.get(entry.host, "CLOSED")


def acts(events: list[Event]) -> list[list[Event]]:
    """The events, cut where another host, moment or reason begins. A return belongs to what led to it."""
    acts: list[list[Event]] = []
    before: Event | None = None
    for event in events:
        same = before is not None and (before.time, before.host) == (event.time, event.host)
        begins = isinstance(event, Called | SegmentArrived | SegmentLost | HostEvent) or (
            type(event) is TimerEvent and event.what == "expired"
        )
        if same and not begins:
            acts[-1].append(event)
        else:
            acts.append([event])
        before = event
    return acts


def _takes(later: Event, change: StateChanged) -> bool:
    """Whether a later event of the same act is a segment that the state change may stand beside."""
    return type(later) is SegmentSent and later.pair == change.pair and not later.injected


def _same(one: SocketPair | None, other: SocketPair | None) -> bool:
    """Whether two things belong to one connection, or may: a listener's pair has no remote end, a call none at all."""
    if one is None or other is None or one == other:
        return True
    return one[:2] == other[:2] and not (one.remote and other.remote)


def _told_by_a_return(event: Signalled, group: list[Event]) -> bool:
    """Whether a signal needs no line: the end of the stream, and an error that a call returns at once."""
    signal = event.signal
    if signal is END_OF_STREAM or signal.name == END_OF_STREAM.name:
        return True
    return bool(signal.errno) and any(type(other) is Returned and other.result.error == signal.errno for other in group)
