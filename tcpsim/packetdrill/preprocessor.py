"""What happens to a script before it is read: comments, `#define`, `#ifdef`.

Lives here: which parts of the text count, and which names stand for something else from where on. What the text means
must not be known here.

What does not count becomes blanks, so that all that is left stands where it was written. Comments are `//`, `/* */`,
and `#` at the beginning of a line or after a blank, unless a directive follows it at once. None begins inside a string,
a command or a block of code.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from tcpsim.packetdrill.errors import MisreadError, shown

_NOTABLE: Final = re.compile(
    r"""
      (?P<comment> //[^\n]* | /\*.*?\*/ )
    | (?P<endless> /\*                  )
    | (?P<define>  --define=[^\s"`]*(?:"(?:\\.|[^"\\\n])*"|`[^`]*`)? )
    | (?P<kept>    "(?:\\.|[^"\\\n])*"? | `(?:\\.|[^`\\])*`? | %\{.*?(?:\}%|\Z) )
    | (?P<hash>    (?<!\S)\#(?:\\\n|[^\n])* )
    """,
    re.VERBOSE | re.DOTALL,
)
_DIRECTIVE: Final = re.compile(r"#([a-z]+)\b(?:\s+([A-Za-z_]\w*))?(.*)", re.DOTALL)
_DEFINITION: Final = re.compile(r"--define=([A-Za-z_]\w*)(?:=(.*))?", re.DOTALL)
_COMMENT: Final = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_NOT_A_NEWLINE: Final = re.compile(r"[^\n]")

_KNOWN: Final = ("define", "undef", "ifdef", "ifndef", "else", "endif")
_REFUSED: Final = frozenset({"if", "elif", "include", "error", "pragma", "line", "import", "warning"})


class Definition(NamedTuple):
    """From `offset` on, a name stands for `value`; None: for nothing but itself again."""

    offset: int
    name: str
    value: str | None


class Preprocessed(NamedTuple):
    """The text that counts, as long as the whole was, and its definitions in their order."""

    text: str
    definitions: list[Definition]


@dataclass(slots=True)
class _Condition:
    """An `#ifdef` that has not ended: where it stands, whether its part counts, and whether the part around it does."""

    offset: int
    counts: bool
    around: bool
    turned: bool = False  # by #else


def preprocess(text: str, given: Mapping[str, str]) -> Preprocessed:
    """The part of a script that counts. Names that are `given` keep their value, whatever the script defines.

    Raises MisreadError.
    """
    reader = _Preprocessor(given)
    pieces: list[str] = []
    at = 0
    for found in _NOTABLE.finditer(text):
        pieces.append(reader.passed(text[at : found.start()]))
        pieces.append(reader.notable(found))
        at = found.end()
    pieces.append(reader.passed(text[at:]))
    if reader.conditions:
        raise MisreadError(reader.conditions[-1].offset, "this condition never ends", "#endif is missing")
    return Preprocessed("".join(pieces), reader.definitions)


class _Preprocessor:
    """What is known so far: names, and the conditions that have not ended."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self.given = given
        self.definitions = [Definition(-1, name, value) for name, value in given.items()]
        self.names = set(given)
        self.conditions: list[_Condition] = []

    @property
    def counts(self) -> bool:
        return not self.conditions or self.conditions[-1].counts

    def passed(self, text: str) -> str:
        return text if self.counts else _blank(text)

    def notable(self, found: re.Match[str]) -> str:
        text = found.group()
        match found.lastgroup:
            case "kept":
                return self.passed(text)
            case "define":
                if self.counts and (definition := _DEFINITION.fullmatch(text)):
                    self.define(found.start(), definition[1], definition[2] or "")
                return self.passed(text)
            case "endless":
                raise MisreadError(found.start(), "this comment never ends", "*/ is missing")
            case "hash":
                self.hash(text, found)
        return _blank(text)

    def hash(self, text: str, found: re.Match[str]) -> None:
        """A directive if one follows, and nothing precedes; else a comment."""
        line = found.string.rfind("\n", 0, found.start()) + 1
        directive = _DIRECTIVE.match(text)
        if directive is None or found.string[line : found.start()].strip():
            return
        word, name, rest = directive[1], directive[2] or "", directive[3]
        if word in _KNOWN:
            if name == "" and word not in {"else", "endif"}:
                raise MisreadError(found.start(), f"#{word} of what", f"write a name: #{word} NAME")
            self.directive(word, name, _COMMENT.sub(" ", rest).replace("\\\n", "  ").strip(), found.start())
        elif word in _REFUSED:
            known = ", ".join(f"#{known}" for known in _KNOWN)
            raise MisreadError(found.start(), f"{shown('#' + word)} is not understood", f"there are {known}")

    def directive(self, word: str, name: str, value: str, offset: int) -> None:
        match word:
            case "define" if self.counts:
                self.define(offset, name, value)
            case "undef" if self.counts and name not in self.given:
                self.names.discard(name)
                self.definitions.append(Definition(offset, name, None))
            case "ifdef" | "ifndef":
                holds = (name in self.names) == (word == "ifdef")
                self.conditions.append(_Condition(offset, self.counts and holds, self.counts))
            case "else" | "endif":
                self.turn(word, offset)

    def turn(self, word: str, offset: int) -> None:
        if not self.conditions:
            raise MisreadError(offset, f"#{word} of what", "there is no #ifdef or #ifndef before it")
        condition = self.conditions[-1]
        if word == "endif":
            self.conditions.pop()
        elif condition.turned:
            raise MisreadError(offset, "a second #else of one condition", "#endif is missing before it")
        else:
            condition.turned = True
            condition.counts = condition.around and not condition.counts

    def define(self, offset: int, name: str, value: str) -> None:
        if name not in self.given:
            self.names.add(name)
            self.definitions.append(Definition(offset, name, value))


def _blank(text: str) -> str:
    return _NOT_A_NEWLINE.sub(" ", text) if "\n" in text else " " * len(text)
