"""What is asked of the oracle, and what it answers: a situation, a segment, and all that must be so afterwards.

Numbers are plain integers: ours counted from our ISS, the peer's from its own. They may be negative, or beyond 2³².
"""

from dataclasses import dataclass
from typing import NamedTuple

from tcpsim.tcp.states import State


@dataclass(frozen=True)
class Situation:
    """What the oracle knows of a connection. Ours is counted from our ISS, the peer's from its own."""

    state: State
    una: int = 0
    nxt: int = 1
    fin_sent: bool = False  # our FIN then has the last number before SND.NXT
    snd_wnd: int = 65_535
    max_wnd: int = 65_535
    wl1: int = 0
    wl2: int = 1
    rcv_nxt: int = 1
    rcv_wnd: int = 65_535
    passive: bool = False
    offered: int | None = None  # the ISS that the host offers, should the segment open a connection
    held: tuple[int, int] | None = None  # text held above a hole: its first number, and the one after its last
    fin_held: bool = False  # behind it


class Said(NamedTuple):
    """A segment that arrives: flags in packetdrill's letters, so many octets of text."""

    flags: str
    seq: int
    ack: int | None
    octets: int
    wnd: int
    up: int = 0

    @property
    def length(self) -> int:
        """SEG.LEN (A01)."""
        return self.octets + ("S" in self.flags) + ("F" in self.flags)


class Answer(NamedTuple):
    """A segment sent. `seq` is None for <SEQ=0>, `ack` without the ACK bit."""

    flags: str
    seq: int | None
    ack: int | None


class Outcome:
    """All that must be so afterwards. It begins as "nothing happens"; the rules change it, and leave their rows."""

    __slots__ = (
        *("answers", "delivered", "dropped", "nxt", "path", "rcv_nxt", "rcv_wnd", "restarted", "rows", "snd_wnd"),
        *("state", "told", "una"),
    )

    def __init__(self, at: Situation) -> None:
        self.state = at.state
        self.path: list[State] = []
        self.answers: list[Answer] = []
        self.delivered = 0
        self.told: list[str] = []
        self.una, self.nxt, self.snd_wnd = at.una, at.nxt, at.snd_wnd
        self.rcv_nxt, self.rcv_wnd = at.rcv_nxt, at.rcv_wnd
        self.restarted = False  # the timer of 2 MSL was started, or started again
        self.dropped = False  # and nothing at all of the connection changes
        self.rows: list[str] = []

    def to(self, state: State) -> None:
        self.state = state
        self.path.append(state)
        self.restarted = state is State.TIME_WAIT

    def acknowledge(self) -> None:
        """<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>."""
        self.answers.append(Answer(".", self.number(), self.rcv_nxt))

    def number(self) -> int:
        """SND.NXT, or what the peer's window still takes; of an unacknowledged SYN no window says anything."""
        syn_unacknowledged = self.una == 0
        edge = self.una + self.snd_wnd
        return self.nxt if syn_unacknowledged or self.nxt <= edge else max(edge - 1, self.una)

    def drop(self, *rows: str) -> None:
        self.dropped = True
        self.rows += rows

    def refuse(self, *rows: str) -> None:
        """Dropped, and answered with the acknowledgment of what is so (the challenge ACK)."""
        self.acknowledge()
        self.drop(*rows)

    def reset(self, answer: Answer, *rows: str) -> None:
        self.answers.append(answer)
        self.drop(*rows)
