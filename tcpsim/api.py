"""The public face in Python: `load`, `run`, and the `Run` that holds what happened and every way to look at it.

Lives here: the joining of a scenario's outcome with the views, which know nothing of each other. Must not be known
here: files other than scenarios, printing, exiting. Heavy libraries are imported when a view that needs them is asked
for.
"""

from collections.abc import Callable, Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any, Unpack

from tcpsim.scenario import Outcome, Result, Scenario, load, variant_of
from tcpsim.scenario import run as run_scenario
from tcpsim.scenario.compile import network_of
from tcpsim.scenario.overrides import with_changes
from tcpsim.sim.world import Watch
from tcpsim.tcp.states import State
from tcpsim.trace import Returned, Trace, iterate
from tcpsim.wire.segment import Segment

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

    from tcpsim.views.card import Card, CardOptions
    from tcpsim.views.comparing import Difference
    from tcpsim.views.explanation import Explanation
    from tcpsim.views.ladder import LadderOptions
    from tcpsim.views.statechart import ChartOptions


class Run:
    """What happened when a scenario was run, and every way to look at it.

    A run is finished when it is made: nothing here simulates anything again, but for the stepper (`to_html`, `step`),
    which wants to know what the TCBs were meanwhile.
    """

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

    def text(
        self,
        *,
        width: int = 80,
        ascii_only: bool = False,
        color: bool = False,
        lang: str = "en",
        collapse: bool = True,
    ) -> str:
        """The timeline, in the manner of the RFC's figures; at its end, what was expected and whether it held.

        `width` in columns. `lang` is "en" or "zh"; raises ValueError for another. `collapse`: many conversations in a
        row that are alike, as in a flood, are told once, with their number.
        """
        from tcpsim.views.condensing import condensed
        from tcpsim.views.text import text

        return text(
            condensed(self.trace) if collapse else self.trace,
            title=self.title,
            subtitle=self._subtitle(lang),
            about=self.scenario.about,
            held=self._verdicts(lang),
            width=width,
            ascii_only=ascii_only,
            color=color,
            lang=lang,
        )

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

    def explain(self, lang: str = "en", *, collapse: bool = True) -> "Explanation":
        """Why: a sentence or two, with their RFC section, for whatever needs one.

        That is each change of a state, each retransmission, each segment refused, lost or doubled, and all that a user
        was told. `str()` of it is text, iterating over it gives one `Reason` after the other, and a notebook shows it
        as Markdown. `lang` is "en" or "zh"; raises ValueError for another. `collapse`: of many conversations that are
        alike, as in a flood, only the first is explained.
        """
        from tcpsim.views.condensing import condensed
        from tcpsim.views.explaining import explain

        trace = condensed(self.trace) if collapse else self.trace
        return explain(trace, title=self.title, subtitle=self._subtitle(lang), lang=lang)

    def plot(self, ax: "Axes | None" = None, **options: "Unpack[LadderOptions]") -> "Axes":
        """The sequence diagram, drawn with matplotlib on `ax`, or on a figure of its own and of the right size.

        Options: `absolute=True` for sequence numbers as on the wire; `states=False`, `timers=False`, `apps=False` to
        leave lanes out; `window=True` for the window on every label; `theme="light"`, `"dark"` or `"print"`;
        `lang="en"` or `"zh"`; `collapse=False` to draw each of many that are alike. Warns, and draws in English, where
        no font has Chinese characters.
        """
        from tcpsim.views.ladder import drawable, ladder

        options = drawable(options)
        return ladder(self.trace, title=self.title, footer=self._subtitle(options.get("lang", "en")), ax=ax, **options)

    def picture(self, format: str = "svg", **options: "Unpack[LadderOptions]") -> bytes:  # noqa: A002
        """The sequence diagram as the bytes of an SVG, PNG or PDF; the options are those of `plot`."""
        from tcpsim.views.ladder import drawable, picture

        options = drawable(options, format)
        footer = self._subtitle(options.get("lang", "en"))
        return picture(self.trace, format, title=self.title, footer=footer, **options)

    def save(self, path: str | PathLike[str], **options: "Unpack[LadderOptions]") -> None:
        """Write the sequence diagram to a file, whole or not at all; its suffix (svg, png, pdf) says how.

        The options are those of `plot`. Raises ValueError for another suffix, OSError where the file cannot be
        written.
        """
        from tcpsim.views.figures import format_of, replace_file

        replace_file(path, self.picture(format_of(path), **options))

    def statechart(self, *hosts: str, ax: "Axes | None" = None, **options: "Unpack[ChartOptions]") -> "Axes":
        """The state diagram (RFC 9293 figure 5) with the way that each host took through it, its steps numbered.

        `hosts` are one or two; without any, the first two. Options: `apart=True` for a diagram each, side by side;
        `theme="light"`, `"dark"` or `"print"`; `lang="en"` or `"zh"`. Raises KeyError for a host that was not there.
        """
        from tcpsim.views.statechart import statechart, ways_of

        return statechart(ways_of(self.trace, hosts), title=self.title, ax=ax, **options)

    def statechart_text(self, host: str, form: str = "mermaid") -> str:
        """The state diagram with the way that a host took, as text for another tool: "mermaid" or "graphviz".

        Raises KeyError for a host that was not there, ValueError for another form.
        """
        from tcpsim.views.statechart import statechart_text, way_of

        return statechart_text(form, [way_of(self.trace, host)], title=self.title)

    def card(self, number: int, **options: "Unpack[CardOptions]") -> "Card":
        """One segment as its headers, bit by bit, and the layers that it travels in: `.plot()`, `.text()`, `.save()`.

        `number` counts what was sent from 1, as in the sequence diagram's tooltips. Options: `around=False` leaves IP
        and Ethernet out; `theme="light"`, `"dark"` or `"print"`; `lang="en"` or `"zh"`. Raises KeyError for a number
        that no segment has, and ValueError for one that could not travel.
        """
        from tcpsim.views.card import Card

        flights = self.trace.flights
        if not 1 <= number <= len(flights):
            raise KeyError(
                f"no segment {number} in this run; there are {f'1 to {len(flights)}' if flights else 'none'}"
            )
        return Card(flights[number - 1].segment, flights[number - 1], **options)

    def to_html(self, *, lang: str = "en") -> str:
        """The run to go through step by step, as one self-contained page that works offline, by keyboard and mouse.

        Beside the sequence diagram it shows the TCBs of both ends, their timers and the segments in flight after each
        event; for that the scenario is run once more. `lang` is "en" or "zh"; raises ValueError for another, and
        TooMuchToDraw (a ValueError) for a run whose diagram nobody could read.
        """
        from tcpsim.views.page import page

        run, svg, palette = self._prepared(lang)
        return page(run, svg, palette, **self._headings(lang))

    def step(self, *, lang: str = "en") -> Any:
        """The same stepper as a widget for a notebook; its `step` is the number of the frame that is shown.

        Raises ImportError, saying how to install it, without anywidget; and what `to_html` raises.
        """
        from tcpsim.views.page import stepper
        from tcpsim.views.page.widget import widget

        run, svg, palette = self._prepared(lang)
        return widget(run, stepper(run, svg, **self._headings(lang), level=3), palette)

    def _headings(self, lang: str) -> dict[str, str]:
        """What stands above the stepper."""
        return {"title": self.title, "about": _in_a_line(self.scenario.about), "subtitle": self._subtitle(lang)}

    def _prepared(self, lang: str) -> tuple[dict[str, Any], str, str]:
        """This run for the stepper: run once more, with a look at the TCBs after each event."""
        from tcpsim.scenario import compile_scenario
        from tcpsim.sim.moments import moments
        from tcpsim.views.page import prepared

        return prepared(*moments(compile_scenario(self.scenario)), lang=lang)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, lang: str = "en") -> dict[str, str]:  # noqa: ARG002
        """What a notebook shows: the sequence diagram, and the timeline where there are no pictures.

        Of a run too large for a diagram, a sentence.
        """
        from tcpsim.views.ladder import TooMuchToDraw

        try:
            return {"image/svg+xml": self.picture("svg", lang=lang).decode(), "text/plain": self.text(lang=lang)}
        except TooMuchToDraw as error:
            return {"text/plain": f"{self!r}\n{error}; run.text() is the timeline"}

    def to_document(self) -> dict[str, Any]:
        """The run as one JSON document (docs/trace-json.md), as plain data."""
        from tcpsim.views.document import to_document

        return {
            **to_document(self.trace, title=self.scenario.title, seed=self.scenario.seed),
            "ok": self.ok,
            "expectations": [
                {"text": result.text, "held": result.held, "seen": result.seen, "because": result.because}
                for result in self.results
            ],
            "warnings": self._outcome.warnings,
            "stopped": self._outcome.stopped,
        }

    def to_json(self, *, indent: int | None = 2) -> str:
        """The run as one JSON document (docs/trace-json.md)."""
        import json

        return json.dumps(self.to_document(), ensure_ascii=False, indent=indent)

    def to_dataframe(self) -> "DataFrame":
        """One row for each transmission, lost ones included, as a pandas DataFrame.

        Times in seconds; `relative_seq` and `relative_ack` count from each side's ISS; what does not apply is missing.
        Raises ImportError, saying how, without pandas.
        """
        try:
            from pandas import DataFrame
        except ImportError:
            raise ImportError("a DataFrame needs pandas: pip install 'tcpsim[dataframe]'") from None
        from tcpsim.views.rows import COLUMNS, WHOLE_OR_MISSING, rows

        frame = DataFrame(rows(self.trace), columns=list(COLUMNS))
        return frame.astype(dict.fromkeys(WHOLE_OR_MISSING, "Int64"))

    def _told(self, collapse: bool) -> Trace:
        """What is told of: everything, or of many that are alike the first."""
        from tcpsim.views.condensing import condensed

        return condensed(self.trace) if collapse else self.trace

    def to_csv(self) -> str:
        """One row for each transmission, lost ones included, with a line of names above: `to_dataframe`'s as CSV."""
        from tcpsim.views.export.comma_separated import csv

        return csv(self.trace)

    def to_mermaid(self, *, lang: str = "en", collapse: bool = True) -> str:
        """The run as a Mermaid `sequenceDiagram`; `collapse` as for `text`.

        Raises ValueError for a language other than "en" and "zh". Mermaid refuses more than 50,000 characters unless
        its `maxTextSize` is raised: some 1,000 segments.
        """
        from tcpsim.views.export.mermaid import mermaid

        return mermaid(self._told(collapse), title=self.title, lang=lang)

    def to_plantuml(self, *, lang: str = "en", collapse: bool = True) -> str:
        """The run as a PlantUML sequence diagram; `collapse` as for `text`.

        Raises ValueError for a language other than "en" and "zh".
        """
        from tcpsim.views.export.plantuml import plantuml

        return plantuml(self._told(collapse), title=self.title, lang=lang)

    def to_ascii(self, *, collapse: bool = True) -> str:
        """The run as figures in the manner of RFC 9293, in ASCII: one for each connection, numbers as on the wire.

        `collapse`: one for many connections that are alike.
        """
        from tcpsim.views.export.rfc_figure import rfc_figure

        return rfc_figure(self._told(collapse), title=self.title)

    def to_markdown(self, *, lang: str = "en", collapse: bool = True) -> str:
        """The run as a page of Markdown: a table of what happened, and what was expected.

        `collapse` as for `text`. Raises ValueError for a language other than "en" and "zh".
        """
        from tcpsim.views.export.markdown import markdown

        return markdown(
            self._told(collapse),
            title=self.title,
            subtitle=self._subtitle(lang),
            about=self.scenario.about,
            held=self._verdicts(lang),
            lang=lang,
        )

    @property
    def title(self) -> str:
        """What the scenario calls itself."""
        return _in_a_line(self.scenario.title) or "untitled"

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

    def __repr__(self) -> str:
        verdict = "ok" if self.ok else f"{len(self.failures)} failed"
        return f"<Run of {self.title!r}: {len(self.trace.flights)} segments, {verdict}>"


def _expected(result: Result, tell: Callable[[str], str]) -> str:
    """An expectation as the text shows it, with the reason that its author gave where it did not hold."""
    text = tell(result.text)
    return f"{text} ({_in_a_line(result.because)})" if result.because and not result.held else text


def _delay(scenario: Scenario, hosts: tuple[str, ...]) -> int | None:
    """How long (µs) a segment takes, where it takes as long everywhere."""
    network = network_of(scenario)
    apart = {ends: path.delay for ends, path in network.directions.items() if ends[0] != ends[1]}
    delays = set(apart.values())
    if len(apart) < len(hosts) * (len(hosts) - 1):
        delays.add(network.everywhere.delay)
    return delays.pop() if len(delays) == 1 else None


def _in_a_line(text: str) -> str:
    """What people wrote, without what would act upon a terminal or has no place in a picture."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def run(
    scenario: str | PathLike[str] | Scenario,
    *,
    seed: int | None = None,
    profile: str | None = None,
    changes: Mapping[str, str] | None = None,
    watch: Watch | None = None,
) -> Run:
    """Run a scenario, given as a path or as what `load` returns, and return what happened.

    `seed` and `profile` replace the scenario's own; `changes` changes single values by dotted name, as in
    {"network.delay": "50ms"}. `watch` is called with the world now and then while it runs. Raises ScenarioError, with
    every mistake in it, for a scenario that cannot be understood.
    """
    if not isinstance(scenario, Scenario):
        scenario = load(scenario)
    every = dict(changes or {})
    if profile is not None:
        every = {"profile": profile, **every}
    if seed is not None:
        every = {"seed": str(seed), **every}
    if every:
        scenario = with_changes(scenario, every, name="changes")
    return Run(run_scenario(scenario, watch=watch))


def what_if(scenario: str | PathLike[str] | Scenario, *, watch: Watch | None = None) -> dict[str, Run]:
    """Run every variant under a scenario's `what_if`, by its name. `watch` is as for `run`."""
    if not isinstance(scenario, Scenario):
        scenario = load(scenario)
    return {name: Run(run_scenario(variant_of(scenario, name), watch=watch)) for name in scenario.what_if}


def diff(left: Run, right: Run, *, titles: tuple[str, str] | None = None) -> "Difference":
    """Where two runs part, and how they go on: as text, as a picture, row by row.

    Events are matched by what they are; that one comes later matters only where nothing else differs. `titles` stand
    above the two, instead of the scenarios' own.
    """
    from tcpsim.views.comparing import Side, difference

    named = titles or (left.title, right.title)
    sides = [Side(run.trace, title, run._subtitle) for run, title in zip((left, right), named, strict=True)]  # noqa: SLF001
    return difference(*sides)
