"""YAML text → plain data, and the place (line and column) of every key and every value in it.

Lives here: reading a file within bounds, the subset of YAML 1.2 that scenarios are written in, and the places. Nothing
of the language itself is known here: any mapping will do.

PyYAML's parser is used for its events only, in C where it is available. Plain scalars are resolved here, by the core
schema of YAML 1.2 (§10.3.2): `true`, `null`, numbers; `off`, `yes` and `12:30` are words. A file that could mean two
things to two readers is refused: keys given twice, anchors, aliases, merge keys, tags, a second document.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, NoReturn, TypeAlias

import yaml

from tcpsim.scenario.errors import Problem, ScenarioError, Span

MAXIMUM_SIZE: Final = 1 << 20  # octets
MAXIMUM_DEPTH: Final = 64  # collections inside each other
MAXIMUM_COMPLAINTS: Final = 100  # after so many, reading on helps nobody

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LINE_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # as PyYAML counts lines
_BINARY: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT: Final = re.compile(r"[-+]?[0-9]{1,400}|0o[0-7]{1,400}|0x[0-9a-fA-F]{1,400}")
_FLOAT: Final = re.compile(
    r"[-+]?(\.[0-9]{1,400}|[0-9]{1,400}(\.[0-9]{0,400})?)([eE][-+]?[0-9]{1,9})?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)

DataPath: TypeAlias = tuple[str | int, ...]


class Mark(NamedTuple):
    """A place in the text. Line and column count from 0."""

    line: int
    column: int


@dataclass(slots=True)
class Placed:
    """A value of the document, where it stands, and the same of everything in it.

    `style` is a scalar's quoting ('"', "'", "|", ">" or "" for plain); `flow` says that a collection is written in
    brackets. `usable` is False for what has been refused already, so that nobody complains of it twice.
    """

    value: Any
    start: Mark
    end: Mark
    style: str = ""
    flow: bool = False
    usable: bool = True
    keys: dict[str | int, tuple[Mark, Mark]] = field(default_factory=dict)
    children: dict[str | int, "Placed"] = field(default_factory=dict)

    def at(self, path: DataPath) -> "Placed | None":
        """The value at a path from here, or None."""
        here: Placed | None = self
        for step in path:
            if here is None:
                return None
            here = here.children.get(step)
        return here


@dataclass(slots=True)
class Source:
    """A document that was read: its name, its lines, its values with their places, and what is wrong with it so far."""

    name: str
    lines: list[str]
    root: Placed
    problems: list[Problem] = field(default_factory=list)

    def problem(self, path: DataPath, message: str, *, key: bool = False, line: int | None = None) -> Problem:
        """A mistake at a path: at the value, or at the `key`, or at a `line` (from 0) of a text of several lines.

        Where the path leads nowhere (something is missing), it is reported at the last place on the way.
        """
        where = path_text(path)
        while path and self.root.at(path) is None and not self._key(path):
            path = path[:-1]
        here, keyed = self.root.at(path), self._key(path)
        if here is not None and line is not None and here.style in {"|", ">"}:
            return self._problem_in_block(where, message, here.start.line + 1 + line)
        block = here is not None and isinstance(here.value, dict | list) and not here.flow
        if keyed and (key or here is None or block):
            return self.at(where, message, *keyed)
        place = here or self.root
        return self.at(where, message, place.start, place.start if block else place.end)

    def _key(self, path: DataPath) -> tuple[Mark, Mark] | None:
        parent = self.root.at(path[:-1]) if path else None
        return parent.keys.get(path[-1]) if parent and isinstance(path[-1], str) else None

    def at(self, where: str, message: str, start: Mark, end: Mark) -> Problem:
        """A mistake between two marks; only the first of several lines is marked."""
        text = self.lines[start.line] if start.line < len(self.lines) else ""
        stop = end.column if end.line == start.line else len(text.rstrip())
        span = Span(start.line + 1, start.column + 1, max(stop, start.column + 1) + 1)
        return Problem(self.name, where, message, span, text)

    def _problem_in_block(self, where: str, message: str, line: int) -> Problem:
        line = min(line, len(self.lines) - 1)
        text = self.lines[line]
        indent = len(text) - len(text.lstrip())
        return self.at(where, message, Mark(line, indent), Mark(line, len(text.rstrip())))


def path_text(path: DataPath) -> str:
    """A path as text: `faults[0].drop`, `network["client -> server"].loss`."""
    parts: list[str] = []
    for step in path:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        elif re.fullmatch(r"[\w-]+", step):
            parts.append(f".{step}" if parts else step)
        else:
            parts.append(f'["{step}"]')
    return "".join(parts)


# ---- from a file to text -------------------------------------------------------------------------------------------


def read_text(path: Path, name: str) -> str:
    """The text of a scenario file. Raises ScenarioError if it cannot be read, is too large, or is not UTF-8 text."""
    try:
        with path.open("rb") as file:
            octets = file.read(MAXIMUM_SIZE + 1)
    except FileNotFoundError:
        raise _failure(name, "there is no such file") from None
    except IsADirectoryError:
        raise _failure(name, "this is a directory, not a scenario file") from None
    except PermissionError:
        message = (
            "this is a directory, not a scenario file" if _is_directory(path) else "no permission to read this file"
        )
        raise _failure(name, message) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise _failure(name, f"cannot be read: {reason}") from None
    return decode(octets, name)


def _is_directory(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # not even that may be known
        return False


def decode(octets: bytes, name: str) -> str:
    """Octets as text. Raises ScenarioError for more than 1 MiB, and for what is not UTF-8."""
    if len(octets) > MAXIMUM_SIZE:
        raise _failure(name, "larger than 1 MiB; a scenario is at most that long")
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = octets.count(b"\n", 0, error.start) + 1
        raise _failure(name, f"line {line} is not UTF-8 text (octet 0x{octets[error.start]:02x})") from None


def _failure(name: str, message: str) -> ScenarioError:
    return ScenarioError([Problem(name, "", message)])


# ---- from text to data ---------------------------------------------------------------------------------------------


def parse(text: str, name: str) -> Source:
    """The one mapping that a text holds, with the place of everything in it.

    What is refused but does not hide the rest (a key given twice, a tag) is left in `Source.problems`. Raises
    ScenarioError where nothing more can be read: a syntax error, an empty document, not a mapping, too large.
    """
    if len(text) > MAXIMUM_SIZE:
        raise _failure(name, "larger than 1 MiB; a scenario is at most that long")
    text = text.removeprefix("\ufeff")
    source = Source(name, _LINE_BREAK.split(text), Placed(None, Mark(0, 0), Mark(0, 0)))
    if binary := _BINARY.search(text) or _SURROGATE.search(text):
        before = _LINE_BREAK.split(text[: binary.start()])
        mark = Mark(len(before) - 1, len(before[-1]))
        message = f"the character U+{ord(binary.group()):04X} has no place in a text file"
        raise ScenarioError([source.at("", message, mark, mark)])
    _Builder(source).build(text)
    if not isinstance(source.root.value, dict):
        empty = source.root.value is None
        message = "the file is empty" if empty else "a scenario is a mapping, 'key: value' on each line"
        start = source.root.start
        source.problems.append(source.at("", f"{message}; its first line is 'tcpsim: 1'", start, start))
        raise ScenarioError(source.problems)
    return source


class _Builder:
    """Builds the document from the parser's events, without recursion.

    `stack` are the collections being read. For each, `path` has the key or index that is being read, and `awaited`
    says what a value is: the next key, or what belongs under the last one, or that the last key was refused.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.stack: list[Placed] = []
        self.path: list[str | int] = []
        self.awaited: list[Literal["key", "value", "item", "nothing"]] = []
        self.documents = 0

    def build(self, text: str) -> None:
        try:
            for event in yaml.parse(text, Loader=_LOADER):
                self.read(event)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = _mark(mark) if mark else Mark(0, 0)
            self.stop(_syntax_message(error, self.source.lines[place.line : place.line + 1]), place)
        except yaml.YAMLError as error:
            self.stop(f"this is not YAML: {error}", Mark(0, 0))

    def stop(self, message: str, start: Mark) -> NoReturn:
        self.source.problems.append(self.source.at("", message, start, start))
        raise ScenarioError(self.source.problems)

    def complain(self, message: str, start: Mark, end: Mark) -> None:
        self.source.problems.append(self.source.at(path_text(tuple(self.path)), message, start, end))
        if len(self.source.problems) >= MAXIMUM_COMPLAINTS:
            raise ScenarioError(self.source.problems)

    def read(self, event: Any) -> None:
        match event:
            case yaml.ScalarEvent():
                self.scalar(event)
            case yaml.MappingStartEvent():
                self.open(event, {})
            case yaml.SequenceStartEvent():
                self.open(event, [])
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self.close(event)
            case yaml.AliasEvent():
                start = _mark(event.start_mark)
                self.complain(
                    "aliases (*name) are not part of this language; write it out", start, _mark(event.end_mark)
                )
                self.place(Placed(None, start, _mark(event.end_mark), usable=False), name=f"*{event.anchor}")
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    self.stop("a second document; a file holds one scenario", _mark(event.start_mark))

    def scalar(self, event: Any) -> None:
        self.refuse_tag_and_anchor(event)
        start, end = _mark(event.start_mark), _mark(event.end_mark)
        plain = event.style is None or event.style == ""
        value = resolve(event.value) if plain and event.implicit[0] else event.value
        if not event.value.isascii() and _SURROGATE.search(event.value):
            self.complain("half of a surrogate pair is not a character", start, end)
            value = ""
        elif _BINARY.search(event.value):
            self.complain("a control character has no place in a text; octets are written {hex: 00ff}", start, end)
            value = ""
        self.place(Placed(value, start, end, style="" if plain else event.style), name=event.value)

    def open(self, event: Any, empty: dict[str, Any] | list[Any]) -> None:
        start = _mark(event.start_mark)
        if len(self.stack) >= MAXIMUM_DEPTH:
            self.stop(f"nested more than {MAXIMUM_DEPTH} deep", start)
        self.refuse_tag_and_anchor(event)
        if self.stack and self.awaited[-1] == "key":
            self.stop("a key must be a word, not a list or a mapping", start)
        placed = Placed(empty, start, start, flow=bool(event.flow_style))
        self.place(placed, name="")
        self.stack.append(placed)
        self.path.append(0)
        self.awaited.append("key" if isinstance(empty, dict) else "item")

    def close(self, event: Any) -> None:
        self.stack.pop().end = _mark(event.end_mark)
        self.path.pop()
        self.awaited.pop()
        self.count()

    def place(self, placed: Placed, *, name: str) -> None:
        """Put a value where it belongs. `name` is its text, should it be a key."""
        if not self.stack:
            self.source.root = placed
            return
        parent, step = self.stack[-1], self.path[-1]
        if self.awaited[-1] == "key":
            self.path[-1] = name
            self.awaited[-1] = "value" if self.accept_key(parent, placed, name) else "nothing"
            return
        if isinstance(parent.value, list):
            parent.value.append(placed.value)
            parent.children[step] = placed
        elif self.awaited[-1] == "value":
            parent.value[step] = placed.value
            parent.children[step] = placed
        if not isinstance(placed.value, dict | list):
            self.count()

    def count(self) -> None:
        """A value is complete: what comes next in the collection around it?"""
        if self.stack and isinstance(step := self.path[-1], int):
            self.path[-1] = step + 1
        elif self.stack:
            self.awaited[-1] = "key"

    def accept_key(self, parent: Placed, placed: Placed, name: str) -> bool:
        if name == "<<" and not placed.style:
            self.complain("merge keys (<<) are not part of this language; write it out", placed.start, placed.end)
        elif not name or not placed.usable:
            self.complain("a key must be a word", placed.start, placed.end)
        elif name in parent.keys:
            first = parent.keys[name][0].line + 1
            self.complain(f"the key {name!r} is given twice, first in line {first}", placed.start, placed.end)
        else:
            parent.keys[name] = (placed.start, placed.end)
            return True
        return False

    def refuse_tag_and_anchor(self, event: Any) -> None:
        start = _mark(event.start_mark)
        end = Mark(start.line, start.column + 1)
        if event.anchor is not None:
            self.complain("anchors (&name) are not part of this language; write it out where it is used", start, end)
        if event.tag is not None:
            self.complain("tags (!name) are not part of this language; leave it out", start, end)


def _mark(mark: Any) -> Mark:
    return Mark(mark.line, mark.column)


def _syntax_message(error: yaml.MarkedYAMLError, line: list[str]) -> str:
    reason = error.problem or "cannot be understood"
    if error.context:
        reason = f"{reason} ({error.context})"
    message = f"this is not YAML: {reason}"
    if "cannot start any token" in reason and line and "\t" in line[0][: len(line[0]) - len(line[0].lstrip())]:
        return f"{message}; indent with spaces, not tabs"
    if "mapping values are not allowed" in reason:
        return f"{message}; a text with ': ' in it must be put in quotes"
    return message


def resolve(text: str) -> Any:
    """What a plain scalar means by the core schema of YAML 1.2: null, a boolean, a number, or the text itself."""
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        base = {"0o": 8, "0x": 16}.get(text[:2])
        return int(text[2:], base) if base else int(text)
    if _FLOAT.fullmatch(text):
        lower = text.lower()
        return float(lower.replace(".", "") if lower.endswith(("inf", "nan")) else lower)
    return text
