"""The values of a system call, as a script writes them: `3`, `0x02`, `"GET"`, `...`, `[1]`, `{onoff=1, linger=5}`.

Lives here: one class for each way to write a value, a word's number by a table of constants, and a value as text.
Which calls and options there are must not be known here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias


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
