"""The terminal, or whatever stands in its place: what is printed where, in colour or not, and files written whole."""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final, TextIO

BAD_INPUT: Final = 2
_WIDEST: Final = 100  # columns; longer lines are hard to read
_NARROWEST: Final = 60


class Quit(Exception):  # noqa: N818 - it ends the command, and is not always an error
    """The command cannot go on; its text is for the user."""

    def __init__(self, message: str, status: int = BAD_INPUT) -> None:
        super().__init__(message)
        self.status = status


class Console:
    """stdout for data, stderr for talk. `colour` is "auto", "always" or "never"."""

    def __init__(self, out: TextIO, err: TextIO) -> None:
        self.out = out
        self.err = err
        self.colour = "auto"
        self._progress = False
        # A scenario may be titled in any script; a terminal that lacks it shows question marks, not a traceback.
        for stream in (out, err):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")

    @property
    def in_colour(self) -> bool:
        """Whether to colour: as asked; else on a terminal, unless NO_COLOR is set (no-color.org) or it is dumb."""
        if self.colour != "auto":
            return self.colour == "always"
        return self.out.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    @property
    def ascii_only(self) -> bool:
        """Whether stdout cannot show arrows and lines."""
        try:
            "─▶✕⋮".encode(self.out.encoding or "ascii")
        except (UnicodeEncodeError, LookupError):
            return True
        return False

    @property
    def width(self) -> int:
        """The columns of the terminal, within reason; 80 where there is none."""
        if not self.out.isatty():
            return 80
        return max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size().columns))

    def print(self, text: str, *, end: str = "\n") -> None:
        """Data, to stdout."""
        self._clear_progress()
        self.out.write(text + end)

    def print_octets(self, octets: bytes) -> None:
        """Data that is not text, to stdout."""
        self.out.flush()
        self.out.buffer.write(octets)

    def say(self, text: str) -> None:
        """Talk, to stderr."""
        self._clear_progress()
        self.err.write(f"{text}\n" if text.startswith("tcpsim") or "\n" in text else f"tcpsim: {text}\n")
        self.err.flush()

    def progress(self, text: str) -> None:
        """Where long work is, on one line that is wiped again; only on a terminal."""
        if self.err.isatty():
            self._progress = True
            self.err.write(f"\r\x1b[K{text}")
            self.err.flush()

    def _clear_progress(self) -> None:
        if self._progress:
            self._progress = False
            self.err.write("\r\x1b[K")
            self.err.flush()

    def flush(self) -> None:
        """Everything printed has left, or BrokenPipeError is raised here rather than at exit."""
        self._clear_progress()
        self.out.flush()

    def abandon(self) -> None:
        """Nobody reads stdout any more: let the interpreter's last flush go nowhere."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_whole(path: str, octets: bytes) -> None:
    """Write a file whole or not at all. Raises Quit, saying why, where it cannot be written."""
    target = Path(path)
    _must_be_writable(target, path)
    try:
        descriptor, beside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(octets)
            _take_place(Path(beside), target)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise Quit(f"{path}: cannot be written: {error.strerror or error}") from None


def _must_be_writable(target: Path, path: str) -> None:
    if target.is_dir():
        raise Quit(f"{path}: this is a directory; name a file in it")
    if not target.parent.is_dir():
        raise Quit(f"{path}: there is no folder {target.parent}")


def _take_place(beside: Path, target: Path) -> None:
    """Put the finished file where it belongs, with the permissions that a new file would have had."""
    umask = os.umask(0)
    os.umask(umask)
    beside.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~umask)
    beside.replace(target)
