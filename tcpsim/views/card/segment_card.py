"""The segment card as a thing to look at: drawn, written, saved, shown in a notebook."""

from os import PathLike
from typing import TYPE_CHECKING, TypedDict, Unpack

from tcpsim.views.canvas import drawable_in
from tcpsim.views.card.content import Context, Layer, layers
from tcpsim.views.card.drawing import draw
from tcpsim.views.card.layout import sheet
from tcpsim.views.card.typed import card_text, in_ascii
from tcpsim.views.figures import FORMATS, format_of, rendered, replace_file
from tcpsim.views.languages.card import CardWords, card_words
from tcpsim.views.theme import theme as theme_of
from tcpsim.views.wording import moment
from tcpsim.wire.flags import flag_names
from tcpsim.wire.notation import segment_notation
from tcpsim.wire.segment import Segment

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tcpsim.trace import Flight


class CardOptions(TypedDict, total=False):
    """The options of a card. `around=False` leaves out what is around the segment, IP and Ethernet."""

    around: bool
    theme: str
    lang: str


class Card:
    """One segment as its headers, bit by bit, with what every field says; and what it travels in, layer by layer."""

    def __init__(
        self,
        segment: Segment,
        flight: "Flight | None" = None,
        *,
        around: bool = True,
        theme: str = "light",
        lang: str = "en",
    ) -> None:
        """`flight` tells what a segment alone does not: its number, its ends, and where its numbers count from.

        Raises ValueError for a segment that cannot travel, and for a theme or a language that is not there.
        """
        self.segment = segment
        self._flight = flight
        self._look = theme_of(theme)
        self._lang = lang
        self._around = around
        self._layers(self._lang)  # whatever is wrong is told now

    def _layers(self, lang: str) -> list[Layer]:
        flight = self._flight
        context = Context()
        if flight is not None:
            ends = flight.source, flight.receiver
            context = Context(flight.seq_base, flight.ack_base, *ends, flight.probe == "keep-alive")
        return layers(self.segment, card_words(lang), context)

    def _title(self, words: CardWords) -> str:
        flags, flight = flag_names(self.segment.flags), self._flight
        if flight is None:
            return words.untitled.format(flags=flags)
        ends = flight.source or self.segment.src, flight.receiver or self.segment.dst
        return words.title.format(number=flight.number, source=ends[0], destination=ends[1], flags=flags)

    def _subtitle(self, words: CardWords) -> str:
        segment, flight = self.segment, self._flight
        if flight is None:
            return f"{segment.src}:{segment.sport} → {segment.dst}:{segment.dport}  {segment_notation(segment)}"
        told = segment_notation(segment, seq_base=flight.seq_base, ack_base=flight.ack_base)
        return words.sent_at.format(segment=told, time=moment(flight.sent_at))

    def text(self, *, width: int = 80, ascii_only: bool = False, color: bool = False) -> str:
        """The card for a terminal, `width` columns wide where it can be; `color` as the terminal's escapes have it.

        With `ascii_only` its lines and signs are ASCII alone; what it says in Chinese stays Chinese.
        """
        words, found = card_words(self._lang), self._layers(self._lang)
        titles = {"title": self._title(words), "subtitle": self._subtitle(words)}
        lines = card_text(found, words, **titles, around=self._around, width=width, color=color)
        told = "".join(f"{line}\n" for line in lines)
        return in_ascii(told) if ascii_only else told

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """What a notebook shows: the picture, and the text where there are none."""
        return {"image/svg+xml": self.picture("svg").decode(), "text/plain": self.text()}

    def __repr__(self) -> str:
        return f"<Card of {self.segment!r}>"

    # ---- as a picture -----------------------------------------------------------------------------------------------

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """The card, drawn with matplotlib on `ax`, or on a figure of its own and of the right size.

        Warns, and draws in English, where no font has Chinese characters.
        """
        return self._drawn(drawable_in(self._lang), ax)

    def picture(self, format: str = "svg") -> bytes:  # noqa: A002
        """The card as the bytes of an SVG, PNG or PDF. Raises ValueError for another format."""
        if format not in FORMATS:
            raise ValueError(f"cannot draw as {format!r}: the formats are {', '.join(FORMATS)}")
        return rendered(self._drawn(drawable_in(self._lang, format), None), format)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the card to a file, whole or not at all; its suffix (svg, png, pdf) says how.

        Raises ValueError for another suffix, OSError where the file cannot be written.
        """
        replace_file(path, self.picture(format_of(path)))

    def _drawn(self, lang: str, ax: "Axes | None") -> "Axes":
        words = card_words(lang)
        titles = {"title": self._title(words), "subtitle": self._subtitle(words)}
        return draw(sheet(self._layers(lang), words, **titles, around=self._around), self._look, ax)


def card(segment: Segment, **options: Unpack[CardOptions]) -> Card:
    """One segment as a card, as `Run.card` makes it: its headers bit by bit, and the layers that it travels in.

    Options: `around=False` leaves IP and Ethernet out; `theme="light"`, `"dark"` or `"print"`; `lang="en"` or `"zh"`.
    Raises ValueError for a segment that cannot travel, and for a theme or a language that is not there.
    """
    return Card(segment, **options)
