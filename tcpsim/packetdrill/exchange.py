"""The script's side of the wire: what it injects, what it expects to be sent, and of which connection that is.

As in packetdrill, one socket is under test at a time: the one made last, or the connection that has come to it. All
segments of the script are its, unless they name their ports or their socket; what the stack sends on other connections
is passed over. Must not be known here: calls, and the order of events.
"""

from collections.abc import Callable
from typing import Final

from tcpsim.packetdrill.conversation import Conversation, Progress
from tcpsim.packetdrill.failures import CannotRun, Failed
from tcpsim.packetdrill.matching import Care, differences, joined, pattern_notation, sent_notation
from tcpsim.packetdrill.program import Asked, Program
from tcpsim.packetdrill.script import IcmpPattern, ScriptOptions, SegmentPattern
from tcpsim.packetdrill.stack import Sent
from tcpsim.packetdrill.timing import Due, Timekeeper, seconds
from tcpsim.tcp.tcb import Tcb
from tcpsim.wire.flags import ACK, SYN
from tcpsim.wire.pair import SocketPair
from tcpsim.wire.segment import Segment
from tcpsim.wire.seq import MASK

_PATIENCE: Final = 2_000_000  # µs; how much longer than expected a segment is waited for
_PIECES_SHOWN: Final = 20  # of the segments that do not make up the one that was expected
_FIRST_REMOTE_PORT: Final = 40_000  # of the peers that connect to a listener
_NO_CONNECTION: Final = frozenset({Progress.NEW, Progress.LISTENING})

Wait = Callable[[int | None], bool]  # let the next thing happen, by then at the latest; False if nothing does


class Exchange:
    """What goes between the script and the stack. `under_test` is whose segments the script's are."""

    __slots__ = ("_by_descriptor", "_care", "_known", "_options", "_program", "_remote_port", "_time", "under_test")

    def __init__(self, program: Program, options: ScriptOptions, time: Timekeeper, care: Care) -> None:
        self._program = program
        self._options = options
        self._time = time
        self._care = care
        self._remote_port = _FIRST_REMOTE_PORT
        self._known: list[Conversation] = []
        self._by_descriptor: dict[int, Conversation] = {}
        self.under_test: Conversation | None = None

    # ---- whose segments they are ------------------------------------------------------------------------------------

    def before(self, asked: Asked) -> None:
        """A call is about to be made: after a connect, the next SYN is its."""
        if asked.call.name not in {"connect", "sendto"} or not asked.call.arguments:
            return
        conversation = self._by_descriptor.get(asked.number(0))
        if conversation is not None and conversation.progress is Progress.NEW:
            conversation.progress = Progress.CONNECTING
            conversation.pair = SocketPair(self._local, 0, self._program.remote, self._program.rport)

    def after(self, asked: Asked, value: int) -> None:
        """A call has done what it should: whose are the segments that the script has next?"""
        if value < 0:
            return
        match asked.call.name:
            case "socket":
                self._by_descriptor[value] = self._begin(Conversation(self._next_pair()))
            case "listen":
                self._by_descriptor[asked.number(0)].progress = Progress.LISTENING
            case "accept":
                for conversation in self._known:
                    if conversation.pair == asked.pair:
                        self._by_descriptor[value] = conversation
            case "close":
                self._by_descriptor.pop(asked.number(0), None)

    def _begin(self, conversation: Conversation) -> Conversation:
        """From here on the script's segments are this one's."""
        self._known.append(conversation)
        self.under_test = conversation
        return conversation

    @property
    def _local(self) -> str:
        return self._program.stack.host.setup.address

    def _next_pair(self) -> SocketPair:
        """A connection to the port that scripts bind to, from a port that has not been used."""
        self._remote_port += 1
        return SocketPair(self._local, self._program.port, self._program.remote, self._remote_port)

    def _conversation(self, socket: int | None = None, ports: tuple[int, int] | None = None) -> Conversation:
        """Which connection a segment of the script is of; `ports` are the stack's, and the peer's."""
        conversation = self.under_test if socket is None else self._by_descriptor.get(socket)
        if ports is not None:
            conversation = self._between(*ports) or conversation
        if conversation is None:
            raise Failed("there is no socket that this could belong to")
        return conversation

    def _between(self, lport: int, rport: int) -> Conversation | None:
        """The latest connection between these ports."""
        for known in reversed(self._known):
            if known.progress not in _NO_CONNECTION and known.pair[1::2] == (lport, rport):
                return known
        return None

    def tcb_under_test(self) -> Tcb | None:
        """What TCP knows of the connection whose segments the script has; None of a socket that has none yet."""
        conversation = self._conversation()
        for number, its in self._by_descriptor.items():
            if its is conversation:
                descriptor = self._program.descriptors[number]
                return descriptor.tcb or (descriptor.listener.tcb if descriptor.listener else None)
        connection = self._program.stack.host.connections.get(conversation.pair)
        if connection is None:
            raise Failed("there is no connection that the assertion could be about")
        return connection.tcb

    # ---- what arrives -----------------------------------------------------------------------------------------------

    def receiver(self, packet: SegmentPattern | IcmpPattern) -> Conversation:
        """Whom a segment that arrives is for. The first for a listener begins a conversation, whatever it is."""
        if isinstance(packet, IcmpPattern):
            return self._conversation()
        under_test = self.under_test
        if packet.ports is not None:
            rport, lport = packet.ports
            listens = any(known.progress is Progress.LISTENING and known.pair.lport == lport for known in self._known)
            if listens and self._between(lport, rport) is None:
                pair = SocketPair(self._local, lport, self._program.remote, rport)
                return self._begin(Conversation(pair, Progress.ARRIVED, irs=packet.seq or 0))
            return self._conversation(ports=(lport, rport))
        if packet.socket is None and (under_test is None or under_test.progress is Progress.LISTENING):
            return self._begin(Conversation(self._next_pair(), Progress.ARRIVED, irs=packet.seq or 0))
        return self._conversation(packet.socket)

    def inject(self, packet: SegmentPattern | IcmpPattern, conversation: Conversation) -> None:
        """It arrives now."""
        stack = self._program.stack
        if isinstance(packet, IcmpPattern):
            quoted = (conversation.live_iss + packet.seq) & MASK
            stack.inject_icmp(_icmp_error(packet, self._options.ip_version), conversation.pair, quoted)
        else:
            stack.inject(conversation.arriving(packet))

    # ---- what is sent -----------------------------------------------------------------------------------------------

    def expect(self, pattern: SegmentPattern, due: Due, wait: Wait) -> None:
        """The next segment that was sent, or will be, must be this one. Raises Failed where it is not."""
        conversation = self._conversation(pattern.socket, pattern.ports)
        if conversation.progress is Progress.CONNECTING and pattern.flags & (SYN | ACK) == SYN:
            conversation.progress = Progress.SYN_SENT
            conversation.script_iss = pattern.seq or 0
        pieces = [self._next_sent(conversation, pattern, due, wait)]
        while self._falls_short(pieces, pattern):
            pieces.append(self._next_sent(conversation, pattern, due, wait))
        try:
            self._compare(conversation, pattern, due, pieces)
        except Failed:
            if "packet" not in self._options.non_fatal:
                raise

    def _falls_short(self, pieces: list[Sent], pattern: SegmentPattern) -> bool:
        """Whether more must come to make up one segment that the script expects."""
        so_far = joined([piece.segment for piece in pieces])
        short = so_far is not None and 0 < len(so_far.payload) < pattern.octets
        return short and not self._options.strict_segments

    def _next_sent(self, conversation: Conversation, pattern: SegmentPattern, due: Due, wait: Wait) -> Sent:
        """The next segment of this conversation that was sent, or will be. Those of others wait."""
        stack = self._program.stack
        limit = None if due.any_time else max(due.end, stack.now) + _PATIENCE
        while True:
            if conversation.passed_over:
                return conversation.passed_over.popleft()
            while stack.sent:
                sent = stack.sent.popleft()
                if _belongs(conversation, sent.segment):
                    return sent
                for other in self._known:
                    if other.pair == sent.segment.pair:
                        other.passed_over.append(sent)
            if not wait(limit) and not stack.sent:
                raise Failed("nothing was sent", f"expected  {_moment(due)}  {pattern_notation(pattern)}")

    def _compare(self, conversation: Conversation, pattern: SegmentPattern, due: Due, pieces: list[Sent]) -> None:
        segment = joined([piece.segment for piece in pieces])
        why = "what was sent does not make up the segment that was expected"
        if segment is not None:
            conversation.learn_from(pattern, segment)
            actual = conversation.as_script(segment, absolute=pattern.seq_absolute)
            wrong = differences(pattern, actual, self._closely(due))
            if not wrong:
                self._time.judge("the segment", due, pieces[-1].time, self._time.last)
                return
            why = f"not the segment expected: {', '.join(f'{name} {got}, not {want}' for name, want, got in wrong)}"
        details = [f"expected  {_moment(due)}  {pattern_notation(pattern)}"]
        for piece in pieces[:_PIECES_SHOWN]:
            said = sent_notation(conversation.as_script(piece.segment, absolute=pattern.seq_absolute))
            details.append(f"sent      {seconds(piece.time):>10}  {said}")
        if len(pieces) > _PIECES_SHOWN:
            details.append(f"… and {len(pieces) - _PIECES_SHOWN:,} more")
        raise Failed(why, *details)

    def _closely(self, due: Due) -> Care:
        tick = self._options.tcp_ts_tick_usecs
        return self._care._replace(stamps_off=self._time.tolerance(due.start, 0) // tick) if tick else self._care


def _belongs(conversation: Conversation, segment: Segment) -> bool:
    """Whether a segment was sent in this conversation; the SYN of a connect makes its local port known."""
    pair = segment.pair
    if pair == conversation.pair:
        return True
    connects = conversation.progress is Progress.SYN_SENT and conversation.pair.lport == 0
    if connects and segment.flags & (SYN | ACK) == SYN and pair[2:] == conversation.pair[2:]:
        conversation.begins_with(pair, segment.seq)
        return True
    return False


def _moment(due: Due) -> str:
    if due.any_time:
        return f"{'any time':>10}"
    return f"{seconds(due.start):>10}" + (f" to {seconds(due.end)}" if due.end != due.start else "")


# ICMP's types and codes, as `tcpsim.tcp.icmp` calls them.
_ICMP_ERRORS: Final = {
    ("ipv4", 3, 0): "network unreachable",
    ("ipv4", 3, 1): "host unreachable",
    ("ipv4", 3, 2): "protocol unreachable",
    ("ipv4", 3, 3): "port unreachable",
    ("ipv4", 3, 4): "fragmentation needed",
    ("ipv4", 3, 5): "source route failed",
    # RFC 1122 §3.2.2.1, RFC 1812 §5.2.7.1: the same for other reasons
    ("ipv4", 3, 6): "network unreachable",
    ("ipv4", 3, 7): "host unreachable",
    ("ipv4", 3, 8): "host unreachable",
    ("ipv4", 3, 9): "administratively prohibited",
    ("ipv4", 3, 10): "administratively prohibited",
    ("ipv4", 3, 11): "network unreachable",
    ("ipv4", 3, 12): "host unreachable",
    ("ipv4", 3, 13): "administratively prohibited",
    ("ipv4", 3, 14): "host unreachable",
    ("ipv4", 3, 15): "host unreachable",
    ("ipv4", 4, 0): "source quench",
    ("ipv4", 11, 0): "time exceeded",
    ("ipv4", 11, 1): "time exceeded",
    ("ipv4", 12, 0): "parameter problem",
    ("ipv6", 1, 0): "network unreachable",
    ("ipv6", 1, 1): "administratively prohibited",
    ("ipv6", 1, 3): "host unreachable",
    ("ipv6", 1, 4): "port unreachable",
    ("ipv6", 2, 0): "fragmentation needed",
    ("ipv6", 3, 0): "time exceeded",
    ("ipv6", 4, 1): "protocol unreachable",
}


def _icmp_error(packet: IcmpPattern, ip_version: str) -> str:
    """What the endpoint calls an error. Raises CannotRun for one that it does not know."""
    family = "ipv6" if ip_version == "ipv6" else "ipv4"
    if packet.mtu is not None or (family, packet.type, packet.code) not in _ICMP_ERRORS:
        raise CannotRun(f"ICMP {packet.name} {packet.code_name}".rstrip())
    return _ICMP_ERRORS[family, packet.type, packet.code]
