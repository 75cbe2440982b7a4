"""Pictures: which file each is drawn to, what could not be drawn, and the drawing of it."""

import warnings
from argparse import Namespace
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, Unpack, cast

from tcpsim.cli.console import Console, Quit, in_a_line
from tcpsim.cli.files import STANDARD, must_be_writable, names_a_folder, stem, write
from tcpsim.trace import Trace

if TYPE_CHECKING:
    from tcpsim.views.ladder import LadderOptions

FORMATS: Final = ("svg", "png", "pdf")
OPTIONS: Final = {  # of the ladder, and how the command line writes them
    "absolute": "--absolute",
    "states": "--no-states",
    "timers": "--no-timers",
    "apps": "--no-apps",
    "window": "--window",
    "theme": "--theme",
    "lang": "--lang",
    "collapse": "--no-collapse",
}
_BOTH: Final = {"lang", "collapse"}  # are about the timeline too


class Drawable(Protocol):
    """A run of something that has a trace."""

    @property
    def trace(self) -> Trace: ...

    def picture(self, format: str, **options: "Unpack[LadderOptions]") -> bytes:  # noqa: A002
        """Its sequence diagram as the bytes of a file. Raises TooMuchToDraw."""


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


def options_of(arguments: Namespace, pictures: Iterable[str], console: Console) -> "LadderOptions":
    """The options of the ladder that were given. Says so, once, where a picture must be English for want of a font.

    Raises Quit where they were given and nothing is to be drawn.
    """
    options = {name: getattr(arguments, name) for name in OPTIONS if hasattr(arguments, name)}
    formats = {format_of(picture) for picture in pictures}
    idle = sorted(OPTIONS[name] for name in options if name not in _BOTH)
    if idle and not formats:
        raise Quit(f"{idle[0]} is about the picture; give --plot OUT too")
    if options.get("lang", "en") != "en" and formats:
        from tcpsim.views.fonts import NO_CHINESE_FONT, language_to_draw

        if any(language_to_draw(options["lang"], each) != options["lang"] for each in formats):
            console.say(NO_CHINESE_FONT)
    return cast("LadderOptions", options)


def draw(finished: Drawable, picture: str, console: Console, options: "LadderOptions") -> None:
    """Draw a run. Raises Quit for one that nobody could read, and where the file cannot be written."""
    from tcpsim.views.fonts import NoChineseFontWarning
    from tcpsim.views.ladder import TooMuchToDraw

    shown = in_a_line(picture)
    console.progress(f"{picture}: drawing {len(finished.trace.flights):,} segments")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NoChineseFontWarning)  # `options_of` has said so
            octets = finished.picture(format_of(picture), **options)
    except TooMuchToDraw as error:
        raise Quit(f"{shown}: not drawn: {error}") from None
    write(picture, octets, console)
    if picture != STANDARD:
        console.say(f"drew {shown}")
