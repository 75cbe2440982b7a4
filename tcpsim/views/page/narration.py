"""What happened, event by event, in sentences; and behind those that ask for a reason, the reason (`explaining`).

Lives here: which sentence an event gets. Must not be known here: TCBs, places, HTML.
"""

from typing import Any

from tcpsim.trace import (
    Called,
    Delivered,
    Event,
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
)
from tcpsim.views.explaining import explain
from tcpsim.views.languages import Language
from tcpsim.views.languages.stepper import Stepper
from tcpsim.views.telling import Teller
from tcpsim.views.wording import call_words, duration, return_words

Sentence = dict[str, str]  # kind, words; and where there is one, why, and the section that says so


class Narrator:
    """Tells one trace in one language."""

    def __init__(self, trace: Trace, lang: Language, words: Stepper) -> None:
        self._trace = trace
        self._lang = lang
        self._words = words
        self._teller = Teller(trace, lang=lang)
        self._reasons = {reason.index: reason for reason in explain(trace, lang=lang.code)}

    def label(self, number: int) -> str:
        """What a transmission is called: flags, numbers, and what is odd about it."""
        flight = self._trace.flights[number - 1]
        notes = ", ".join(self._teller.notes(flight))
        return f"{self._teller.label(flight)}" + (f" ({notes})" if notes else "")

    def short(self, number: int) -> str:
        """What it is called where it has been named in full before."""
        return str(self._teller.label(self._trace.flights[number - 1]).head)

    def sentence(self, event: Event) -> Sentence:
        """What an event is told as."""
        kind, words = self._told(event)
        told = {"kind": kind, "words": words}
        reason = self._reasons.get(event.index)
        if reason is not None:
            told["why"] = reason.why
            if reason.section:
                told["section"] = reason.section
        return told

    def _told(self, event: Event) -> tuple[str, str]:
        words, lang, host = self._words, self._lang, event.host
        match event:
            case Called(call=call):
                return "call", words.calls.format(host=host, call=call_words(call))
            case Returned(result=result):
                return "return", words.returned.format(host=host, result=return_words(result, lang))
            case SegmentSent(number=number, injected=injected):
                sentence = words.injected if injected else words.sends
                return "sent", sentence.format(host=host, label=self.label(number))
            case SegmentArrived(number=number, copy=copy):
                sentence = words.arrives_again if copy else words.arrives
                return "arrived", sentence.format(host=host, label=self.short(number))
            case SegmentLost(number=number):
                return "lost", words.lost.format(label=self.short(number))
            case SegmentDropped(reason=reason):
                return "dropped", words.dropped.format(host=host, caption=lang.caption(reason))
            case StateChanged(row=row):
                return "state", words.moved.format(host=host, source=row.source, destination=row.destination)
            case Signalled(signal=signal):
                name = lang.signal(signal) + (f" ({signal.errno})" if signal.errno else "")
                return "signal", words.told.format(host=host, signal=name)
            case HostEvent(what=what):
                return "host", words.happened.format(host=host, what=lang.happening(what))
            case Delivered(octets=octets):
                return "readable", words.readable.format(host=host, octets=lang.octets(octets))
            case TimerEvent():
                return "timer", self._timer(event)
        raise TypeError(f"nobody knows how to tell this: {event!r}")

    def _timer(self, event: Any) -> str:
        sentence = {
            "started": self._words.timer_starts,
            "stopped": self._words.timer_stops,
            "expired": self._words.timer_expires,
        }[event.what]
        return sentence.format(
            host=event.host, timer=self._lang.timer(event.timer), time=duration(event.deadline - event.time)
        )
