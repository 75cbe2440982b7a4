"""What a run was: the facts of a finished run, and the headings and verdicts that its views are given.

Lives here: a scenario's outcome, in the words of those who ask. Must not be known here: any view or notation, but for
the words of the languages.
"""

from collections.abc import Callable

from tcpsim.scenario import Outcome, Result, Scenario
from tcpsim.scenario.compile import network_of
from tcpsim.tcp.states import State
from tcpsim.trace import Returned, Trace, iterate
from tcpsim.wire.segment import Segment


class Facts:
    """What happened when a scenario was run, whether it was what was expected, and what it is called."""

    __slots__ = ("_outcome",)

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome

    @property
    def scenario(self) -> Scenario:
        """The scenario that was run, with what was changed in it."""
        return self._outcome.scenario

    @property
    def trace(self) -> Trace:
        """Everything that happened: events, flights of segments, and questions about them."""
        return self._outcome.trace

    @property
    def ok(self) -> bool:
        """Whether everything expected was seen, no fault was idle, and the run came to an end by itself."""
        return self._outcome.held

    @property
    def results(self) -> list[Result]:
        """Every expectation, with whether it held and what was seen instead."""
        return self._outcome.results

    @property
    def failures(self) -> list[str]:
        """What is wrong, a sentence each: expectations that did not hold, idle faults, a run that had to be stopped."""
        outcome = self._outcome
        broken = [str(result) for result in outcome.results if not result.held]
        return [*broken, *outcome.warnings, *([outcome.stopped] if outcome.stopped else [])]

    @property
    def segments(self) -> list[Segment]:
        """Every segment in the order sent, lost and injected ones included."""
        return self.trace.segments

    def states(self, host: str) -> list[State]:
        """The states that a host passed through, first to last. Raises KeyError for a host that was not there."""
        if host not in self.trace.hosts:
            raise KeyError(f"no host {host!r} in this run; there are {', '.join(self.trace.hosts)}")
        return self.trace.states_of(host)

    def received(self, host: str) -> bytes:
        """All octets that the programs of a host received, in the order of their calls."""
        results = (event.result for event in iterate(self.trace, Returned) if event.host == host)
        return b"".join(result.value for result in results if result.name == "recv" and result.value)

    def errors(self, host: str) -> list[str]:
        """The errnos that the programs of a host were told, in order: ["ECONNRESET", "EPIPE"]."""
        results = (event.result for event in iterate(self.trace, Returned) if event.host == host)
        return [result.error for result in results if result.error]

    @property
    def title(self) -> str:
        """What the scenario calls itself."""
        return in_a_line(self.scenario.title) or "untitled"

    @property
    def subtitle(self) -> str:
        """What the run followed from, in a line: profile, delay, seed."""
        return self._subtitle("en")

    def _subtitle(self, lang: str) -> str:
        from tcpsim.views.languages import language

        words, scenario = language(lang).words, self.scenario
        profile = scenario.profile.base or "rfc9293"
        named = words.changed.format(profile=profile) if scenario.profile.changes else profile
        delay = _delay(scenario, self.trace.hosts)
        took = words.delays_differ if delay is None else words.delay.format(time=f"{delay / 1000:g} ms")
        return words.comma.join((named, took, words.seed.format(seed=scenario.seed)))

    def _verdicts(self, lang: str) -> list[tuple[str, str, bool]]:
        """What the text says below the timeline: every expectation, and what else is wrong."""
        from tcpsim.views.languages import language

        outcome, tongue = self._outcome, language(lang)
        words, tell = tongue.words, tongue.expected
        told = [
            (
                _expected(result, tell),
                words.held if result.held else tell(result.seen) or words.did_not_hold,
                result.held,
            )
            for result in outcome.results
        ]
        idle = [(words.no_idle_fault, tell(warning), False) for warning in outcome.warnings]
        stopped = [(words.ends_by_itself, tell(outcome.stopped), False)] if outcome.stopped else []
        return [*told, *idle, *stopped]

    def __repr__(self) -> str:
        verdict = "ok" if self.ok else f"{len(self.failures)} failed"
        return f"<Run of {self.title!r}: {len(self.trace.flights)} segments, {verdict}>"


def _expected(result: Result, tell: Callable[[str], str]) -> str:
    """An expectation as the text shows it, with the reason that its author gave where it did not hold."""
    text = tell(result.text)
    return f"{text} ({in_a_line(result.because)})" if result.because and not result.held else text


def _delay(scenario: Scenario, hosts: tuple[str, ...]) -> int | None:
    """How long (µs) a segment takes, where it takes as long everywhere."""
    network = network_of(scenario)
    apart = {ends: path.delay for ends, path in network.directions.items() if ends[0] != ends[1]}
    delays = set(apart.values())
    if len(apart) < len(hosts) * (len(hosts) - 1):
        delays.add(network.everywhere.delay)
    return delays.pop() if len(delays) == 1 else None


def in_a_line(text: str) -> str:
    """What people wrote, without what would act upon a terminal or has no place in a picture."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
