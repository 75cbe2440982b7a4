"""A run, and every way to look at it: as text, as pictures, with reasons, segment by segment, step by step.

Lives here: the joining of a scenario's outcome with the views, which know nothing of each other. Heavy libraries are
imported when a view that needs them is asked for.
"""

from os import PathLike
from typing import TYPE_CHECKING, Any, Unpack

from tcpsim.api.facts import in_a_line
from tcpsim.api.notations import Notations

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tcpsim.views.card import Card, CardOptions
    from tcpsim.views.explanation import Explanation
    from tcpsim.views.ladder import LadderOptions
    from tcpsim.views.statechart import ChartOptions


class Run(Notations):
    """What happened when a scenario was run, and every way to look at it.

    A run is finished when it is made: nothing here simulates anything again, but for the stepper (`to_html`, `step`),
    which wants to know what the TCBs were meanwhile.
    """

    __slots__ = ()

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
        from tcpsim.views.text import text

        return text(
            self._told(collapse),
            title=self.title,
            subtitle=self._subtitle(lang),
            about=self.scenario.about,
            held=self._verdicts(lang),
            width=width,
            ascii_only=ascii_only,
            color=color,
            lang=lang,
        )

    def explain(self, lang: str = "en", *, collapse: bool = True) -> "Explanation":
        """Why: a sentence or two, with their RFC section, for whatever needs one.

        That is each change of a state, each retransmission, each segment refused, lost or doubled, and all that a user
        was told. `str()` of it is text, iterating over it gives one `Reason` after the other, and a notebook shows it
        as Markdown. `lang` is "en" or "zh"; raises ValueError for another. `collapse`: of many conversations that are
        alike, as in a flood, only the first is explained.
        """
        from tcpsim.views.explaining import explain

        return explain(self._told(collapse), title=self.title, subtitle=self._subtitle(lang), lang=lang)

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
        return {"title": self.title, "about": in_a_line(self.scenario.about), "subtitle": self._subtitle(lang)}

    def _prepared(self, lang: str) -> tuple[dict[str, Any], str, str]:
        """This run for the stepper: run once more, with a look at the TCBs after each event."""
        from tcpsim.scenario import compile_scenario
        from tcpsim.sim.moments import moments
        from tcpsim.views.ladder.picture import must_be_readable
        from tcpsim.views.page import prepared

        must_be_readable(self.trace)  # before it is run once more, which takes long where there is too much
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
