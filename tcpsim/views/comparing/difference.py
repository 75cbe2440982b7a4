"""How two runs differ: every row of what happened in either, which row is the first difference, and how many there are.

Lives here: the answer as an object, and the ways to look at it. Must not be known here: how it is set or drawn.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack

from tcpsim.trace import Trace
from tcpsim.views.comparing.aligning import LATER, LEFT, OTHER, RIGHT, SAME, Row, aligned
from tcpsim.views.languages import DEFAULT, language

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from tcpsim.views.ladder.options import LadderOptions


@dataclass(frozen=True, slots=True)
class Side:
    """One of two runs: what happened, what it is called, and what it followed from, by the code of a language."""

    trace: Trace
    title: str = ""
    origin: Callable[[str], str] = lambda _: ""


class Difference:
    """What happened in two runs, side by side; iterating gives its rows.

    `left` and `right` are the runs. Events are matched by what they are; that one comes later is a difference only
    where there is no other.
    """

    __slots__ = ("left", "right", "rows")

    def __init__(self, left: Side, right: Side, rows: list[Row]) -> None:
        self.left = left
        self.right = right
        self.rows = rows

    @property
    def same(self) -> bool:
        """Whether the same happened, at the same times."""
        return all(row.kind == SAME for row in self.rows)

    @property
    def only_times(self) -> bool:
        """Whether the same happened, but not always at the same time."""
        return not self.same and not any(row.differs for row in self.rows)

    @property
    def first(self) -> Row | None:
        """The first difference; where only times differ, the first that does; None, if the runs are the same."""
        place = self.place
        return None if place is None else self.rows[place]

    @property
    def place(self) -> int | None:
        """Where among `rows` the first difference is, from 0."""
        wanted = (row.differs for row in self.rows), (row.kind == LATER for row in self.rows)
        for differs in wanted:
            for place, found in enumerate(differs):
                if found:
                    return place
        return None

    @property
    def counts(self) -> dict[str, int]:
        """How many rows there are of each kind: "same", "time" (the same, but later), "other", "left", "right"."""
        found = Counter(row.kind for row in self.rows)
        return {kind: found[kind] for kind in (SAME, LATER, OTHER, LEFT, RIGHT)}

    def text(
        self,
        *,
        width: int = 100,
        context: int | None = None,
        ascii_only: bool = False,
        color: bool = False,
        lang: str = DEFAULT,
    ) -> str:
        """The two timelines in two columns of a text `width` wide, and how they differ in words; ends in a newline.

        `context`: how many rows that are alike to show before and after one that differs; None shows them all. Raises
        ValueError for an unknown language.
        """
        from tcpsim.views.comparing.side_by_side import side_by_side

        return side_by_side(self, width=width, context=context, ascii_only=ascii_only, color=color, lang=lang)

    def plot(self, **options: "Unpack[LadderOptions]") -> "Figure":
        """The two sequence diagrams on one figure, what belongs together joined, the first difference marked.

        The options are those of `Run.plot`. Raises TooMuchToDraw, and ValueError for an unknown theme or language.
        """
        from tcpsim.views.comparing.picture import draw
        from tcpsim.views.ladder import drawable

        return draw(self, drawable(options))

    def picture(self, format: str = "svg", **options: "Unpack[LadderOptions]") -> bytes:  # noqa: A002
        """The picture as the bytes of an SVG, PNG or PDF; raises ValueError for another format."""
        from tcpsim.views.comparing.picture import draw
        from tcpsim.views.figures import FORMATS, rendered
        from tcpsim.views.ladder import drawable

        if format not in FORMATS:
            raise ValueError(f"cannot draw as {format!r}: the formats are {', '.join(FORMATS)}")
        return rendered(draw(self, drawable(options, format)), format)

    def save(self, path: str | os.PathLike[str], **options: "Unpack[LadderOptions]") -> None:
        """Write the picture to a file, whole or not at all; its suffix (svg, png, pdf) says how.

        Raises ValueError for another suffix, OSError where the file cannot be written.
        """
        from tcpsim.views.figures import format_of, replace_file

        replace_file(path, self.picture(format_of(path), **options))

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        told = ", ".join(f"{count} {kind}" for kind, count in self.counts.items() if count)
        return f"<Difference of {self.left.title!r} and {self.right.title!r}: {told or 'nothing happens'}>"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        from tcpsim.views.ladder import TooMuchToDraw

        try:
            return {"image/svg+xml": self.picture().decode(), "text/plain": str(self)}
        except TooMuchToDraw:
            return {"text/plain": str(self)}


def difference(left: Side, right: Side) -> Difference:
    """Align two runs."""
    return Difference(left, right, aligned(left.trace, right.trace, language(DEFAULT)))
