"""A run in other notations: JSON, CSV, a data frame, Mermaid, PlantUML, a figure of the RFC, Markdown.

Lives here: which view writes which, and what of the run it is given. Must not be known here: how it is written. Heavy
libraries are imported when one is asked for.
"""

from typing import TYPE_CHECKING, Any

from tcpsim.api.facts import Facts
from tcpsim.trace import Trace

if TYPE_CHECKING:
    from pandas import DataFrame


class Notations(Facts):
    """A finished run that can be written in other notations."""

    __slots__ = ()

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

    def _told(self, collapse: bool) -> Trace:
        """What is told of: everything, or of many that are alike the first."""
        from tcpsim.views.condensing import condensed

        return condensed(self.trace) if collapse else self.trace
