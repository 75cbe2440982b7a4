"""What is wrong with a scenario, said so that it can be put right: where, what, and what would be right.

Lives here: one mistake, all the mistakes of a file, and how they are printed. Must not be known here: YAML, the
language itself, the simulator.
"""

import unicodedata
from dataclasses import dataclass
from typing import Final

SHOWN_AT_MOST: Final = 50  # mistakes printed; a file with more is not mended mistake by mistake
LINE_AT_MOST: Final = 110  # characters of a source line that are printed


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one source line. `line` and `column` count from 1; `end` is the column after the last."""

    line: int
    column: int
    end: int


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. `where` is the path to it (`faults[0].drp`), `source` the text of its line.

    `span` is None where no place can be named: a file that does not exist, a scenario built in Python.
    """

    file: str
    where: str
    message: str
    span: Span | None = None
    source: str = ""

    def __str__(self) -> str:
        what = f"{self.where}: {self.message}" if self.where else self.message
        if self.span is None:
            return f"{self.file}: {what}"
        head = f"{self.file}:{self.span.line}:{self.span.column}: {what}"
        return f"{head}\n{_excerpt(self.source, self.span)}"


class ScenarioError(Exception):
    """A scenario that cannot be understood. `problems` are all its mistakes, in the order of the file."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems)
        self.problems = sorted(problems, key=_place)

    def __str__(self) -> str:
        shown = [str(problem) for problem in self.problems[:SHOWN_AT_MOST]]
        left = len(self.problems) - len(shown)
        if left:
            shown.append(f"… and {left:,} more")
        return "\n".join(shown)


def _place(problem: Problem) -> tuple[int, int]:
    return (problem.span.line, problem.span.column) if problem.span else (0, 0)


def _excerpt(source: str, span: Span) -> str:
    """The source line with carets under the span. Of a very long line, only the part around it."""
    first, last = span.column - 1, max(span.end - 1, span.column)
    before, after = "", ""
    if len(source) > LINE_AT_MOST:
        start = max(0, min(first - LINE_AT_MOST // 3, len(source) - LINE_AT_MOST))
        before, after = "…" * (start > 0), "…" * (start + LINE_AT_MOST < len(source))
        source = source[start : start + LINE_AT_MOST]
        first, last = first - start, min(last - start, LINE_AT_MOST)
    text = "".join(character if character.isprintable() else " " for character in source)
    indent = _width(before + text[:first])
    carets = "^" * max(1, _width(text[first:last]))
    return f"{span.line:>6} | {before}{text}{after}\n{'':>6} | {'':>{indent}}{carets}"


def _width(text: str) -> int:
    """The columns that a text takes on a terminal: two for a wide character, none for a combining one."""
    return sum(
        0 if unicodedata.combining(character) else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in text
    )
