"""The machine: it runs the table, for whatever has a state, and remembers nobody."""

import pytest
from transitions import MachineError

from tcpsim.tcp.machine import GUARDS, MACHINE, fire
from tcpsim.tcp.states import TRANSITIONS, VARIANTS, State, Transition


class Thing:
    """Something with a state that is no TCB."""

    def __init__(
        self, state: State, *, passive: bool = False, reopened: bool = False, fin_acknowledged: bool = False
    ) -> None:
        self.state = state
        self.passive = passive
        self.reopened = reopened
        self.fin_acknowledged = fin_acknowledged


@pytest.mark.parametrize("row", TRANSITIONS, ids=lambda row: f"{row.source} {row.trigger} {row.destination}")
def test_each_row_moves_from_its_source_to_its_destination(row: Transition) -> None:
    thing = Thing(
        row.source,
        passive=row.guard in {"passive_open", "reopened"},
        reopened=row.guard == "reopened",
        fin_acknowledged=row.guard == "fin_acknowledged",
    )
    assert fire(row.trigger, thing) is row
    assert thing.state is row.destination


def test_a_row_that_does_not_exist_cannot_fire() -> None:
    for trigger in sorted({row.trigger for row in TRANSITIONS}):
        sources = {row.source for row in TRANSITIONS if row.trigger == trigger}
        for state in State:
            if state not in sources:
                thing = Thing(state)
                with pytest.raises(MachineError, match=f"{trigger} cannot happen in {state}"):
                    fire(trigger, thing)
                assert thing.state is state


def test_an_unknown_trigger_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        fire("rcv_pigeon", Thing(State.LISTEN))


def test_the_machine_has_no_model_and_no_transitions_of_its_own() -> None:
    assert MACHINE.models == []
    assert set(MACHINE.states) == {str(state) for state in State}
    of_the_machine = [
        (event.name, transition.source, transition.dest)
        for event in MACHINE.events.values()
        for transitions in event.transitions.values()
        for transition in transitions
    ]
    of_the_table = [(row.trigger, row.source.value, row.destination.value) for row in (*TRANSITIONS, *VARIANTS)]
    assert sorted(of_the_machine) == sorted(of_the_table)


def test_states_print_as_the_rfc_spells_them() -> None:
    assert str(State.SYN_SENT) == "SYN-SENT"
    assert [str(state) for state in State] == [
        *("CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2"),
        *("CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT"),
    ]


def test_guards_come_in_pairs_of_which_one_holds() -> None:
    for passive in (False, True):
        thing = Thing(State.SYN_RECEIVED, passive=passive, fin_acknowledged=passive)
        assert GUARDS["passive_open"](thing) is passive
        assert GUARDS["active_open"](thing) is not passive
        assert GUARDS["fin_acknowledged"](thing) is passive
        assert GUARDS["fin_not_acknowledged"](thing) is not passive
