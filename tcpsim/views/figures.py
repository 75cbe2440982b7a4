"""A drawn diagram as a file: SVG, PNG or PDF, the same bytes every time, written whole or not at all.

Lives here: bytes and files. Must not be known here: what is drawn.
"""

import os
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from tcpsim.views.fonts import LATIN, needs_chinese

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS = ("svg", "png", "pdf")

_DPI = 144
_MOST_PIXELS = 65_000  # to a side: what the PNG backend can hold
_MOST_AREA = 48_000_000  # pixels: 200 MB while it is drawn
_SETTINGS: Any = {
    "svg.hashsalt": "tcpsim",  # identifiers from content, not from chance
    "svg.fonttype": "none",  # text stays text
    "pdf.fonttype": 42,
    "savefig.bbox": None,
    "savefig.transparent": False,
}
_FAMILIES = re.compile(f"'{LATIN}'(, '[^']*')*")  # without the fonts that this machine happens to have
_METADATA: dict[str, dict[str, Any]] = {
    "svg": {"Date": None, "Creator": None, "Format": None, "Type": None},
    "png": {"Software": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


def save(drawn: "Axes | Figure", target: "str | Path | IO[bytes]", *, format: str | None = None) -> None:  # noqa: A002
    """Writes a figure, or the one that axes belong to, as SVG, PNG or PDF.

    `target` is a path (whose suffix says the format, unless `format` does) or a binary file open for writing, for
    which `format` is svg unless given. A path is written whole or left alone: the bytes go to a file beside it, which
    then takes its place. Raises ValueError for an unknown format.
    """
    if isinstance(target, str | os.PathLike):
        replace_file(target, rendered(drawn, format or format_of(target)))
    else:
        target.write(rendered(drawn, format or "svg"))


def format_of(path: str | os.PathLike[str]) -> str:
    """What the suffix of a path asks for: "svg", or whatever stands there."""
    return Path(path).suffix.lstrip(".").lower()


def rendered(drawn: "Axes | Figure", format: str = "svg") -> bytes:  # noqa: A002
    """The bytes of the file. matplotlib's settings are as before when this returns."""
    if format not in FORMATS:
        raise ValueError(f"cannot draw as {format!r}: the formats are {', '.join(FORMATS)}")
    figure: Any = drawn if not hasattr(drawn, "axes") or hasattr(drawn, "savefig") else drawn.figure
    buffer = BytesIO()
    with _settled(figure):
        figure.savefig(
            buffer,
            format=format,
            metadata=_METADATA[format],
            dpi=_dpi(figure),
            facecolor=figure.get_facecolor(),
        )
    octets = buffer.getvalue()
    return _with_titles(octets.decode(), figure).encode() if format == "svg" else octets


def rendered_pages(drawn: "Sequence[Axes]") -> bytes:
    """The bytes of a PDF with a page for each of the axes."""
    from matplotlib.backends.backend_pdf import PdfPages

    figures: list[Any] = [ax.figure for ax in drawn]
    buffer = BytesIO()
    with _settled(*figures), PdfPages(buffer, metadata=_METADATA["pdf"]) as pdf:
        for figure in figures:
            pdf.savefig(figure, facecolor=figure.get_facecolor())
    return buffer.getvalue()


@contextmanager
def _settled(*figures: "Figure") -> "Iterator[None]":
    """matplotlib's settings as these figures need them, whatever the reader's own are."""
    import matplotlib as mpl

    def is_chinese(artist: "Artist") -> bool:
        return needs_chinese(getattr(artist, "get_text", str)())

    settings = dict(_SETTINGS)
    if any(figure.findobj(is_chinese) for figure in figures):
        settings["pdf.fonttype"] = 3  # Chinese fonts have outlines of a kind that 42 does not stand for
    with mpl.rc_context(settings), warnings.catch_warnings():
        # The SVG leaves fonts to whoever shows it, who may well have the glyph.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def _dpi(figure: "Figure") -> float:
    """Dots per inch: fewer for a picture that would be too large to hold."""
    width, height = figure.get_size_inches()
    return float(min(_DPI, _MOST_PIXELS / max(width, height), (_MOST_AREA / (width * height)) ** 0.5))


def _with_titles(svg: str, figure: "Figure") -> str:
    """The SVG with a `<title>` in every group that stands for an event, and fonts to fall back on."""

    def has_title(artist: "Artist") -> bool:
        return bool(artist.get_gid() and artist.get_label())

    titles = {artist.get_gid(): str(artist.get_label()) for artist in figure.findobj(has_title)}

    def titled(match: re.Match[str]) -> str:
        title = titles.get(match[1])
        return f"{match[0]}\n<title>{escape(title)}</title>" if title else match[0]

    svg = re.sub(r'<g id="([^"]+)">', titled, svg)
    return _FAMILIES.sub(f"'{LATIN}', Verdana, sans-serif", svg)


def replace_file(target: str | os.PathLike[str], octets: bytes) -> None:
    """Writes a file whole, or leaves what was there: the bytes go to a file beside it, which then takes its place."""
    path = Path(target)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(octets)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
