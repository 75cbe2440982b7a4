"""The terminal, or whatever stands in its place: what is printed where, in colour or not.

Lives here: stdout and stderr, and what to do when one of them is gone. Must not be known here: files, and what is said.
"""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final, TextIO

BAD_INPUT: Final = 2
_WIDEST: Final = 100  # columns; longer lines are hard to read
_NARROWEST: Final = 60
_BESIDE_A_PIPE: Final = 80


class Quit(Exception):  # noqa: N818 - it ends the command, and is not always an error
    """The command cannot go on; its text is for the user."""

    def __init__(self, message: str, status: int = BAD_INPUT) -> None:
        super().__init__(message)
        self.status = status


class Console:
    """stdout for data, stderr for talk; each may be None, as Python has it when it was closed.

    A reader of stdout that goes away, as `head` does, is no failure: what is printed from then on goes nowhere, and
    the work goes on, so that the exit status and every file are what they would have been. `colour` is "auto", "always"
    or "never".
    """

    def __init__(self, out: TextIO | None, err: TextIO | None) -> None:
        self.out = out
        self.err = err
        self.colour = "auto"
        self._progress = False
        # A scenario may be titled in any script; a terminal that lacks it shows question marks, not a traceback.
        for stream in (out, err):
            if stream is not None and hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")

    # ---- what can be shown --------------------------------------------------------------------------------------

    @property
    def in_colour(self) -> bool:
        """Whether to colour: as asked; else on a terminal, unless NO_COLOR is set (no-color.org) or it is dumb."""
        if self.colour != "auto":
            return self.colour == "always"
        return _is_terminal(self.out) and not os.environ.get("NO_COLOR") and not _is_dumb()

    @property
    def ascii_only(self) -> bool:
        """Whether stdout cannot show arrows and lines."""
        return not self.can_show("─▶✕⋮")

    def can_show(self, characters: str) -> bool:
        """Whether the encoding of stdout has all of these."""
        try:
            characters.encode((self.out and self.out.encoding) or "ascii")
        except (UnicodeEncodeError, LookupError):
            return False
        return True

    @property
    def width(self) -> int:
        """The columns of the terminal, within reason; 80 where there is none."""
        if not _is_terminal(self.out):
            return _BESIDE_A_PIPE
        return max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size().columns))

    # ---- data ---------------------------------------------------------------------------------------------------

    def print(self, text: str, *, end: str = "\n") -> None:
        """Data for people, to stdout."""
        self._clear_progress()
        with self._reaching_stdout():
            if self.out is not None:
                self.out.write(text + end)

    def print_octets(self, octets: bytes) -> None:
        """Data for programs (a picture, YAML, JSON: always UTF-8), to stdout."""
        self._clear_progress()
        with self._reaching_stdout():
            if self.out is not None:
                self.out.flush()
                self.out.buffer.write(octets)

    def flush(self) -> None:
        """What was printed has left; a failure is told here, rather than by the interpreter at its end."""
        self._clear_progress()
        with self._reaching_stdout():
            if self.out is not None:
                self.out.flush()

    @contextmanager
    def _reaching_stdout(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._abandon_stdout()
            # Windows knows no broken pipe: the argument is "invalid".
            if not isinstance(error, BrokenPipeError) and not (os.name == "nt" and error.errno == errno.EINVAL):
                raise Quit(f"stdout cannot be written: {error.strerror or error}") from None

    def _abandon_stdout(self) -> None:
        """Let all that is still to be printed go nowhere, the interpreter's last flush included."""
        out, self.out = self.out, None
        with suppress(OSError, ValueError, AttributeError):  # it has no descriptor
            descriptor = out.fileno()  # type: ignore[union-attr]
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, descriptor)
            os.close(nowhere)

    # ---- talk ---------------------------------------------------------------------------------------------------

    def say(self, text: str) -> None:
        """Talk, to stderr: a sentence that begins with who says it."""
        self.tell(f"tcpsim: {text}")

    def tell(self, text: str) -> None:
        """Lines for stderr as they are. Nobody can be told that stderr cannot be written."""
        with suppress(Quit):
            self.flush()  # where both go to one place, they stay in order
        self._write_err(f"{visible(text)}\n")

    def progress(self, text: str) -> None:
        """Where long work is, on one line that is wiped again; only on a terminal that can wipe a line."""
        if not _is_terminal(self.err) or _is_dumb():
            return
        self._progress = True
        room = shutil.get_terminal_size().columns - 1
        self._write_err(f"\r\x1b[K{in_a_line(text)[:room]}")

    def _clear_progress(self) -> None:
        if self._progress:
            self._progress = False
            self._write_err("\r\x1b[K")

    def _write_err(self, text: str) -> None:
        with suppress(OSError):
            if self.err is not None:
                self.err.write(text)
                self.err.flush()


def visible(text: str) -> str:
    """The text with what would act upon a terminal, or cannot be shown, as escapes: a file may have any name."""
    return "".join(
        character if character.isprintable() or character in "\n\t" else _escape(character) for character in text
    )


def in_a_line(text: str) -> str:
    """The same, on one line."""
    return "".join(character if character.isprintable() else _escape(character) for character in text)


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode()


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


def _is_dumb() -> bool:
    return os.environ.get("TERM") == "dumb"
