"""What the values of arguments may be: each is read from its text, or refused with a sentence that says why."""

from argparse import ArgumentTypeError
from typing import Final

_NARROWEST, _WIDEST = 40, 1000  # columns
_DIGITS: Final = 40  # that a number is read of


def named(text: str) -> str:
    if not text:
        raise ArgumentTypeError("the name of a file is empty")
    return text


def change(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not all(key.split(".")):
        raise ArgumentTypeError(f"{text!r} is not key=value, as in network.delay=50ms")
    return key, value


def seed(text: str) -> int:
    try:
        return int(text[:_DIGITS])  # which is still too large for a seed, and refused as that
    except ValueError:
        raise ArgumentTypeError(f"{text[:_DIGITS]!r} is not a whole number") from None


def columns(text: str) -> int:
    if not text.isdecimal() or not _NARROWEST <= int(text[:9]) <= _WIDEST:
        raise ArgumentTypeError(f"{text!r} is not a number of columns from {_NARROWEST} to {_WIDEST}")
    return int(text)


def rows(text: str) -> int:
    if not text.isdecimal():
        raise ArgumentTypeError(f"{text!r} is not a number of rows")
    return int(text[:9])


def define(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    if not name.isidentifier():
        raise ArgumentTypeError(f"{text!r} is not NAME=VALUE, or a NAME for #ifdef")
    return name, value


def number(text: str) -> int:
    """The number of a segment."""
    if not text.isdecimal() or not int(text[:_DIGITS]):
        raise ArgumentTypeError(f"{text[:_DIGITS]!r} is not the number of a segment: they are counted from 1")
    return int(text[:_DIGITS])
