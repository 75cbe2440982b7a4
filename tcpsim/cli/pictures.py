"""Pictures: which file each is drawn to, what could not be drawn, and the drawing of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from tcpsim.cli.console import Console, Quit, in_a_line
from tcpsim.cli.files import STANDARD, must_be_writable, names_a_folder, stem, write
from tcpsim.trace import Trace

FORMATS: Final = ("svg", "png", "pdf")


class Drawable(Protocol):
    """A run of something that has a trace."""

    @property
    def trace(self) -> Trace: ...

    def plot(self) -> Any:
        """Its sequence diagram, on axes of its own. Raises TooMuchToDraw."""


def pictures_of(files: Sequence[str], output: str) -> dict[str, str]:
    """The picture of each file: `output`, or a file in it if it is a folder.

    Raises Quit, before any work is done, for what could not be written or would be written twice.
    """
    shown = in_a_line(output)
    if Path(output).is_dir():
        pictures = {file: str(Path(output, f"{stem(file)}.svg")) for file in files}
    elif len(set(files)) > 1:
        raise Quit(f"{shown}: with several FILEs, this must be a folder that exists")
    else:
        pictures = dict.fromkeys(files, output)
        if not names_a_folder(output):
            format_of(output)
    drawn: dict[str, str] = {}
    for file, picture in pictures.items():
        if other := drawn.get(picture):
            raise Quit(f"{in_a_line(picture)}: both {in_a_line(other)} and {in_a_line(file)} would be drawn there")
        drawn[picture] = file
        must_be_writable(picture, files)
    return pictures


def format_of(picture: str) -> str:
    """How to draw, by the suffix. Raises Quit for another."""
    suffix = "svg" if picture == STANDARD else Path(picture).suffix.lstrip(".").lower()
    if suffix not in FORMATS:
        said = f"'.{in_a_line(suffix)}' is none that can be drawn" if suffix else "it has none"
        raise Quit(f"{in_a_line(picture)}: the suffix says how to draw: .svg, .png or .pdf; {said}")
    return suffix


def draw(finished: Drawable, picture: str, console: Console) -> None:
    """Draw a run. Raises Quit for one that nobody could read, and where the file cannot be written."""
    from tcpsim.views.figures import rendered
    from tcpsim.views.ladder import TooMuchToDraw

    shown = in_a_line(picture)
    console.progress(f"{picture}: drawing {len(finished.trace.flights):,} segments")
    try:
        octets = rendered(finished.plot(), format_of(picture))
    except TooMuchToDraw as error:
        raise Quit(f"{shown}: not drawn: {error}") from None
    write(picture, octets, console)
    if picture != STANDARD:
        console.say(f"drew {shown}")
