"""What users are told: every octet that was sent, in order, and an end of the stream after all of them (row X02)."""

from dataclasses import dataclass, replace
from typing import Any

from invariants.broken import Broken
from invariants.life import Life

User = tuple[str, int]  # a host, and one of its processes


@dataclass(frozen=True, slots=True)
class Caller:
    """A process: the life it is about, by its number; how much it wants to receive; whether it would hear anything."""

    life: int
    wanted: int | None = None
    deaf: bool = False


class Users:
    """The processes that have called."""

    def __init__(self) -> None:
        self.known: dict[User, Caller] = {}

    def copy(self) -> "Users":
        """An independent copy."""
        other = Users()
        other.known = self.known.copy()
        return other

    def life_of(self, user: User) -> int | None:
        """The number of the life that a process is about; None if it has not said."""
        caller = self.known.get(user)
        return None if caller is None else caller.life

    def is_about(self, user: User, life: Life) -> Caller:
        """A process called or was answered, and this is the life."""
        caller = self.known.get(user)
        if caller is None or caller.life != life.number:
            caller = self.known[user] = Caller(life.number)
        return caller

    def calls(self, user: User, life: Life, call: str, argument: Any) -> None:
        """A call begins."""
        caller = self.is_about(user, life)
        if call == "recv":
            self.known[user] = replace(caller, wanted=argument)
        elif call == "shutdown" and argument == "read":
            self.known[user] = replace(caller, deaf=True)
        elif call in {"shutdown", "close"}:
            life.asked_to_close = True

    def is_answered(self, user: User, life: Life, sender: Life | None, call: str, value: Any, error: str) -> None:
        """A call came back. `sender` is the other end, if it is sure that all that arrived came from there."""
        caller = self.is_about(user, life)
        if error:
            life.told = True
        if call != "recv":
            return
        if error or life.read is None:
            life.read = None  # what it had received before the error is lost to us
            return
        start, life.read = life.read, life.read + len(value)
        if sender is not None and sender.stream[start : life.read] != value:
            raise Broken("X02", f"octets {start} to {life.read} are not those that were sent")
        if len(value) != caller.wanted and not caller.deaf and not life.told:
            if not life.ended:
                raise Broken("X02", "the user was told of the end of the stream, and no FIN has come")
            if life.read != life.delivered:
                raise Broken("X02", f"the stream ended for the user after {life.read} of {life.delivered} octets")
