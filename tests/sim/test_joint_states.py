"""The states two ends may be in together: the table is what figure 5 leads to, and whatever leaves it is noticed.

That no run of any test leaves it is held by the observer of every test (`invariants`).
"""

from typing import Final

import pytest
from invariants import Broken, Observer
from invariants.abstraction import RULES, Moment, View, following, follows, moment
from invariants.joint_states import AFTER_A_BREAK, ENTANGLED, NEVER, ORDINARY, TWO_OPENS, WAYS, objection
from worlds import CLIENT, SECOND, SERVER, a_setup

from tcpsim.sim import calls
from tcpsim.sim.agenda import ARRIVAL
from tcpsim.sim.choices import apply, choices
from tcpsim.sim.setup import Abort, Accept, Close, Connect, Listen, Recv, Send, Wait
from tcpsim.sim.world import World
from tcpsim.tcp.buffers import Incoming
from tcpsim.tcp.effects import Effect, Retransmit, Timer, TimerStopped
from tcpsim.tcp.states import TRANSITIONS, State, Transition
from tcpsim.tcp.tcb import Tcb
from tcpsim.trace import ARRIVED, TIMED_OUT
from tcpsim.wire import ACK, Segment, SocketPair

# ---- the table ---------------------------------------------------------------------------------------------


def every_moment() -> set[Moment]:
    """All that two ends, each at first CLOSED, can come to, whichever acts and whichever token is understood first."""
    start = moment(View(State.CLOSED), View(State.CLOSED))
    found, todo = {start}, [start]
    while todo:
        here = todo.pop()
        there = {reached.reverse for reached in following(here.reverse)}
        new = (following(here) | there) - found
        found |= new
        todo += new
    return found


MOMENTS: Final = every_moment()


@pytest.mark.row("N01")
def test_the_table_is_all_that_figure_5_leads_to() -> None:
    classes = (ORDINARY, TWO_OPENS, ENTANGLED, AFTER_A_BREAK, NEVER)
    assert [len(pairs) for pairs in classes] == [25, 3, 1, 10, 27]
    assert len(frozenset().union(*classes)) == 66
    assert {frozenset({moment.here, moment.there}) for moment in MOMENTS} == ORDINARY | TWO_OPENS | ENTANGLED


@pytest.mark.row("N01")
def test_when_nothing_is_under_way_both_are_established_or_neither_is() -> None:
    quiet = [moment for moment in MOMENTS if moment.quiet]
    assert all((moment.here is State.ESTABLISHED) == (moment.there is State.ESTABLISHED) for moment in quiet)
    assert {State.ESTABLISHED, State.FIN_WAIT_2, State.TIME_WAIT} < {moment.here for moment in quiet}


@pytest.mark.row("N01")
def test_only_a_reset_can_free_an_end_whose_peer_has_left_the_handshake() -> None:
    """From wherever they are two ends come to CLOSED, whatever is under way; but one alone may not."""
    for start in MOMENTS:
        seen, todo = {start}, [start]
        while todo:
            here = todo.pop()
            new = (following(here) | {reached.reverse for reached in following(here.reverse)}) - seen
            seen |= new
            todo += new
        ends = any(end.here is State.CLOSED is end.there for end in seen)
        assert ends or start.gone or start.there_gone, str(start)


def test_every_rule_is_a_way_and_is_used() -> None:
    for rule in RULES:
        assert rule.next is rule.state or rule.next in WAYS[rule.state]
        assert any(
            moment.here is rule.state and (rule.understands is None or rule.understands in moment.to_here)
            for moment in MOMENTS
        ), rule


def test_every_row_of_the_package_is_a_way() -> None:
    assert {(row.source, row.destination) for row in TRANSITIONS} == {
        (source, destination) for source, destinations in WAYS.items() for destination in destinations
    }


NOTHING: Final[frozenset[str]] = frozenset()


@pytest.mark.parametrize(
    ("one", "other", "causes", "entangled", "said"),
    [
        (State.FIN_WAIT_1, State.CLOSE_WAIT, NOTHING, False, ""),
        (State.SYN_SENT, State.SYN_SENT, NOTHING, False, ""),
        (State.FIN_WAIT_2, State.CLOSING, NOTHING, True, ""),
        (State.FIN_WAIT_2, State.CLOSING, NOTHING, False, "nothing was lost, refused or overtaken"),
        (State.CLOSED, State.ESTABLISHED, {"reset"}, False, ""),
        (State.CLOSED, State.ESTABLISHED, NOTHING, True, "nothing has broken the connection off"),
        (State.SYN_SENT, State.ESTABLISHED, {"crash"}, False, ""),
        (State.SYN_SENT, State.ESTABLISHED, {"reset"}, True, "such a pair is never seen"),
        (State.LAST_ACK, State.LAST_ACK, NOTHING, True, "such a pair is never seen"),
    ],
)
def test_what_is_objected_to(one: State, other: State, causes: frozenset[str], entangled: bool, said: str) -> None:
    for pair in ((one, other), (other, one)):
        assert objection(*pair, frozenset(causes), entangled=entangled) == said


@pytest.mark.parametrize(
    ("before", "after", "may"),
    [
        ((State.SYN_SENT, State.SYN_RECEIVED), State.ESTABLISHED, True),
        ((State.SYN_RECEIVED, State.SYN_SENT), State.CLOSED, False),
        ((State.ESTABLISHED, State.FIN_WAIT_1), State.LAST_ACK, True),
        ((State.ESTABLISHED, State.FIN_WAIT_1), State.CLOSED, False),
        ((State.FIN_WAIT_1, State.LAST_ACK), State.TIME_WAIT, True),
        ((State.FIN_WAIT_1, State.FIN_WAIT_1), State.CLOSED, False),
        ((State.LAST_ACK, State.TIME_WAIT), State.CLOSED, True),
    ],
    ids=str,
)
def test_what_may_follow(before: tuple[State, State], after: State, may: bool) -> None:
    """Of all the moments with these states, whether one leads to another in which this end is elsewhere."""
    earlier = [moment for moment in MOMENTS if (moment.here, moment.there) == before]
    later = [moment for moment in MOMENTS if (moment.here, moment.there) == (after, before[1])]
    assert earlier
    assert later
    assert any(follows(then, first) for first in earlier for then in later) == may


# ---- that it would be noticed ------------------------------------------------------------------------------


class Doctored:
    """A world that is observed by hand, up to where a test changes what it should not."""

    def __init__(self, *until: State) -> None:
        self.world = World(a_setup((Connect(), Send(b"hello"), Wait(SECOND), Close())))
        self.observer = Observer(self.world)
        while self.states != until:
            assert self.world.step()
            self.observer.look(self.world)

    @property
    def states(self) -> tuple[State, ...]:
        return tuple(self.tcb(host).state for host in self.world.hosts if self.world.hosts[host].connections)

    def tcb(self, host: str) -> Tcb:
        (connection,) = self.world.hosts[host].connections.values()
        return connection.tcb

    def moves(self, host: str, destination: State, trigger: str = "rcv_fin") -> None:
        """An end moves, as it would by a row."""
        tcb = self.tcb(host)
        row = Transition(trigger, tcb.state, destination, "", "", "", "")
        tcb.state = destination
        tcb.stop_timers([])
        if destination is State.TIME_WAIT:
            tcb.timers[Timer.TIME_WAIT] = self.world.now + SECOND
        self.world.trace.add(TIMED_OUT, self.world.now, host, tcb.pair, None, 0, [row])

    def told(self) -> str:
        """What is said to it."""
        with pytest.raises(Broken) as broken:
            self.observer.look(self.world)
        return str(broken.value).partition(" [")[0]


OPEN: Final = (State.ESTABLISHED, State.ESTABLISHED)


@pytest.mark.unobserved
def test_a_pair_that_is_never_seen() -> None:
    doctored = Doctored(*OPEN)
    doctored.moves("server", State.CLOSE_WAIT)
    assert doctored.told() == "joint states: (CLOSE-WAIT, ESTABLISHED): such a pair is never seen"


@pytest.mark.unobserved
def test_a_connection_that_ends_without_a_cause() -> None:
    doctored = Doctored(*OPEN)
    doctored.moves("server", State.CLOSED)
    assert doctored.told() == "joint states: (CLOSED, ESTABLISHED): nothing has broken the connection off"


@pytest.mark.unobserved
@pytest.mark.parametrize("trigger", ["rcv_rst", "timeout_user", "app_abort"])
def test_a_connection_that_ends_for_a_cause(trigger: str) -> None:
    doctored = Doctored(*OPEN)
    doctored.moves("server", State.CLOSED, trigger)
    doctored.observer.look(doctored.world)


@pytest.mark.unobserved
def test_a_step_that_figure_5_does_not_have() -> None:
    """The pair is an ordinary one, but not here: the peer's FIN has not been acknowledged."""
    doctored = Doctored(State.FIN_WAIT_1, State.ESTABLISHED)
    doctored.moves("server", State.CLOSED, "rcv_ack_of_fin")
    assert doctored.told() == (
        "joint states: (CLOSED, FIN-WAIT-1): figure 5 does not lead to (CLOSED, FIN-WAIT-1) with nothing under way "
        "from (ESTABLISHED, FIN-WAIT-1) with ← FIN under way"
    )


@pytest.mark.unobserved
def test_a_quiet_network_between_two_that_are_not_of_one_mind() -> None:
    doctored = Doctored(State.ESTABLISHED, State.SYN_RECEIVED)
    tcb = doctored.tcb("server")
    tcb.snd_una = tcb.snd_nxt
    tcb.outgoing.retransmission_queue.clear()
    doctored.world.trace.add(TIMED_OUT, doctored.world.now, "server", tcb.pair, None, 0, [TimerStopped(Timer.USER)])
    assert doctored.told().endswith("nothing is under way that could open the one, or close the other")


@pytest.mark.unobserved
def test_a_segment_that_nobody_sent() -> None:
    doctored = Doctored(*OPEN)
    stray = Segment(CLIENT, 40_000, SERVER, 80, 106, 301, ACK, 9)
    doctored.world.happen((doctored.world.now, ARRIVAL, "server", stray))
    assert doctored.told().startswith("network: nobody has sent <Segment")


@pytest.mark.unobserved
def test_a_syn_that_nobody_sent() -> None:
    """An end takes in another number than its peer has sent."""
    doctored = Doctored(State.SYN_SENT)
    doctored.observer.by_iss.clear()
    doctored.world.step()
    assert doctored.told() == "joint states: it took in a SYN 100 that nobody sent"


@pytest.mark.unobserved
def test_a_second_connection_of_one_pair() -> None:
    doctored = Doctored(*OPEN)
    tcb = doctored.tcb("server")
    row = Transition("rcv_syn", State.LISTEN, State.SYN_RECEIVED, "", "", "", "")
    doctored.world.trace.add(TIMED_OUT, doctored.world.now, "server", tcb.pair, None, 0, [row])
    assert doctored.told() == "states: it is opened, and is open"


@pytest.mark.unobserved
@pytest.mark.parametrize(
    ("effect", "number"),
    [
        (Segment(SERVER, 80, CLIENT, 40_000, 1, 1, ACK, 9), "X05"),
        (Retransmit(Segment(SERVER, 80, CLIENT, 40_000, 1, 1, ACK, 9), 1), "X10"),
        (Transition("app_close", State.ESTABLISHED, State.FIN_WAIT_1, "", "", "", ""), "X10"),
    ],
    ids=["segment", "retransmission", "row"],
)
def test_what_nobody_does(effect: Effect, number: str) -> None:
    world = World(a_setup((), ()))
    pair = SocketPair(SERVER, 80, CLIENT, 40_000)
    world.trace.add(TIMED_OUT, 0, "server", pair, None, 0, [effect])
    with pytest.raises(Broken, match=f"{number}: nobody is there"):
        Observer(world).look(world)


def test_octets_that_were_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """The observer of this very test sees it."""
    monkeypatch.setattr(Incoming, "read", lambda incoming, _limit: b"x" * incoming.unread)
    with pytest.raises(Broken, match="X02: octets 0 to 5 are not those that were sent"):
        World(a_setup((Connect(), Send(b"hello")), (Listen(), Accept(), Recv(5)))).run()


def test_an_end_of_stream_that_nobody_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a reset a user must not take what has arrived for all there is (MUST-12)."""
    monkeypatch.setattr(calls, "receive", lambda tcb, limit, _now: (tcb.incoming.read(limit), []))
    with pytest.raises(Broken, match="X02: the user was told of the end of the stream, and no FIN has come"):
        World(a_setup((Connect(), Send(b"hello"), Abort()), (Listen(), Accept(), Recv()))).run()


def test_an_end_of_stream_too_early(monkeypatch: pytest.MonkeyPatch) -> None:
    read = Incoming.read
    monkeypatch.setattr(Incoming, "read", lambda incoming, limit: read(incoming, limit)[:4])
    with pytest.raises(Broken, match="X02: the stream ended for the user after 4 of 5 octets"):
        World(a_setup((Connect(), Send(b"hello"), Close()), (Listen(), Accept(), Recv()))).run()


@pytest.mark.unobserved
def test_a_close_that_no_user_asked_for() -> None:
    doctored = Doctored(*OPEN)
    tcb = doctored.tcb("server")
    row = Transition("app_close", State.ESTABLISHED, State.FIN_WAIT_1, "", "", "", "")
    again = Segment(CLIENT, 40_000, SERVER, 80, 105, 301, ACK, 9)
    doctored.world.trace.add(ARRIVED, doctored.world.now, "server", tcb.pair, again, 0, [row])
    assert doctored.told() == "states: ESTABLISHED was closed, and no user had called"


PLANTED: Final = property(lambda tcb: tcb.outgoing.fin_sent)  # any acknowledgment is taken for one of our FIN
EARLY: Final = a_setup((Connect(), Send(b"hello"), Wait(1), Close()))  # the FIN has left when the first ACK arrives


def test_whoever_runs_a_world_it_is_observed(monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, step by step, or along the choices of a search, in copies."""
    monkeypatch.setattr(Tcb, "fin_acknowledged", PLANTED)
    for run in (World.run, by_steps, by_choices):
        with pytest.raises(Broken, match="joint states: "):
            run(World(EARLY))


def by_steps(world: World) -> None:
    while world.step():
        pass


def by_choices(world: World) -> None:
    while offered := choices(world):
        world = apply(world, offered[0])


@pytest.mark.unobserved
def test_a_test_that_asks_not_to_be_observed_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tcb, "fin_acknowledged", PLANTED)
    World(EARLY).run()
