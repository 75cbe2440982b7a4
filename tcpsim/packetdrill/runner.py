"""Runs a script: its events in their order, in virtual time, against the stack under test.

    outcome = run(script, FREEBSD, platforms.FREEBSD)  # whatever the script asks for, and the stack does

Lives here: which event comes next, when, and calls that wait while others happen. What goes over the wire is
`exchange`'s business, what a call does `calls`', whether something came in time `timing`'s.

As in packetdrill, a segment that nobody expected is noticed when the next one is expected. What is sent after the last
that is expected does not matter.
"""

from pathlib import Path
from typing import Any, Final, assert_never

from tcpsim.packetdrill import assertions, calls, commands, tcp_info
from tcpsim.packetdrill.exchange import Exchange
from tcpsim.packetdrill.failures import CallFails, CannotRun, Failed
from tcpsim.packetdrill.matching import Care
from tcpsim.packetdrill.platforms import Platform
from tcpsim.packetdrill.program import Asked, Course, Program
from tcpsim.packetdrill.report import Outcome, Verdict
from tcpsim.packetdrill.script import (
    Assertion,
    Call,
    Command,
    Event,
    Inbound,
    Outbound,
    Script,
    Unsupported,
    When,
)
from tcpsim.packetdrill.stack import ADDRESSES, Stack
from tcpsim.packetdrill.timing import Due, Timekeeper
from tcpsim.tcp.profiles import Profile

_PATIENCE_WITH_CALLS: Final = 1_000_000  # µs; how long a call that blocks may hold the next one up
_HEADERS: Final = 40  # octets of an IPv4 and a TCP header, for `--mtu`
_EVERYTHING: Final = Care()


def run(script: Script, profile: Profile, platform: Platform, care: Care = _EVERYTHING) -> Outcome:
    """Run a script to its end, or to where it fails. `care` is how closely segments are compared."""
    if script.unsupported:
        line, construct = script.unsupported[0]
        return Outcome(script.name, Verdict.UNSUPPORTED, line, why=construct)
    return _Runner(script, profile, platform, care).outcome()


class _Pending:
    """A call that waits. `wakes` is when it gives up waiting (µs), or None."""

    __slots__ = ("asked", "course", "due", "event", "wakes")

    def __init__(self, event: Event, due: Due, asked: Asked, course: Course) -> None:
        self.event = event
        self.due = due
        self.asked = asked
        self.course = course
        self.wakes: int | None = None


class _Runner:
    """One run of one script. `event` is the one that it is at."""

    def __init__(self, script: Script, profile: Profile, platform: Platform, care: Care) -> None:
        options = script.options
        local, remote = ADDRESSES[options.ip_version == "ipv6"]
        local, remote = options.local_ip or local, options.remote_ip or remote
        if options.mtu is not None:
            profile = profile.with_changes(mss=options.mtu - _HEADERS)
        self.script = script
        self.event = script.events[0]
        self.stack = Stack(profile, local, remote)
        self.program = Program(
            self.stack,
            platform,
            remote=remote,
            rport=options.connect_port,
            port=options.bind_port,
            buffers_matter=care.windows,
        )
        self.time = Timekeeper(options)
        self.exchange = Exchange(self.program, options, self.time, care)
        self.pending: list[_Pending] = []
        self.variables: dict[str, Any] = tcp_info.names(platform)

    def outcome(self) -> Outcome:
        """Run it, and say how it went."""
        name, trace = self.script.name, self.stack.trace
        try:
            self._run()
        except Failed as failure:
            event = self.event
            return Outcome(name, Verdict.FAIL, event.line, event.text, str(failure), failure.details, trace)
        except CannotRun as cannot:
            event = self.event
            return Outcome(name, Verdict.UNSUPPORTED, event.line, event.text, cannot.construct, (), trace)
        return Outcome(name, Verdict.PASS, trace=trace)

    def _run(self) -> None:
        self._untimed(self.script.setup)
        for event in self.script.events:
            self.event = event
            due = self.time.due(event, self.stack.now)
            self._happen(event, due)
            self.time.passed(event, due)
        if not self._await_idle():
            pending = self.pending[-1]
            self.event = pending.event
            raise Failed(f"{pending.asked.call.name}() still blocks when the script ends")
        self._untimed(self.script.cleanup)

    def _happen(self, event: Event, due: Due) -> None:
        action = event.action
        match action:
            case Outbound(segment):
                self.exchange.expect(segment, due, self._pass_time)
            case Inbound(packet):
                receiver = self.exchange.receiver(packet)
                self._go_to(due, "the segment")
                self.exchange.inject(packet, receiver)
                self._attend_to_pending()
            case Call():
                self._call(event, action, due)
            case Command():
                self._go_to(due, "the command")
                self._command(action)
            case Assertion(code):
                self._go_to(due, "the assertion")
                self.variables.update(tcp_info.fields(self.program, self.exchange.tcb_under_test()))
                assertions.run(code, self.variables)
            case Unsupported(construct):
                raise CannotRun(construct)
            case _:
                assert_never(action)

    def _untimed(self, command: Command | None) -> None:
        """The command before the first event, or behind the last."""
        if command is not None:
            self.event = Event(When(0), command, command.line, f"`{command.text}`")
            self._command(command)

    def _command(self, command: Command) -> None:
        commands.run(command, self.program, Path(self.script.name).parent)
        self._attend_to_pending()

    # ---- time -------------------------------------------------------------------------------------------------------

    def _go_to(self, due: Due, what: str) -> None:
        """Let time pass until something is due that the script does itself. What is due for the stack then is later."""
        while self.stack.now < due.start:
            self._pass_time(due.start, before=True)
        self.time.judge(what, due, self.stack.now, self.time.last)

    def _pass_time(self, limit: int | None, *, before: bool = False) -> bool:
        """Let the next thing happen, if it does so by `limit` (µs), or `before` it; else it is `limit` then.

        Calls that block get further. False: nothing has happened, or will.
        """
        due, stack = self.stack.due, self.stack
        wakes = min((pending.wakes for pending in self.pending if pending.wakes is not None), default=None)
        if wakes is not None and (due is None or wakes <= due) and (limit is None or wakes <= limit):
            stack.be_at(wakes)
        elif due is None or (limit is not None and (due >= limit if before else due > limit)):
            if limit is not None:
                stack.be_at(limit)
            return False
        else:
            stack.step()
        self._attend_to_pending()
        return True

    # ---- calls ------------------------------------------------------------------------------------------------------

    def _call(self, event: Event, call: Call, due: Due) -> None:
        self._go_to(due, "the call")
        if not self._await_idle() and call.until is not None:
            raise Failed(f"{call.name}() may block, and begins while another call still blocks")
        asked = Asked(self.program, call)
        self.exchange.before(asked)
        try:
            result = calls.make(self.program, asked)
        except CallFails as failure:
            self._returned(due, asked, -1, failure.errno)
            return
        if isinstance(result, int):
            self._returned(due, asked, result, "")
            self._attend_to_pending()
            return
        pending = _Pending(event, due, asked, result)
        self.pending.insert(0, pending)  # those that waited before may wait for what it does
        self._attend_to_pending()
        while call.until is None and pending in self.pending:
            if not self._pass_time(None):
                raise Failed(f"{call.name}() waits for ever: nothing is to come that could end it")

    def _attend_to_pending(self) -> None:
        """Each call that waits may be able to go on."""
        for pending in tuple(self.pending):
            try:
                pending.wakes = next(pending.course)
            except StopIteration as end:
                self._end_of(pending, end.value, "")
            except CallFails as failure:
                self._end_of(pending, -1, failure.errno)

    def _end_of(self, pending: _Pending, value: int, errno: str) -> None:
        """The call that waited is over. What is wrong with it is wrong where it began."""
        self.pending.remove(pending)
        meanwhile, self.event = self.event, pending.event
        self._returned(pending.due, pending.asked, value, errno)
        self.event = meanwhile

    def _await_idle(self) -> bool:
        """Wait a little for the call that blocks; whether it has returned."""
        limit = self.stack.now + _PATIENCE_WITH_CALLS
        while self.pending and self._pass_time(limit):
            pass
        return not self.pending

    def _returned(self, due: Due, asked: Asked, value: int, errno: str) -> None:
        """A call is over: did it return what it should, when it should?"""
        asked.returned(value, errno)
        call = asked.call
        expected = asked.number_of(call.result)
        both_descriptors = call.name in {"socket", "accept"} and min(value, expected) >= 0
        wrong = (value != expected and not both_descriptors) or (call.error and not _same_errno(call.error, errno))
        if wrong:
            wanted = f"{expected} {call.error}".rstrip()
            raise Failed(f"{call.name}() returned {f'{value} {errno}'.rstrip()}, and {wanted} was expected")
        if due.until is not None:
            self.time.judge(f"the return of {call.name}()", Due(due.until, due.until), self.stack.now, due.start)
        self.exchange.after(asked, value)


def _same_errno(expected: str, errno: str) -> bool:
    """Whether two names are of one error: some have two."""
    return expected == errno or {expected, errno} in ({"EAGAIN", "EWOULDBLOCK"}, {"EOPNOTSUPP", "ENOTSUP"})
