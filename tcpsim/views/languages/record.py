"""What a language is: a record of every word and sentence that pictures, timelines and explanations are made of.

Lives here: the records' shape, and how what happened finds its words (`Language.row`, `.caption`, …). Must not be known
here: any language's words. A record has no defaults: a language that lacks a word cannot be made, and mypy says so.

Words with something to fill in are templates for `str.format`; the names in braces are the same in every language. What
no language changes stays Latin: states, flags, calls, errnos, units, names of RFCs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from tcpsim.tcp import drops, signals
from tcpsim.tcp.effects import Drop, Signal, Timer
from tcpsim.tcp.icmp import ICMP_ERRORS
from tcpsim.tcp.states import NOT_IN_THE_RFC, TRANSITIONS, VARIANTS, Transition
from tcpsim.views.languages.reasons import Reasons
from tcpsim.views.languages.words import Words


class Refusal(NamedTuple):
    """What is said of a segment that TCP drops: a caption for a picture, and the sentence that says why."""

    caption: str
    why: str


class News(NamedTuple):
    """What is said of a signal to the user: a caption for a picture, and the sentence that says what it means."""

    caption: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One language. `code` is what `lang` names it by, `name` what its speakers call it, `ascii` whether ASCII does for it.

    `rows` has a sentence for each row of the table by `row_key`, `refusals` and `news` what is said of each constant of
    `tcpsim.tcp.drops` and `.signals` by its name. `icmp`, `losses`, `happenings`, `timers`, `outcomes` and
    `probes` are by the trace's own words. `expected` tells in this language what the scenario room says in English of what
    it expects, and of what it saw instead.
    """

    code: str
    name: str
    ascii: bool
    words: Words
    reasons: Reasons
    rows: Mapping[str, str]
    refusals: Mapping[str, Refusal]
    news: Mapping[str, News]
    icmp: Mapping[str, str]
    losses: Mapping[str, str]
    happenings: Mapping[str, str]
    timers: Mapping[str, str]
    outcomes: Mapping[str, str]
    probes: Mapping[str, str]
    expected: Callable[[str], str]

    def row(self, row: Transition) -> str:
        """Why a connection moved along a row of the table."""
        return self.rows.get(row_key(row), row.why)

    def caption(self, drop: Drop) -> str:
        """What a picture says of a segment that TCP dropped."""
        name = drop_names().get(drop)
        return drop.caption if name is None else self.refusals[name].caption

    def why_dropped(self, drop: Drop) -> str:
        """Why TCP dropped a segment, in a sentence."""
        name = drop_names().get(drop)
        return drop.why if name is None else self.refusals[name].why

    def signal(self, signal: Signal) -> str:
        """What a picture says of news for the user, without its errno."""
        found = self._of_signal(signal)
        return signal.name if found is None else found.caption

    def told(self, signal: Signal) -> str:
        """What a picture says of news for the user, with its errno where it has one."""
        news = self.signal(signal)
        return self.words.signal.format(news=news, errno=signal.errno) if signal.errno else news

    def why_told(self, signal: Signal) -> str:
        """What news for the user means, in a sentence."""
        found = self._of_signal(signal)
        return f"{signal.name}." if found is None else found.why

    def _of_signal(self, signal: Signal) -> News | None:
        name = signal_names().get((signal.name, signal.section))
        if name is None:
            return None
        kind, _, error = name.partition(": ")
        told = self.news[kind]
        return News(*(part.format(error=self.icmp[error]) for part in told)) if error else told

    def lost(self, why: str) -> str:
        """What a picture writes beside the ✕ of a segment that the network lost."""
        if why in _PLAINLY_LOST:
            return self.words.lost
        told = self.losses.get(why, why)
        return told if why == "corrupted" else self.words.lost_because.format(why=told)

    def happening(self, what: str) -> str:
        """What a picture says of something that happened to a host."""
        if what.startswith(_ICMP):
            error = what.removeprefix(_ICMP)
            return f"{_ICMP}{self.icmp.get(error, error)}"
        return self.happenings.get(what, what)

    def timer(self, timer: Timer) -> str:
        """How a picture names a timer."""
        return self.timers[timer.name]

    def octets(self, count: int) -> str:
        """So many octets."""
        return self.words.one_octet if count == 1 else self.words.octets.format(count=count)

    def cite(self, section: str) -> str:
        """A section with its RFC, which is 9293 unless it names another (`1337 §3`); or that no RFC has this."""
        if section == NOT_IN_THE_RFC:
            return self.words.in_no_rfc
        return f"RFC {section}" if "§" in section else f"RFC 9293 §{section}"


_PLAINLY_LOST = frozenset({"", "loss", "lost", "dropped by fault"})
_ICMP = "ICMP: "


def row_key(row: Transition) -> str:
    """What a row of the table is called in `Language.rows`: no two have state, trigger and guard in common."""
    return f"{row.source} {row.trigger}" + (f" if {row.guard}" if row.guard else "")


def table() -> tuple[Transition, ...]:
    """Every row there is."""
    return (*TRANSITIONS, *VARIANTS)


@cache
def drop_names() -> dict[Drop, str]:
    """Every reason to drop a segment, and what it is called in `tcpsim.tcp.drops`."""
    return {value: name for name, value in vars(drops).items() if isinstance(value, Drop)}


@cache
def signal_names() -> dict[tuple[str, str], str]:
    """Every signal by its words and its section (a profile may change the errno), and what it is called.

    Those of ICMP errors are `ICMP_ENDS: host unreachable` and `ICMP_NEWS: host unreachable`.
    """
    names = {(value.name, value.section): name for name, value in vars(signals).items() if isinstance(value, Signal)}
    for error in ICMP_ERRORS.values():
        names[error.ends.name, error.ends.section] = f"ICMP_ENDS: {error.name}"
        names[error.news.name, error.news.section] = f"ICMP_NEWS: {error.name}"
    return names
