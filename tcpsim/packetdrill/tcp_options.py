"""TCP options as a script writes them: `<mss 1460,nop,wscale 6,sackOK,TS val 100 ecr 0>`.

Lives here: reading one option and a list of them. What a stack makes of an option must not be known here.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

from tcpsim.packetdrill.errors import MisreadError, near, or_defined, shown
from tcpsim.packetdrill.scanner import END, Tokens
from tcpsim.packetdrill.script import OptionPattern, TimestampsPattern
from tcpsim.wire.options import (
    EndOfOptions,
    MaximumSegmentSize,
    NoOperation,
    Option,
    Sack,
    SackPermitted,
    UnknownOption,
    WindowScale,
)

FAST_OPEN: Final = 34  # RFC 7413 §4.1.1
EXPERIMENT: Final = 254  # RFC 4727, RFC 6994
MD5: Final = 19  # RFC 2385
FAST_OPEN_EXPERIMENT: Final = b"\xf9\x89"
LENGTH_AT_MOST: Final = 40  # octets: the data offset has four bits (RFC 9293 §3.1)

_NUMBER: Final = re.compile(r"[0-9]{1,10}")
_STAMPS: Final = re.compile(r"val ([0-9]{1,10}|\.\.\.) ecr ([0-9]{1,10})( !)?")
_BLOCKS: Final = re.compile(r"([0-9]{1,10}) : ([0-9]{1,10})(?: |$)")
_DIGITS: Final = re.compile(r"(?:[0-9a-fA-F]{2})*")
_NEVER_SENT: Final = {FAST_OPEN: "TCP Fast Open", MD5: "TCP-MD5"}


class ReadOptions(NamedTuple):
    """The options of a segment; `unsupported` names the first that tcpsim could neither take nor send, or is ""."""

    options: tuple[OptionPattern, ...] | None
    unsupported: str = ""


class _BadOptionError(ValueError):
    def __init__(self, what: str, right: str) -> None:
        super().__init__(what)
        self.what = what
        self.right = right


def read_options(tokens: Tokens, *, inbound: bool) -> ReadOptions:
    """The list in angle brackets that comes next, if one does. Raises MisreadError."""
    opening = tokens.next
    if not tokens.accept("<"):
        return ReadOptions(())
    if tokens.next.text == "..." and tokens.ahead(1).text == ">":
        if inbound:
            right = "only what the stack sends can have any"
            raise MisreadError(opening.start, "any options (<...>) in a segment that arrives", right)
        tokens.take()
        tokens.take()
        return ReadOptions(None)
    options: list[OptionPattern] = []
    unsupported = ""
    while True:
        option, refused = _read_one(tokens, inbound=inbound)
        options += option
        unsupported = unsupported or refused
        if tokens.next.text != ",":
            break
        tokens.take()
    tokens.expect(">", "or ',' after an option")
    if not unsupported:
        _check_length(opening.start, options)
    return ReadOptions(tuple(options), unsupported)


def _read_one(tokens: Tokens, *, inbound: bool) -> tuple[tuple[OptionPattern, ...], str]:
    """One option, or none and the name of one that is not supported."""
    first = tokens.next
    words = []
    while tokens.next.text not in {",", ">", "<"} and tokens.next.kind != END and not tokens.begins_line:
        words.append(tokens.take().text)
    if not words:
        raise tokens.refusal("an option such as mss 1460")
    try:
        read = read_option(" ".join(words).replace(" - ", "-").replace(" -", "-"))
    except _BadOptionError as bad:
        raise MisreadError(first.start, bad.what, bad.right) from None
    if isinstance(read, str):
        return (), read
    if isinstance(read, UnknownOption) and not inbound:
        return (), _name(read)
    if isinstance(read, TimestampsPattern) and read.value is None and inbound:
        raise MisreadError(first.start, "'val ...' in a segment that arrives", "only what the stack sends can be any")
    return (read,), ""


def _name(option: UnknownOption) -> str:
    """What an option is called that the stack never sends."""
    if option.kind == EXPERIMENT and option.octets.startswith(FAST_OPEN_EXPERIMENT):
        return _NEVER_SENT[FAST_OPEN]
    return _NEVER_SENT.get(option.kind, f"TCP option {option.kind}")


@lru_cache(maxsize=4096)
def read_option(text: str) -> OptionPattern | str:
    """An option from its words, or the name of one that is not supported. Raises ValueError."""
    word, _, rest = text.partition(" ")
    if word in _READERS:
        return _READERS[word](rest)
    if text.startswith(("gen-", "opt-")):
        return _numbered(word[4:], rest)
    if word.startswith("exp-"):
        return "experimental option"
    if word == "ECN" or word.startswith("AccECN"):
        return "AccECN"
    if re.fullmatch(r"0x[0-9a-fA-F]*", word):
        return "options as octets"
    raise _BadOptionError(f"{shown(text)} is not a TCP option", near(word, _READERS) or _KNOWN)


def _nothing_more(option: Option) -> Callable[[str], Option]:
    def read(rest: str) -> Option:
        if rest:
            raise _BadOptionError(f"{shown(rest)} is not expected in this option", "it has no value")
        return option

    return read


def _natural(text: str, bits: int, example: str) -> int:
    if not _NUMBER.fullmatch(text) or int(text) >= 1 << bits:
        right = f"write a number to {(1 << bits) - 1:,}, as in {example}{or_defined(text)}"
        raise _BadOptionError(f"{shown(text)} is not a value for this option", right)
    return int(text)


def _mss(rest: str) -> Option:
    return MaximumSegmentSize(_natural(rest, 16, "mss 1460"))


def _wscale(rest: str) -> Option:
    return WindowScale(_natural(rest, 8, "wscale 7"))


def _sack(rest: str) -> Option:
    blocks = _BLOCKS.findall(rest)
    if not rest or _BLOCKS.sub("", rest):
        raise _BadOptionError(f"{shown(rest)} are no blocks", "write them so: sack 1:1461 2921:4381")
    edge = "sack 1:1461"
    return Sack(tuple((_natural(left, 32, edge), _natural(right, 32, edge)) for left, right in blocks))


def _timestamps(rest: str) -> OptionPattern:
    stamps = _STAMPS.fullmatch(rest)
    if stamps is None:
        raise _BadOptionError(f"{shown('TS ' + rest)} is not a TCP option", "write it so: TS val 100 ecr 0")
    value, echo, absolute = stamps.groups()
    example = "TS val 100 ecr 0"
    known = None if value == "..." else _natural(value, 32, example)
    return TimestampsPattern(known, _natural(echo, 32, example), echo_absolute=absolute is not None)


def _fast_open(rest: str) -> Option:
    return UnknownOption(FAST_OPEN, _octets(rest, "a cookie"))


def _fast_open_experiment(rest: str) -> Option:
    return UnknownOption(EXPERIMENT, FAST_OPEN_EXPERIMENT + _octets(rest, "a cookie"))


def _md5(rest: str) -> OptionPattern | str:
    if rest == "valid":
        return "TCP-MD5"
    return UnknownOption(MD5, _octets(rest, "a digest"))


def _numbered(kind: str, rest: str) -> Option:
    return UnknownOption(
        _natural(kind, 8, "gen-253 abcd"), _octets(rest.removeprefix("0x"), "the content of an option")
    )


def _octets(digits: str, what: str) -> bytes:
    if not _DIGITS.fullmatch(digits):
        right = f"write two hexadecimal digits for each octet{or_defined(digits)}"
        raise _BadOptionError(f"{shown(digits)} is not {what}", right)
    if len(digits) // 2 > LENGTH_AT_MOST - 2:
        raise _BadOptionError(f"{what} of {len(digits) // 2} octets", f"an option has {LENGTH_AT_MOST} at most")
    return bytes.fromhex(digits)


_READERS: Final[dict[str, Callable[[str], OptionPattern | str]]] = {
    "nop": _nothing_more(NoOperation()),
    "eol": _nothing_more(EndOfOptions()),
    "sackOK": _nothing_more(SackPermitted()),
    "mss": _mss,
    "wscale": _wscale,
    "sack": _sack,
    "TS": _timestamps,
    "FO": _fast_open,
    "FOEXP": _fast_open_experiment,
    "exp-FO": _fast_open_experiment,
    "EXP-FO": _fast_open_experiment,
    "md5": _md5,
}
_KNOWN: Final = "options are mss, wscale, sackOK, sack, TS, nop, eol, FO, FOEXP, md5 and gen-KIND"


def _check_length(offset: int, options: list[OptionPattern]) -> None:
    length = sum(map(_length, options))
    if length > LENGTH_AT_MOST:
        raise MisreadError(offset, f"options of {length} octets", f"a segment has room for {LENGTH_AT_MOST}")
    if length % 4:
        missing = 4 - length % 4
        raise MisreadError(
            offset, f"options of {length} octets", f"pad them to {length + missing}: {missing} nop or eol"
        )


def _length(option: OptionPattern) -> int:
    match option:
        case NoOperation() | EndOfOptions():
            return 1
        case SackPermitted():
            return 2
        case WindowScale():
            return 3
        case MaximumSegmentSize():
            return 4
        case Sack(blocks):
            return 2 + 8 * len(blocks)
        case UnknownOption(_, octets):
            return 2 + len(octets)
    return 10
