"""Why: every change of a state, every segment sent again, refused, lost or doubled, and whatever a user was told.

Lives here: which event is explained, and from what else in the trace the reason is read: the timer that expired, the
segment that came before, the answer that was sent. Must not be known here: any language's words (`languages`), how an
explanation is set (`explanation`), and what the numbers on a segment mean (`numbering`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, Final

from tcpsim.tcp import drops, signals
from tcpsim.tcp.effects import Timer
from tcpsim.tcp.states import CLOSED, CLOSING, ESTABLISHED, LISTEN, TIME_WAIT
from tcpsim.trace import (
    Event,
    Flight,
    HostEvent,
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
)
from tcpsim.views.condensing import crowd_of
from tcpsim.views.explanation import Explanation, Reason, joined
from tcpsim.views.languages import DEFAULT, Language, language
from tcpsim.views.numbering import ack_of, behind_the_move, seq_of
from tcpsim.views.telling import Teller, acts
from tcpsim.views.wording import duration, moment, return_words, short_label
from tcpsim.wire.flags import ACK, FIN, RST, SYN, flag_names
from tcpsim.wire.pair import SocketPair
from tcpsim.wire.seq import HALF, MASK

Act = list[Event]
Answer = tuple[str, list[str], str]  # what happened, the sentences that say why, and the section

_GIVEN_UP: Final = frozenset({"timeout_retransmission", "timeout_user"})
_OF_A_CALL: Final = {"send": "3.10.2", "recv": "3.10.3", "close": "3.10.4", "shutdown": "3.10.4", "abort": "3.10.5"}
_OF_A_HAPPENING: Final = {"kill": "3.6", "unplug": "3.8.3", "plug": "3.8.3"}  # others: half-open connections, §3.5.1
_ICMP: Final = "ICMP: "
_QUESTIONED: Final = frozenset({drops.RST_NOT_EXACT, drops.SYN_ON_CONNECTION, drops.ACK_TOO_OLD})  # by a challenge ACK


def explain(trace: Trace, *, title: str = "", subtitle: str = "", lang: str = DEFAULT) -> Explanation:
    """Why what happened in a trace happened. Raises ValueError, saying which there are, for an unknown `lang`."""
    words = language(lang)
    explainer = _Explainer(trace, words)
    return Explanation(tuple(explainer.reasons()), words, title, subtitle, explainer.teller.digits)


class _Explainer:
    """Goes through a trace once, act by act: an act is what one host did at one moment for one reason."""

    def __init__(self, trace: Trace, lang: Language) -> None:
        self.trace = trace
        self.lang = lang
        self.say = lang.reasons
        self.teller = Teller(trace, lang=lang)
        ended = [span for span in self.teller.timers if span.timer is Timer.TIME_WAIT]
        self.restarts = {span.ended for span in ended if span.outcome == "restarted"}
        messages = (event for event in iterate(trace, HostEvent) if event.what.startswith(_ICMP))
        self.told_by_icmp = {(event.host, event.pair) for event in messages}
        self.sends: dict[tuple[str, SocketPair | None, int], list[Flight]] = {}  # by host, connection, first number
        self.acknowledged: dict[tuple[str, SocketPair | None], int] = {}  # the highest ack that had come
        self.timed_out: set[tuple[str, SocketPair | None]] = set()  # where it was the timer that noticed the last loss
        self.cookies: set[int] = set()  # the SYN-ACKs of which nothing was kept
        self.listening: defaultdict[str, set[int]] = defaultdict(set)  # each host's ports
        for move in iterate(trace, StateChanged):
            if move.destination is LISTEN and move.pair is not None and not move.pair.remote:
                self.listening[move.host].add(move.pair.lport)

    def reasons(self) -> Iterator[Reason]:
        """Every reason, in order."""
        for act in acts(self.trace.events):
            for event in act:
                find = _FINDERS.get(type(event))
                answer = find(self, event, act) if find is not None else None
                if answer is not None:
                    yield self._reason(event, *answer)
            self._remember(act)

    def _reason(self, event: Event, kind: str, answer: Answer) -> Reason:
        what, sentences, section = answer
        pair = self.flight(event).pair if type(event) is SegmentSent else event.pair
        if crowd := crowd_of(self.trace, pair):
            what += f" × {crowd.count}"
        host = (self.flight(event).sender if type(event) is SegmentSent else "") or event.host
        return Reason(
            event.index,
            event.time,
            host,
            event.pair,
            kind,
            getattr(event, "number", 0),
            what,
            joined(sentences, self.lang),
            section and self.lang.cite(section),
            self._peer(event, host),
        )

    def _peer(self, event: Event, host: str) -> str:
        """The host at the other end, where there are more than two and it has to be named."""
        if len(self.trace.hosts) < 3:
            return ""
        if isinstance(event, SegmentSent | SegmentArrived | SegmentDropped | SegmentLost):
            ends = event.segment.src, event.segment.dst
        elif event.pair is not None:
            ends = event.pair.local, event.pair.remote
        else:
            return ""
        names = (self.trace.addresses.get(end, "") for end in ends)
        return next((name for name in names if name != host), "")

    def _remember(self, act: Act) -> None:
        refused = any(type(event) is SegmentDropped for event in act)
        told = {event.signal for event in act if type(event) is Signalled}
        for event in act:
            if type(event) is SegmentSent:
                if event.segment.length:
                    self.sends.setdefault((event.host, event.pair, event.segment.seq), []).append(self.flight(event))
                if signals.SYN_COOKIE_SENT in told:
                    self.cookies.add(event.number)
            elif type(event) is SegmentArrived and event.segment.flags & ACK and not refused:
                before = self.acknowledged.get((event.host, event.pair), event.segment.ack)
                if (event.segment.ack - before) & MASK < HALF:
                    self.acknowledged[event.host, event.pair] = event.segment.ack
            elif type(event) is StateChanged and (event.source in {CLOSED, LISTEN} or event.destination is CLOSED):
                self.acknowledged.pop((event.host, event.pair), None)

    def flight(self, event: SegmentSent | SegmentArrived | SegmentDropped | SegmentLost | StateChanged) -> Flight:
        """The transmission that an event is about."""
        return self.trace.flights[event.number - 1]

    def moment(self, time: int) -> str:
        return moment(time, digits=self.teller.digits)

    def named(self, flight: Flight) -> str:
        return self.teller.named(flight, short_label(flight))

    # ---- states -------------------------------------------------------------------------------------------------

    def of_state(self, event: StateChanged, act: Act) -> tuple[str, Answer] | None:
        row = event.row
        cause = self.flight(event) if event.number else None
        moved = self._moved(event)
        if row.trigger == "rcv_syn" and self._came_back(event, act):
            return "state", (moved, [self.say.from_cookie], signals.SYN_COOKIE_CAME_BACK.section)
        sent = [self.flight(other) for other in act if type(other) is SegmentSent and other.pair == event.pair]
        sentences = [self.lang.row(row), *behind_the_move(row, cause, sent, self.lang)]
        if row.destination is TIME_WAIT and (wait := self._started(act, event, Timer.TIME_WAIT)):
            length = duration(wait.deadline - wait.time)
            sentences.append(self.say.until.format(time=length, end=self.moment(wait.deadline)))
        if row.trigger in _GIVEN_UP:
            sentences.append(self._sent_in_vain(event))
        return "state", (moved, sentences, row.section)

    def _moved(self, event: StateChanged) -> str:
        """From which state to which; with a port, where the host has other connections or listeners like it."""
        moved, pair = f"{event.source} → {event.destination}", event.pair
        if pair is None:
            return moved
        port = self.teller.ports.get(pair, "")
        if not pair.remote and len(self.listening[event.host]) > 1:
            port = str(pair.lport)
        return self.lang.words.of_port.format(words=moved, port=port) if port else moved

    @staticmethod
    def _came_back(event: StateChanged, act: Act) -> bool:
        """Whether a SYN cookie made the connection."""
        told = (other for other in act if type(other) is Signalled and other.pair == event.pair)
        return any(other.signal is signals.SYN_COOKIE_CAME_BACK for other in told)

    def _sent_in_vain(self, event: StateChanged) -> str:
        """What was sent, and how often, before the connection was given up."""
        tries = [sent for (host, pair, _), sent in self.sends.items() if (host, pair) == (event.host, event.pair)]
        sent = max(tries, key=lambda each: (len(each), each[-1].number), default=[])
        if len(sent) < 2:
            return ""
        label, start = short_label(sent[0]), self.moment(sent[0].sent_at)
        return self.say.sent_in_vain.format(label=label, count=len(sent), start=start)

    @staticmethod
    def _started(act: Act, event: Event, timer: Timer) -> TimerEvent | None:
        """The start of a timer behind an event, in the same act and on the same connection."""
        later = [other for other in act if type(other) is TimerEvent and other.index > event.index]
        started = (other for other in later if (other.timer, other.what) == (timer, "started"))
        return next((other for other in started if other.pair == event.pair), None)

    # ---- segments sent ------------------------------------------------------------------------------------------

    def of_sent(self, event: SegmentSent, act: Act) -> tuple[str, Answer] | None:
        flight = self.flight(event)
        label, told = self.named(flight), self.teller.why_sent(flight)
        what = self.say.headed.format(what=label, why=told)
        span = self.teller.behind.get(flight.number)
        if flight.injected:
            words, source = self.lang.words, flight.segment.src
            known = source in self.trace.addresses
            told = words.injected if known else words.injected_from.format(address=source)
            what = self.say.headed.format(what=label, why=told)
            return "injected", (what, [self.say.injected], "")
        if flight.probe in {"window", "keep-alive"}:
            windows = flight.probe == "window"
            why = self.say.window_probe if windows else self.say.keep_alive_probe
            return "probe", (what, [why], "3.8.6.1" if windows else "3.8.4")
        if flight.attempt:
            return "retransmission", (what, *self._why_again(event, flight, act))
        if span is not None and span.timer is Timer.DELAYED_ACK:
            return "delayed", (what, [self.say.delayed.format(time=duration(span.length))], "3.8.6.3")
        return None

    def _why_again(self, event: SegmentSent, flight: Flight, act: Act) -> tuple[list[str], str]:
        """Why a segment is sent again, and where the RFCs have it."""
        say, span = self.say, self.teller.behind.get(flight.number)
        if flight.probe:
            return [say.tail_loss.format(time=duration(span.length)) if span is not None else say.again], "8985 §7.3"
        if flight.fast:
            return self._why_fast(flight, act)
        if span is not None:
            self.timed_out.add((event.host, event.pair))
            return [
                say.by_timer.format(time=duration(span.length)),
                self._next_wait(event, act, span.length),
            ], "6298 §5"
        moves = {other.destination for other in act if type(other) is StateChanged and other.pair == event.pair}
        stopped = {other.timer for other in act if type(other) is TimerEvent and other.what == "stopped"}
        if flight.segment.flags & SYN and flight.segment.flags & ACK:
            return [say.syn_again], "3.10.7.4"
        if flight.segment.flags & FIN and CLOSING in moves:
            return [say.fin_again], "3.10.7.4"
        if Timer.PERSIST in stopped:
            return [say.window_opened], "3.8.6.1"
        if ESTABLISHED in moves:
            return [say.text_again], "3.10.7.4"
        came = next((other for other in act if type(other) is SegmentArrived), None)
        if came is not None and (came.host, came.pair) in self.timed_out:
            return [say.after_time_out.format(ack=ack_of(self.flight(came)), seq=seq_of(flight))], "5681 §3.1"
        return [say.again], "3.8.1"

    def _why_fast(self, flight: Flight, act: Act) -> tuple[list[str], str]:
        """Three duplicate ACKs, or an acknowledgment of only a part of what was missing."""
        came = next((other for other in act if type(other) is SegmentArrived), None)
        if came is None:
            return [self.say.again], "5681 §3.2"
        ack = ack_of(self.flight(came))
        connection = came.host, came.pair
        if self.acknowledged.get(connection) == came.segment.ack:
            self.timed_out.discard(connection)
            return [self.say.three_duplicates.format(ack=ack)], "5681 §3.2"
        return [self.say.partial.format(ack=seq_of(flight))], "6582 §3.2"

    def _next_wait(self, event: SegmentSent, act: Act, before: int) -> str:
        """For how long it waits now, and that this is twice as long, where it is."""
        timer = self._started(act, event, Timer.RETRANSMISSION)
        if timer is None:
            return ""
        now = timer.deadline - timer.time
        told = self.say.doubles if now == 2 * before else self.say.same_again if now == before else self.say.next_wait
        return told.format(time=duration(now))

    # ---- segments refused, lost, doubled ------------------------------------------------------------------------

    def of_dropped(self, event: SegmentDropped, act: Act) -> tuple[str, Answer] | None:
        reason, flight = event.reason, self.flight(event)
        answer = next((self.flight(other) for other in act if type(other) is SegmentSent), None)
        sentences = [self.lang.why_dropped(reason)]
        if answer is not None:
            sentences += [self._by_the_numbers(event, flight, answer)]
            sentences.append(self.say.answered.format(label=self._in_full(answer)))
        elif reason in _QUESTIONED:
            sentences.append(self.say.not_asked_again)
        caption = self.lang.caption(reason)
        what = self.lang.words.dropped_segment.format(flags=flag_names(event.segment.flags), caption=caption)
        return "dropped", (f"✕ {what}", sentences, reason.section)

    def _by_the_numbers(self, event: SegmentDropped, flight: Flight, answer: Flight) -> str:
        """What the numbers of a refused segment, and of its answer, say of the reason."""
        segment = answer.segment
        if segment.flags & (ACK | RST) != ACK:
            return ""
        if event.reason is drops.ACK_OF_FUTURE:
            return self.say.only_sent_up_to.format(ack=ack_of(flight), next=seq_of(answer))
        if event.reason not in {drops.OUTSIDE_WINDOW, drops.ALREADY_RECEIVED}:
            return ""
        if event.segment.seq != segment.ack:
            return self.say.expected_number.format(seq=seq_of(flight), next=ack_of(answer))
        return self.say.window_closed.format(next=ack_of(answer)) if not segment.wnd else ""

    def _in_full(self, flight: Flight) -> str:
        label = short_label(flight)
        return f"{label} ack {ack_of(flight)}" if flight.segment.flags & ACK else label

    def of_lost(self, event: SegmentLost, _act: Act) -> tuple[str, Answer] | None:
        flight, loss = self.flight(event), self.say.loss
        sentences = [loss.get(event.why, loss[""])]
        if not flight.injected:
            if event.segment.flags & RST:
                sentences.append(self.say.reset_is_not_repeated)
            elif event.number in self.cookies:
                sentences.append(self.say.cookie_is_not_repeated)
            elif event.segment.length or flight.probe:
                if (event.host, event.pair) not in self.told_by_icmp:
                    sentences.append(self.say.told_by_silence)
            elif event.segment.flags & ACK:
                sentences.append(self.say.ack_is_not_repeated)
        what = f"✕ {self.say.headed.format(what=self.named(flight), why=self.lang.lost(event.why))}"
        return "lost", (what, sentences, "3.1" if event.why == "corrupted" else "3.8")

    def of_arrived(self, event: SegmentArrived, _act: Act) -> tuple[str, Answer] | None:
        if not event.copy:
            return None
        flight = self.flight(event)
        first = self.moment(flight.arrivals[0].time)
        what = self.say.headed.format(what=self.named(flight), why=self.lang.words.duplicate)
        return "duplicate", (what, [self.say.twice.format(first=first)], "3.8")

    # ---- users, timers, hosts -----------------------------------------------------------------------------------

    def of_signal(self, event: Signalled, _act: Act) -> tuple[str, Answer] | None:
        signal = event.signal
        return "signal", (self.lang.told(signal), [self.lang.why_told(signal)], signal.section)

    def of_return(self, event: Returned, act: Act) -> tuple[str, Answer] | None:
        """A call that failed; unless the signal that made it fail stands just before."""
        result = event.result
        told = {other.signal.errno for other in act if type(other) is Signalled}
        if not (result.error or result.expected) or (result.error in told and not result.expected):
            return None
        failed = self.say.call_failed
        sentences = [failed.get(result.error, failed[""])] if result.error else []
        if result.expected:
            sentences.append(self.say.not_as_expected.format(errno=result.expected))
        return "call", (return_words(result, self.lang), sentences, _OF_A_CALL.get(result.name, "3.10.1"))

    def of_timer(self, event: TimerEvent, act: Act) -> tuple[str, Answer] | None:
        """2 MSL that start again, and a small window that was waited for long enough. Other timers explain segments."""
        if event.index in self.restarts:
            length = duration(event.deadline - event.time)
            again = self.say.starts_2msl_again.format(time=length, end=self.moment(event.deadline))
            return "timer", (self.lang.words.starts_2msl_again, [again], "3.10.7.4")
        span = self.teller.expiries.get(event.index)
        if span is None or span.timer is not Timer.PERSIST:
            return None
        if not any(type(other) is SegmentSent and not other.probe for other in act):
            return None
        length = duration(span.length)
        what = self.lang.words.expired.format(timer=self.lang.timer(event.timer), time=length)
        return "timer", (what, [self.say.override.format(time=length)], "3.8.6.2.1")

    def of_host(self, event: HostEvent, _act: Act) -> tuple[str, Answer] | None:
        what = f"*** {self.lang.happening(event.what)} ***"
        if event.what.startswith(_ICMP):
            error = event.what.removeprefix(_ICMP)
            return "host", (what, [self.say.icmp.format(error=self.lang.icmp.get(error, error))], "3.9.2.2")
        return "host", (what, [self.say.happened[event.what]], _OF_A_HAPPENING.get(event.what, "3.5.1"))


_Finder = Callable[[_Explainer, Any, Act], tuple[str, Answer] | None]
_FINDERS: Final[dict[type[Event], _Finder]] = {
    StateChanged: _Explainer.of_state,
    SegmentSent: _Explainer.of_sent,
    SegmentDropped: _Explainer.of_dropped,
    SegmentLost: _Explainer.of_lost,
    SegmentArrived: _Explainer.of_arrived,
    Signalled: _Explainer.of_signal,
    Returned: _Explainer.of_return,
    TimerEvent: _Explainer.of_timer,
    HostEvent: _Explainer.of_host,
}
