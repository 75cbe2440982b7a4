"""The values of a system call, as a script writes them: `3`, `0x02`, `"GET"`, `...`, `[1]`, `{onoff=1, linger=5}`.

Lives here: one class for each way to write a value, reading one, its number by a table of constants, and a value as
text. Which calls and options there are must not be known here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from tcpsim.packetdrill.errors import MisreadError
from tcpsim.packetdrill.scanner import HEX, NUMBER, STRING, WORD, Tokens, integer


@dataclass(frozen=True, slots=True)
class Anything:
    """`...`: whatever it is; a buffer as long as the call says, or an address that the script does not care about."""


@dataclass(frozen=True, slots=True)
class Integer:
    """A number. `hexadecimal` is how it was written, and nothing else."""

    value: int
    hexadecimal: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """A name for a number: `SOCK_STREAM`, `ECONNRESET`, `NULL`."""

    name: str


@dataclass(frozen=True, slots=True)
class Text:
    """A string, its escapes resolved and pieces joined. `more`: `...` follows, so it is only how the string begins."""

    octets: bytes
    more: bool = False


@dataclass(frozen=True, slots=True)
class Either:
    """Flags joined by `|`: `O_RDWR | O_NONBLOCK`."""

    parts: tuple["Value", ...]


@dataclass(frozen=True, slots=True)
class Array:
    """`[a, b]`: an array, or what an out-argument points to."""

    items: tuple["Value", ...]


@dataclass(frozen=True, slots=True)
class Field:
    """`name=value` in a struct. `count` is what stands in parentheses after the name: `msg_iov(2)=[…]`."""

    name: str
    value: "Value"
    count: "Value | None" = None


@dataclass(frozen=True, slots=True)
class Struct:
    """`{a=1, b=2}`: the items in their order; those of `{..., 10}` have no names."""

    items: tuple["Value", ...]

    def get(self, name: str) -> "Value | None":
        """The value of a field, or None if there is no such field."""
        for item in self.items:
            if type(item) is Field and item.name == name:
                return item.value
        return None


@dataclass(frozen=True, slots=True)
class Apply:
    """`htons(8080)`, `inet_addr("192.0.2.1")`, `sizeof(…)`: a function of C on one value."""

    function: str
    argument: "Value"


Value: TypeAlias = Anything | Integer | Word | Text | Either | Array | Field | Struct | Apply


# ---- reading ---------------------------------------------------------------------------------------------------------

DEPTH_AT_MOST: Final = 20  # of arrays in structs in arrays; sendmsg() needs five

_ESCAPE: Final = re.compile(rb"\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
_ESCAPES: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}
_ANYTHING: Final = Anything()


def read_value(tokens: Tokens, depth: int = 0) -> Value:
    """The value that comes next, with all that is joined to it by `|`. Raises MisreadError."""
    value = _read_part(tokens, depth)
    if tokens.next.text != "|":
        return value
    parts = [value]
    while tokens.accept("|"):
        parts.append(_read_part(tokens, depth))
    return Either(tuple(parts))


def read_values(tokens: Tokens, closing: str, where: str, depth: int = 0) -> tuple[Value, ...]:
    """Values with commas between them, and the mark that closes the list. Raises MisreadError."""
    if tokens.accept(closing):
        return ()
    values = [read_value(tokens, depth)]
    while tokens.accept(","):
        values.append(read_value(tokens, depth))
    tokens.expect(closing, where)
    return tuple(values)


def _read_part(tokens: Tokens, depth: int) -> Value:
    token = tokens.next
    if depth > DEPTH_AT_MOST:
        raise MisreadError(token.start, "this is nested too deeply", f"{DEPTH_AT_MOST} levels at most")
    if token.kind in {NUMBER, HEX}:
        return Integer(integer(tokens.take()), hexadecimal=token.kind == HEX)
    if token.kind == WORD:
        return _read_word(tokens, depth)
    if token.kind == STRING:
        return _read_text(tokens)
    if tokens.accept("..."):
        return _ANYTHING
    if tokens.accept("["):
        return Array(read_values(tokens, "]", "to end the array", depth + 1))
    if tokens.accept("{"):
        return Struct(read_values(tokens, "}", "to end the struct", depth + 1))
    raise tokens.refusal("a value: a number, a name, a string, ..., [array] or {struct}")


def _read_word(tokens: Tokens, depth: int) -> Value:
    """A name; with `=` a field of a struct, with parentheses a function, with both a field and how many it holds."""
    name = tokens.take().text
    count: Value | None = None
    if tokens.accept("("):
        while name == "sizeof" and tokens.next.text == "struct":
            tokens.take()
        inside = read_values(tokens, ")", f"after what {name} is of", depth + 1)
        if len(inside) != 1:
            raise MisreadError(tokens.last.start, f"{name} of {len(inside)} values", "expected one")
        count = inside[0]
    if tokens.accept("="):
        return Field(name, read_value(tokens, depth + 1), count)
    return Word(name) if count is None else Apply(name, count)


def _read_text(tokens: Tokens) -> Text:
    pieces = []
    while tokens.next.kind == STRING:
        pieces.append(_ESCAPE.sub(_unescaped, tokens.take().text[1:-1].encode(errors="replace")))
    return Text(b"".join(pieces), more=tokens.accept("..."))


def _unescaped(escape: re.Match[bytes]) -> bytes:
    what = escape[1]
    if what[:1] == b"x" and len(what) > 1:
        return bytes([int(what[1:], 16)])
    if what[0] in b"01234567":
        return bytes([int(what, 8) & 0xFF])
    return _ESCAPES.get(what, what)


# ---- what a value stands for -----------------------------------------------------------------------------------------


class UnknownNameError(LookupError):
    """A word that is in no table of constants."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no number is known for {name}")
        self.name = name


def number(value: Value, constants: Mapping[str, int]) -> int:
    """The number that a value stands for. Raises UnknownNameError for a word that is not in `constants`.

    Raises ValueError, with a sentence, for what is no number. `htons` and `htonl` leave a number as it is: ports and
    addresses are numbers here, not octets in memory.
    """
    match value:
        case Integer(plain):
            return plain
        case Word(name):
            if name not in constants:
                raise UnknownNameError(name)
            return constants[name]
        case Either(parts):
            together = 0
            for part in parts:
                together |= number(part, constants)
            return together
        case Apply("htons" | "htonl" | "ntohs" | "ntohl", argument):
            return number(argument, constants)
    raise ValueError(f"{written(value)} is not a number")


def written(value: Value) -> str:
    """A value as a script writes it."""
    match value:
        case Anything():
            return "..."
        case Integer(plain, hexadecimal):
            return f"{plain:#x}" if hexadecimal else str(plain)
        case Word(name):
            return name
        case Text(octets, more):
            return f'"{_escaped(octets)}"{"..." * more}'
        case Either(parts):
            return "|".join(map(written, parts))
        case Array(items):
            return f"[{', '.join(map(written, items))}]"
        case Struct(items):
            return f"{{{', '.join(map(written, items))}}}"
        case Field(name, held, count):
            return f"{name}{'' if count is None else f'({written(count)})'}={written(held)}"
        case Apply(function, argument):
            return f"{function}({written(argument)})"


def _escaped(octets: bytes) -> str:
    return "".join(_ESCAPED.get(octet) or (chr(octet) if 32 <= octet < 127 else f"\\x{octet:02x}") for octet in octets)


_ESCAPED = {ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t", ord('"'): '\\"', ord("\\"): "\\\\"}
