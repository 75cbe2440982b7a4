"""A drawn diagram as a file: SVG, PNG or PDF, the same bytes every time, written whole or not at all.

Lives here: bytes and files. Must not be known here: what is drawn.
"""

import os
import re
import warnings
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS = ("svg", "png", "pdf")

_DPI = 144
_MOST_PIXELS = 65_000  # to a side: what the PNG backend can hold
_SETTINGS: Any = {
    "svg.hashsalt": "tcpsim",  # identifiers from content, not from chance
    "svg.fonttype": "none",  # text stays text
    "pdf.fonttype": 42,
    "savefig.bbox": None,
    "savefig.transparent": False,
}
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
    is_path = isinstance(target, str | os.PathLike)
    chosen = format or (Path(target).suffix.lstrip(".").lower() if is_path else "svg")  # type: ignore[arg-type]
    octets = rendered(drawn, chosen)
    if is_path:
        _replace(Path(target), octets)  # type: ignore[arg-type]
    else:
        target.write(octets)  # type: ignore[union-attr]


def rendered(drawn: "Axes | Figure", format: str = "svg") -> bytes:  # noqa: A002
    """The bytes of the file. matplotlib's settings are as before when this returns."""
    import matplotlib as mpl

    if format not in FORMATS:
        raise ValueError(f"cannot draw as {format!r}: the formats are {', '.join(FORMATS)}")
    figure: Any = drawn if not hasattr(drawn, "axes") or hasattr(drawn, "savefig") else drawn.figure
    longest = max(figure.get_size_inches())
    buffer = BytesIO()
    with mpl.rc_context(_SETTINGS), warnings.catch_warnings():
        # The SVG leaves fonts to whoever shows it, who may well have the glyph.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(
            buffer,
            format=format,
            metadata=_METADATA[format],
            dpi=min(_DPI, _MOST_PIXELS / longest),
            facecolor=figure.get_facecolor(),
        )
    octets = buffer.getvalue()
    return _with_titles(octets.decode(), figure).encode() if format == "svg" else octets


def _with_titles(svg: str, figure: "Figure") -> str:
    """The SVG with a `<title>` in every group that stands for an event, and fonts to fall back on."""

    def has_title(artist: "Artist") -> bool:
        return bool(artist.get_gid() and artist.get_label())

    titles = {artist.get_gid(): str(artist.get_label()) for artist in figure.findobj(has_title)}

    def titled(match: re.Match[str]) -> str:
        title = titles.get(match[1])
        return f"{match[0]}\n<title>{escape(title)}</title>" if title else match[0]

    svg = re.sub(r'<g id="([^"]+)">', titled, svg)
    return svg.replace("'DejaVu Sans'", "'DejaVu Sans', Verdana, sans-serif")


def _replace(path: Path, octets: bytes) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(octets)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
