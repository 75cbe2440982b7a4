"""What is wrong with a script, said so that it can be put right: where, what was found, what would be right.

Lives here: the text of a script with its places, one mistake, all the mistakes of a script. Must not be known here:
the language.
"""

import difflib
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

SHOWN_AT_MOST: Final = 20  # mistakes printed: after so many, what is wrong is another thing than a slip
LINE_AT_MOST: Final = 100  # characters of a line that are printed


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake. `line` and `column` count from 1; 0 where there is no place, as in a file that does not exist.

    `what` was found; `right` says what would be right, or is "". `source` is the line itself.
    """

    file: str
    line: int
    column: int
    what: str
    right: str = ""
    source: str = ""

    def __str__(self) -> str:
        said = f"{self.what}; {self.right}" if self.right else self.what
        if not self.line:
            return f"{self.file}: {said}"
        return f"{self.file}:{self.line}:{self.column}: {said}\n{_excerpt(self.source, self.line, self.column)}"


class ScriptError(Exception):
    """A script that cannot be understood. `mistakes` are all that were found, in the order of the file."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes, key=lambda mistake: (mistake.line, mistake.column)))
        super().__init__(self.mistakes)

    def __str__(self) -> str:
        shown = [str(mistake) for mistake in self.mistakes[:SHOWN_AT_MOST]]
        left = len(self.mistakes) - len(shown)
        return "\n".join([*shown, f"… and {left:,} more"] if left else shown)


class MisreadError(Exception):
    """Something that cannot be read, `offset` characters into the script. `Source` makes a Mistake of it."""

    def __init__(self, offset: int, what: str, right: str = "") -> None:
        super().__init__(what)
        self.offset = offset
        self.what = what
        self.right = right


class Source:
    """The text of a script: where in it a character stands."""

    __slots__ = ("_starts", "name", "text")

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self._starts = [0]
        for line in text.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)

    def line(self, offset: int) -> int:
        """The line of a character, counted from 1."""
        return min(bisect_right(self._starts, offset), len(self._starts) - 1)

    def mistake(self, misread: MisreadError) -> Mistake:
        """A mistake at its place."""
        line = self.line(misread.offset)
        start, end = self._starts[line - 1], self._starts[line] - 1
        return Mistake(
            self.name, line, misread.offset - start + 1, misread.what, misread.right, self.text[start:end].rstrip("\r")
        )


def near(word: str, words: Iterable[str]) -> str:
    """`did you mean 'recv' or 'recvmsg'?`, of those words that come near, whatever the case; "" if none does."""
    known = {candidate.lower(): candidate for candidate in words}
    matches = [known[match] for match in difflib.get_close_matches(word[:80].lower(), known, n=3, cutoff=0.6)]
    return f"did you mean {' or '.join(map(repr, matches))}?" if matches else ""


def or_defined(word: str) -> str:
    """What to do about a word that may be meant to stand for another; "" for what cannot be a name."""
    return f"; if {word[:40]} stands for something else, say so with -D {word[:40]}=…" if word.isidentifier() else ""


def shown(text: str) -> str:
    """A piece of a script as a sentence can hold it: in quotes, on one line, not too long."""
    plain = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
    return f"'{plain}'" if len(plain) <= 40 else f"'{plain[:38]}…'"


def _excerpt(source: str, line: int, column: int) -> str:
    """The line with a caret under the column. Of a long line, only the part around it."""
    start = max(0, min(column - 1 - LINE_AT_MOST // 2, len(source) - LINE_AT_MOST))
    part = source[start : start + LINE_AT_MOST]
    before, after = "…" * (start > 0), "…" * (start + LINE_AT_MOST < len(source))
    plain = "".join(character if character.isprintable() else " " for character in part)
    indent = len(before) + column - 1 - start
    return f"{line:>6} | {before}{plain}{after}\n{'':>6} | {'':>{indent}}^"
