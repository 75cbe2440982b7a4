"""The state machine: `TRANSITIONS` and `VARIANTS`, run by the `transitions` library, which nothing else imports.

One `Machine` serves the whole process. It has no model: whatever has a `state` attribute (a TCB) is passed to the
event as it fires, and is not registered, decorated or remembered, so a connection costs the machine nothing. The
library's own extension points make firing lean: `_LeanEvent` skips the callbacks and the bookkeeping that this table
does not use (an event costs 0.3 µs instead of some 12).
"""

from collections.abc import Callable
from typing import Any, Final, Protocol, cast

from transitions import Event, Machine, MachineError
from transitions import Transition as LibraryTransition

from tcpsim.tcp.states import TRANSITIONS, VARIANTS, State, Transition


class Stateful(Protocol):
    """What the machine can move: a TCB."""

    state: State
    passive: bool
    reopened: bool

    @property
    def fin_acknowledged(self) -> bool: ...


GUARDS: Final[dict[str, Callable[[Any], bool]]] = {
    # RFC 9293 §3.10.7.4: "If this connection was initiated with a passive OPEN …"; MUST-11 is that we remember it.
    "passive_open": lambda tcb: tcb.passive and not tcb.reopened,
    "active_open": lambda tcb: not tcb.passive,
    # §3.6.1 MAY-2: a connection that a SYN opened out of TIME-WAIT returns there if the SYN proves old.
    "reopened": lambda tcb: tcb.reopened,
    # §3.10.7.4, eighth step, FIN-WAIT-1: "If our FIN has been ACKed (perhaps in this segment) …"
    "fin_acknowledged": lambda tcb: tcb.fin_acknowledged,
    "fin_not_acknowledged": lambda tcb: not tcb.fin_acknowledged,
}


class _TableTransition(LibraryTransition):
    """A row of our table, as the library sees it."""

    def __init__(self, source: str, dest: str, *callbacks: Any, row: Transition, **more: Any) -> None:
        super().__init__(source, dest, *callbacks, **more)
        self.row = row


class _LeanEvent(Event):
    """A trigger: find the row whose source is the state and whose guard holds, move, and say which row it was."""

    def __init__(self, name: str, machine: Machine) -> None:
        super().__init__(name, machine)
        # By source: every (guard, destination, row), in the order of the table.
        self.rows: dict[State, tuple[tuple[Callable[[Any], bool] | None, State, Transition], ...]]
        self.rows = dict.fromkeys(State, ())

    def add_transition(self, transition: LibraryTransition) -> None:
        super().add_transition(transition)
        row = cast(_TableTransition, transition).row
        guard = GUARDS[row.guard] if row.guard else None
        self.rows[row.source] = (*self.rows[row.source], (guard, row.destination, row))

    def move(self, model: Stateful) -> Transition:
        """The library's `trigger`, without the arguments for callbacks, which this table does not have."""
        for guard, destination, row in self.rows[model.state]:
            if guard is None or guard(model):
                model.state = destination
                return row
        raise MachineError(f"{self.name} cannot happen in {model.state}: the table of transitions has no row for it")


class _LeanMachine(Machine):
    """`Machine` with the two lean classes in place of its own."""

    event_cls = _LeanEvent
    transition_cls = _TableTransition


def _build() -> Machine:
    machine = _LeanMachine(
        model=None, states=[state.value for state in State], initial=State.CLOSED.value, auto_transitions=False
    )
    for row in (*TRANSITIONS, *VARIANTS):
        machine.add_transition(row.trigger, row.source.value, row.destination.value, row=row)
    return machine


MACHINE: Final = _build()
_EVENTS: Final[dict[str, Callable[[Any], Transition]]] = {
    name: cast(_LeanEvent, event).move for name, event in MACHINE.events.items()
}


def fire(trigger: str, tcb: Stateful) -> Transition:
    """Move `tcb` along the row that `trigger` names from its state, and return that row.

    Raises `transitions.MachineError` when the table has no such row, and KeyError when no row has such a trigger: both
    are mistakes in the code that fires, never in what arrived.
    """
    return _EVENTS[trigger](tcb)
