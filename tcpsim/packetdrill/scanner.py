"""From a script's text to its words, each with its place.

Lives here: how numbers, words, strings, commands and blocks of code are told apart; names that stand for something
else; a cursor over the words, which says what it would have liked to find. What they mean must not be known here.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from tcpsim.packetdrill.errors import MisreadError, or_defined, shown
from tcpsim.packetdrill.preprocessor import Definition, Preprocessed

WORD: Final = "word"
NUMBER: Final = "number"  # decimal, with or without a sign
HEX: Final = "hex"
FLOAT: Final = "float"
STRING: Final = "string"
COMMAND: Final = "command"  # in backquotes
CODE: Final = "code"  # %{ … }%
OPTION: Final = "option"  # --name=value, whole
MARK: Final = "mark"  # punctuation: a character, or `...`
END: Final = "end"

DIGITS_AT_MOST: Final = 20  # enough for 64 bits
STANDS_FOR_AT_MOST: Final = 1_000  # words that one name stands for: names of names of names grow without end
STAND_FOR_IN_ALL: Final = 200_000  # words instead of names, and in definitions: a short script may ask for very many

_TOKENS: Final = re.compile(
    r"""
      \s+
    | (?P<hex>     0x[0-9a-fA-F]+(?!\w)  )
    | (?P<float>   -?[0-9]*\.[0-9]+      )
    | (?P<number>  -?[0-9]+(?!\w)        )
    | (?P<word>    [A-Za-z0-9_]+         )
    | (?P<string>  "(?:\\.|[^"\\\n])*"   )
    | (?P<command> `(?:\\.|[^`\\])*`     )
    | (?P<code>    %\{.*?\}%             )
    | (?P<option>  --\w+(?:[ \t]*=[ \t]*(?:\w+=)?(?:"(?:\\.|[^"\\\n])*"|`[^`]*`|[^\s"`]+))? )
    | (?P<endless> ["`]|%\{              )
    | (?P<mark>    \.\.\.|\S             )
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_ENDLESS: Final = {'"': ("string", '"'), "`": ("command", "`"), "%{": ("block of code", "}%")}


class Token(NamedTuple):
    """A word, or a mark, or what stands in quotes; where in the script it begins, and where it ends."""

    kind: str
    text: str
    start: int
    end: int


def scan(preprocessed: Preprocessed) -> "Tokens":
    """The words of a script. Raises MisreadError for a string, a command or a block of code that never ends."""
    text, definitions = preprocessed
    tokens = list(_defined(text, definitions) if definitions else _plain(text))
    tokens.append(Token(END, "", len(text), len(text)))
    return Tokens(text, tokens)


def _plain(text: str) -> Iterator[Token]:
    for found in _TOKENS.finditer(text):
        kind = found.lastgroup
        if kind is None:
            continue
        if kind == "endless":
            what, closing = _ENDLESS[found.group()]
            raise MisreadError(found.start(), f"this {what} never ends", f"{closing} is missing")
        yield Token(kind, found.group(), found.start(), found.end())


def _defined(text: str, definitions: list[Definition]) -> Iterator[Token]:
    """The words, and instead of a name that stands for others, those: in the place of the name."""
    names = _Names()
    waiting = iter(definitions)
    definition = next(waiting, None)
    for token in _plain(text):
        while definition is not None and definition.offset <= token.start:
            names.define(definition)
            definition = next(waiting, None)
        if token.kind == WORD and token.text in names.stand_for:
            for other in names.used(token):
                yield Token(other.kind, other.text, token.start, token.end)
        else:
            yield token


class _Names:
    """What names stand for, as far as the script has come, and how many words may still come of them."""

    __slots__ = ("left", "stand_for")

    def __init__(self) -> None:
        self.stand_for: dict[str, list[Token]] = {}
        self.left = STAND_FOR_IN_ALL

    def used(self, name: Token) -> list[Token]:
        """The words instead of a name."""
        words = self.stand_for[name.text]
        self._count(words, name.start)
        return words

    def define(self, definition: Definition) -> None:
        """From here on a name stands for something else. Raises MisreadError for too much of that."""
        if definition.value is None:
            self.stand_for.pop(definition.name, None)
            return
        offset = max(definition.offset, 0)
        try:
            words = [
                word
                for token in _plain(definition.value)
                for word in (self.stand_for.get(token.text, [token]) if token.kind == WORD else [token])
            ]
        except MisreadError as misread:
            where = f"in what {definition.name} stands for, {misread.what}"
            raise MisreadError(offset, where, misread.right) from None
        if len(words) > STANDS_FOR_AT_MOST:
            right = f"{STANDS_FOR_AT_MOST:,} at most"
            raise MisreadError(offset, f"{definition.name} stands for {len(words):,} words", right)
        self._count(words, offset)
        self.stand_for[definition.name] = words

    def _count(self, words: list[Token], offset: int) -> None:
        self.left -= len(words)
        if self.left < 0:
            raise MisreadError(offset, f"names stand for more than {STAND_FOR_IN_ALL:,} words in all")


class Tokens:
    """A cursor over the words of a script. The last is an END, and is never passed."""

    __slots__ = ("_at", "_tokens", "next", "text")

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.text = text
        self._tokens = tokens
        self._at = 0
        self.next = tokens[0]

    def take(self) -> Token:
        """The next word, and go on to the one after it."""
        token = self.next
        if token.kind != END:
            self._at += 1
            self.next = self._tokens[self._at]
        return token

    def ahead(self, words: int) -> Token:
        """The word so many words after the next one."""
        return self._tokens[min(self._at + words, len(self._tokens) - 1)]

    @property
    def last(self) -> Token:
        """The word taken last."""
        return self._tokens[max(self._at - 1, 0)]

    def accept(self, text: str) -> bool:
        """Whether this is the next word; if so, it is taken."""
        if self.next.text != text:
            return False
        self.take()
        return True

    def expect(self, text: str, where: str) -> Token:
        """The next word must be this one. Raises MisreadError."""
        if self.next.text != text:
            raise self.refusal(f"'{text}' {where}")
        return self.take()

    def expect_kind(self, kind: str, what: str) -> Token:
        """The next word must be of a kind, which `what` says in words. Raises MisreadError."""
        if self.next.kind != kind:
            raise self.refusal(what)
        return self.take()

    def natural(self, bits: int, what: str) -> int:
        """The next word must be a decimal number of so many bits, without a sign. Raises MisreadError."""
        token = self.next
        if token.kind != NUMBER:
            raise self.refusal(what + (or_defined(token.text) if token.kind == WORD else ""))
        self.take()
        most = (1 << bits) - 1
        value = integer(token)
        if not 0 <= value <= most:
            raise MisreadError(token.start, f"{shown(token.text)} is out of range", f"{what} is 0 to {most:,}")
        return value

    def refusal(self, wanted: str) -> MisreadError:
        """That the next word is not what is wanted: to be raised."""
        token = self.next
        if token.kind == END:
            return MisreadError(self.last.end, "the script ends here", f"expected {wanted}")
        if self.begins_line:
            return MisreadError(self.last.end, "the line ends here", f"expected {wanted}")
        return MisreadError(token.start, f"{shown(token.text)} is not expected here", f"expected {wanted}")

    @property
    def begins_line(self) -> bool:
        """Whether the next word is the first of its line."""
        return self._at == 0 or "\n" in self.text[self.last.end : self.next.start]


def integer(token: Token) -> int:
    """The value of a number, decimal or hexadecimal. Raises MisreadError for one of more digits than any has."""
    if len(token.text) > DIGITS_AT_MOST:
        raise MisreadError(token.start, f"{shown(token.text)} is out of range", f"at most {DIGITS_AT_MOST} digits")
    return int(token.text, 16 if token.kind == HEX else 10)
