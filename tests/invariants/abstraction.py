"""Two ends and the tokens under way between them: whether one moment can follow from another by RFC 9293's figure 5.

A token is what a segment means for the handshake and the teardown: SYN, SYN-ACK, ACK of a SYN, FIN, ACK of a FIN. It is
under way from when its sender has come to mean it until its receiver has understood: that it was lost, sent again,
delayed or overtaken makes no difference, and data, windows, probes and challenges mean nothing here. So tokens are read
from what the two ends know, never from the wire.

`RULES` is figure 5 with its notes, but for what resets, aborts and time-outs do.
"""

from functools import cache
from typing import Final, NamedTuple

from tcpsim.tcp.states import State

SYN: Final = "SYN"
SYN_ACK: Final = "SYN-ACK"
ACK_OF_SYN: Final = "ACK of SYN"
FIN: Final = "FIN"
ACK_OF_FIN: Final = "ACK of FIN"

Tokens = frozenset[str]
NONE: Final[Tokens] = frozenset()


class View(NamedTuple):
    """What there is to know of one end.

    `iss` and `irs` are None until there is one. `called`: it opened actively, by a SYN of its own. `answered`: a
    SYN-ACK made it ESTABLISHED, so that it owes an acknowledgment and no SYN. `closing`: it has closed, and its FIN has
    left or will. `ended`: it has taken in the peer's FIN. `gone`: there was a connection here, and is no more.
    """

    state: State
    iss: int | None = None
    irs: int | None = None
    called: bool = False
    answered: bool = False
    syn_acknowledged: bool = False
    closing: bool = False
    ended: bool = False
    fin_acknowledged: bool = False
    gone: bool = False


class Moment(NamedTuple):
    """Two ends, each with its state, whether it is gone, and the tokens under way to it."""

    here: State
    gone: bool
    to_here: Tokens
    there: State
    there_gone: bool
    to_there: Tokens

    @property
    def reverse(self) -> "Moment":
        """The same, seen from the other end."""
        return Moment(self.there, self.there_gone, self.to_there, self.here, self.gone, self.to_here)

    @property
    def quiet(self) -> bool:
        """Whether nothing is under way."""
        return not self.to_here and not self.to_there

    def __str__(self) -> str:
        under_way = [f"{token} →" for token in sorted(self.to_there)] + [f"← {token}" for token in sorted(self.to_here)]
        return f"({self.here}, {self.there}) with {', '.join(under_way) or 'nothing'} under way"


def moment(here: View, there: View) -> Moment:
    """What two ends that know this are to each other."""
    return Moment(here.state, here.gone, _under_way(there, here), there.state, there.gone, _under_way(here, there))


def _under_way(sender: View, receiver: View) -> Tokens:
    """What the sender means and the receiver has not understood. To whom is gone nothing can be said."""
    if receiver.gone:
        return NONE
    tokens = set()
    if sender.called and receiver.irs != sender.iss:
        tokens.add(SYN)
    if sender.irs is not None and sender.irs == receiver.iss and not receiver.syn_acknowledged:
        tokens.add(ACK_OF_SYN if sender.answered else SYN_ACK)
    if sender.closing and not receiver.ended:
        tokens.add(FIN)
    if sender.ended and not receiver.fin_acknowledged:
        tokens.add(ACK_OF_FIN)
    return frozenset(tokens)


class Rule(NamedTuple):
    """In a state, having understood a token (None: the user calls, or time passes), say another and be elsewhere."""

    state: State
    understands: str | None
    says: str | None
    next: State


def _rules(table: str) -> tuple[Rule, ...]:
    rules = []
    for line in table.strip().splitlines():
        state, understands, says, following = (cell.strip() for cell in line.split("|"))
        rules.append(Rule(State(state), understands or None, says or None, State(following)))
    return tuple(rules)


RULES: Final = _rules("""
    CLOSED       |            |            | LISTEN
    CLOSED       |            | SYN        | SYN-SENT
    LISTEN       |            | SYN        | SYN-SENT
    LISTEN       |            |            | CLOSED
    LISTEN       | SYN        | SYN-ACK    | SYN-RECEIVED
    SYN-SENT     |            |            | CLOSED
    SYN-SENT     | SYN        | SYN-ACK    | SYN-RECEIVED
    SYN-SENT     | SYN-ACK    | ACK of SYN | ESTABLISHED
    SYN-RECEIVED |            | FIN        | FIN-WAIT-1
    SYN-RECEIVED | ACK of SYN |            | ESTABLISHED
    SYN-RECEIVED | SYN-ACK    |            | ESTABLISHED
    ESTABLISHED  |            | FIN        | FIN-WAIT-1
    ESTABLISHED  | FIN        | ACK of FIN | CLOSE-WAIT
    FIN-WAIT-1   | ACK of SYN |            | FIN-WAIT-1
    FIN-WAIT-1   | SYN-ACK    |            | FIN-WAIT-1
    FIN-WAIT-1   | ACK of FIN |            | FIN-WAIT-2
    FIN-WAIT-1   | FIN        | ACK of FIN | CLOSING
    FIN-WAIT-2   | FIN        | ACK of FIN | TIME-WAIT
    CLOSE-WAIT   |            | FIN        | LAST-ACK
    CLOSING      | ACK of FIN |            | TIME-WAIT
    LAST-ACK     | ACK of FIN |            | CLOSED
    TIME-WAIT    |            |            | CLOSED
""")
_ENDS: Final = frozenset({State.SYN_SENT, State.LAST_ACK, State.TIME_WAIT})  # whence CLOSED is the end of a connection
_MOST: Final = 3  # steps at once: the acknowledgment of our SYN, of our FIN, and the peer's FIN may share a segment


@cache
def following(before: Moment) -> frozenset[Moment]:
    """Where one step of this end leads."""
    found = set()
    for rule in RULES:
        if rule.state is not before.here or before.gone:
            continue
        if rule.understands is not None and not _can_understand(before, rule.understands):
            continue
        gone = rule.next is State.CLOSED and rule.state in _ENDS
        understood = {rule.understands, SYN} if rule.understands == SYN_ACK else {rule.understands}
        said = {rule.says} if rule.says and not before.there_gone else set()
        found.add(
            before._replace(
                here=rule.next,
                gone=gone,
                to_here=NONE if gone else before.to_here - understood,
                to_there=before.to_there | said,
            )
        )
    return frozenset(found)


def _can_understand(before: Moment, token: str) -> bool:
    """Whether a token is there to be understood: a FIN from LAST-ACK not before the acknowledgment that it carries."""
    earlier = token == FIN and before.there is State.LAST_ACK and ACK_OF_FIN in before.to_here
    return token in before.to_here and not earlier


@cache
def follows(after: Moment, before: Moment) -> bool:
    """Whether `after` is `before`, or a few steps of the first end lead there."""
    reached = {before}
    for _ in range(_MOST):
        if after in reached:
            return True
        reached = reached.union(*map(following, reached))
    return after in reached
