"""Reads a script: `parse` its text, or `load` a file.

Lives here: events, their times, calls, and what may follow what. The notation of packets (`segments`), of values
(`expressions`) and of options (`head`) must not be known here, nor what anything does.

    script = parse(text, "handshake.pkt", {"TFO_COOKIE": "0123456789abcdef"})   # raises ScriptError

All mistakes of a script are told at once, as far as they can be told apart: after one, reading goes on with the next
line that looks like an event.
"""

import textwrap
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tcpsim.packetdrill.errors import MisreadError, Mistake, ScriptError, Source, near, shown
from tcpsim.packetdrill.expressions import read_value, read_values
from tcpsim.packetdrill.head import Head
from tcpsim.packetdrill.preprocessor import preprocess
from tcpsim.packetdrill.scanner import CODE, COMMAND, END, FLOAT, MARK, NUMBER, OPTION, WORD, Token, Tokens, scan
from tcpsim.packetdrill.script import (
    Action,
    Assertion,
    Call,
    Command,
    Event,
    Outbound,
    Script,
    ScriptOptions,
    Unsupported,
    When,
)
from tcpsim.packetdrill.segments import read_packet

LENGTH_AT_MOST: Final = 1_000_000  # characters; the longest script of the public suites has a fortieth of it
OCTETS_AT_MOST: Final = 4 * LENGTH_AT_MOST + 1  # as many as need be read: a character has four at most
MISTAKES_AT_MOST: Final = 50
TIME_AT_MOST: Final = 10**9  # seconds

SYSTEM_CALLS: Final = frozenset(
    {
        *("socket", "bind", "listen", "accept", "connect", "close", "shutdown", "open", "pipe"),
        *("read", "readv", "recv", "recvfrom", "recvmsg", "write", "writev", "send", "sendto", "sendmsg"),
        *("sendfile", "splice", "fcntl", "ioctl", "getsockopt", "setsockopt", "poll"),
        *("epoll_create", "epoll_ctl", "epoll_wait", "cap_set", "psp_rx_assoc", "psp_tx_assoc"),
        *("sctp_bindx", "sctp_peeloff", "sctp_getpaddrs", "sctp_freepaddrs", "sctp_getladdrs", "sctp_freeladdrs"),
        *("sctp_sendmsg", "sctp_recvmsg", "sctp_connectx", "sctp_send", "sctp_sendx", "sctp_sendv", "sctp_recvv"),
    }
)

_EVENT: Final = "an event: a time, then a segment, a call, a command or an assertion"
_ACTION: Final = "what happens: a segment (< or >), a call, a `command` or an assertion (%{ … }%)"
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


def load(path: str | Path, defines: Mapping[str, str] = _NOTHING) -> Script:
    """The script in a file. Raises ScriptError, also for a file that cannot be read."""
    try:
        with Path(path).open("rb") as file:
            octets = file.read(OCTETS_AT_MOST)
    except (OSError, ValueError) as error:
        raise ScriptError([Mistake(str(path), 0, 0, getattr(error, "strerror", None) or str(error))]) from None
    return parse(decoded(octets), str(path), defines)


def decoded(octets: bytes) -> str:
    """A script's octets as text: UTF-8, with any ends of lines. What cannot be read is a mistake in its place."""
    return octets.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")


def parse(text: str, name: str, defines: Mapping[str, str] = _NOTHING) -> Script:
    """The script in a text; `name` is what mistakes are said to be in.

    `defines` are names that stand for something else (`-D`), or are only defined ("") for `#ifdef`. Raises
    ScriptError.
    """
    if len(text) > LENGTH_AT_MOST:
        right = f"a script has {LENGTH_AT_MOST:,} at most"
        raise ScriptError([Mistake(name, 0, 0, f"more than {LENGTH_AT_MOST:,} characters", right)])
    source = Source(name, text)
    try:
        tokens = scan(preprocess(text, defines))
    except MisreadError as misread:
        raise ScriptError([source.mistake(misread)]) from None
    return _Parser(source, tokens).script()


class _Parser:
    """One script being read: how far, what was found, and what was wrong."""

    def __init__(self, source: Source, tokens: Tokens) -> None:
        self.source = source
        self.tokens = tokens
        self.mistakes: list[Mistake] = []
        self.events: list[Event] = []
        self.unsupported: list[tuple[int, str]] = []
        self.earliest = 0  # when the next event can be due, if its time is absolute
        self.ipv6: bool | None = None

    def script(self) -> Script:
        options, setup = self.head()
        cleanup: Command | None = None
        tokens = self.tokens
        while tokens.next.kind != END and len(self.mistakes) < MISTAKES_AT_MOST:
            first = tokens.next
            try:
                if first.kind == COMMAND and tokens.ahead(1).kind == END:
                    cleanup = self.untimed_command()
                else:
                    self.events.append(self.event())
            except MisreadError as misread:
                self.wrong(misread)
                self.skip_event(first)
        if not self.events and not self.mistakes:
            self.wrong(MisreadError(tokens.next.start, "the script has no event", f"expected {_EVENT}"))
        if self.mistakes:
            raise ScriptError(self.mistakes)
        return Script(self.source.name, options, tuple(self.events), setup, cleanup, tuple(self.unsupported))

    def wrong(self, misread: MisreadError) -> None:
        self.mistakes.append(self.source.mistake(misread))

    # ---- around the events -------------------------------------------------------------------------------------------

    def head(self) -> tuple[ScriptOptions, Command | None]:
        """The options, and the command without a time that may stand among them."""
        tokens, head = self.tokens, Head()
        setup: Command | None = None
        while tokens.next.kind == OPTION or (tokens.next.kind == COMMAND and setup is None):
            if tokens.next.kind == COMMAND:
                setup = self.untimed_command()
                continue
            option = tokens.take()
            try:
                if construct := head.take(option):
                    self.unsupported.append((self.source.line(option.start), construct))
            except MisreadError as misread:
                self.wrong(misread)
        try:
            head.check()
        except MisreadError as misread:
            self.wrong(misread)
        self.ipv6 = head.ipv6
        return head.options(), setup

    def untimed_command(self) -> Command:
        token = self.tokens.take()
        return Command(token.text[1:-1], self.source.line(token.start))

    def skip_event(self, first: Token) -> None:
        """Go on to the next line that looks like an event; at least past the word where this one began."""
        tokens = self.tokens
        if tokens.next is first:
            tokens.take()
        while tokens.next.kind != END and not (tokens.begins_line and self.looks_like_event()):
            tokens.take()

    def looks_like_event(self) -> bool:
        first, second = self.tokens.next, self.tokens.ahead(1)
        if first.text in {"+", "*"} or first.kind == COMMAND:
            return True
        begins = second.kind in {WORD, COMMAND, CODE} or second.text in {"<", ">", "~", "..."}
        return first.kind in {NUMBER, FLOAT} and begins

    # ---- an event ----------------------------------------------------------------------------------------------------

    def event(self) -> Event:
        first = self.tokens.next
        when = self.when()
        action = self.action(when)
        self.check(first, when, action)
        if isinstance(action, Unsupported):  # not all of it may have been read
            self.skip_event(first)
        end = self.tokens.last.end
        return Event(when, action, self.source.line(first.start), self.source.text[first.start : end])

    def when(self) -> When:
        tokens = self.tokens
        if tokens.accept("*"):
            return When(None)
        first = tokens.next
        relative = tokens.accept("+")
        if not relative and first.kind not in {NUMBER, FLOAT}:
            raise self.no_time(first)
        start = self.time()
        end = None
        if tokens.accept("~"):
            if relative:
                tokens.expect("+", "before the second time, which counts from the event before like the first")
            end = self.time()
            if end < start:
                raise MisreadError(first.start, "this range ends before it begins", "write the earlier time first")
        return When(start, end, relative)

    def no_time(self, first: Token) -> MisreadError:
        """That something else stands where a time should stand: to be raised."""
        if first.kind == OPTION:
            return MisreadError(first.start, "an option after the first event", "options stand at the head of a script")
        if first.kind == COMMAND:
            right = "only the first thing in a script and the last can be a command without one"
            return MisreadError(first.start, "this command has no time", f"{right}; write one before it: +0")
        if first.kind == WORD and self.tokens.ahead(1).text == "(":
            return MisreadError(first.start, f"the call of {shown(first.text)} has no time", "write one before it: +0")
        if first.text in {"<", ">"} or first.kind == CODE:
            return MisreadError(first.start, "this event has no time", "write one before it: +0")
        return MisreadError(first.start, f"{shown(first.text)} is not expected here", f"expected {_EVENT}")

    def time(self) -> int:
        """Seconds with up to six decimals, as microseconds. Raises MisreadError."""
        token = self.tokens.next
        if token.kind not in {NUMBER, FLOAT}:
            raise self.tokens.refusal("a time in seconds, such as 0.1")
        self.tokens.take()
        if token.text.startswith("-"):
            raise MisreadError(token.start, f"{shown(token.text)} is a negative time", "no event is before the script")
        seconds, _, decimals = token.text.partition(".")
        if len(seconds) > 10 or int(seconds or 0) > TIME_AT_MOST:
            raise MisreadError(token.start, f"{shown(token.text)} is too long a time", f"at most {TIME_AT_MOST:,} s")
        return int(seconds or 0) * 1_000_000 + int((decimals + "000000")[:6])

    def check(self, first: Token, when: When, action: Action) -> None:
        """Times do not go back; and only what the stack sends may come at a time that is not quite known."""
        if (when.start is None or when.end is not None) and not isinstance(action, Outbound | Unsupported):
            known = "any time (*)" if when.start is None else "a range of times"
            raise MisreadError(
                first.start, f"{known} for what the script does itself", "only segments sent (>) can have it"
            )
        if when.start is None:
            return
        from_where = self.earliest if when.relative else 0
        latest = from_where + (when.start if when.end is None else when.end)
        if latest < self.earliest:
            before = f"the event before it is not due before {_seconds(self.earliest)}"
            raise MisreadError(first.start, f"the time goes back to {_seconds(latest)}", before)
        self.earliest = max(self.earliest, from_where + when.start)

    # ---- what happens ------------------------------------------------------------------------------------------------

    def action(self, when: When) -> Action:
        tokens = self.tokens
        token = tokens.next
        if token.kind == MARK and token.text in {"<", ">"}:
            return read_packet(tokens, ipv6=self.ipv6)
        if token.kind == COMMAND:
            return self.untimed_command()
        if token.kind == CODE:
            return Assertion(_without_margin(tokens.take().text[2:-2]))
        if token.kind == WORD or token.text == "...":
            return self.call(when)
        raise tokens.refusal(_ACTION)

    def call(self, when: When) -> Call:
        tokens = self.tokens
        until = self.until(when) if tokens.next.text == "..." else None
        name = tokens.next
        if name.kind != WORD or tokens.ahead(1).text != "(":
            raise tokens.refusal(_ACTION if until is None else "a call, which may block for so long")
        if name.text not in SYSTEM_CALLS:
            right = near(name.text, sorted(SYSTEM_CALLS)) or "calls are socket, connect, read, close …"
            raise MisreadError(name.start, f"{shown(name.text)} is not a system call", right)
        tokens.take()
        tokens.take()
        arguments = read_values(tokens, ")", f"or ',' in the arguments of {name.text}")
        tokens.expect("=", f"and the result of {name.text}")
        result = read_value(tokens)
        error = tokens.take().text if tokens.next.kind == WORD and not tokens.begins_line else ""
        return Call(name.text, arguments, result, error, self.note(), until)

    def until(self, when: When) -> int:
        """`...0.5`: the time by which a call that may block returns, of the same kind as the event's."""
        tokens = self.tokens
        ellipsis = tokens.take()
        if tokens.accept("+") and not when.relative:
            raise MisreadError(ellipsis.end, "a relative time after an absolute one", "write both of the same kind")
        until = self.time()
        if when.start is None or when.end is not None:
            raise MisreadError(ellipsis.start, "a call at no certain time", "write one time before '...'")
        if until < when.start:
            raise MisreadError(ellipsis.start, "this call ends before it begins", "write the earlier time first")
        return until

    def note(self) -> str:
        """`(Operation now in progress)`, without the parentheses, or nothing."""
        tokens = self.tokens
        opening = tokens.next
        if not tokens.accept("("):
            return ""
        while tokens.next.text != ")":
            if tokens.next.kind == END or tokens.begins_line:
                raise MisreadError(opening.start, "this note never ends", ") is missing")
            tokens.take()
        closing = tokens.take()
        return self.source.text[opening.end : closing.start].strip()


def _without_margin(code: str) -> str:
    """Python as it would stand in a file of its own."""
    first, newline, rest = code.strip(" \t").partition("\n")
    return f"{first.strip()}{newline}{textwrap.dedent(rest)}".strip()


def _seconds(microseconds: int) -> str:
    return f"{microseconds / 1_000_000:.6f}".rstrip("0").rstrip(".") + " s"
