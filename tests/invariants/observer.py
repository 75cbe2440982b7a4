"""A world, followed record by record: each end by itself, and what two ends are to each other.

After every event the new records are read, and the connections that they are about are looked at, and no others: so
every world of every test can be observed. What the two ends of a connection may be to each other is held against the
table of `joint_states`, and, where nothing has befallen them that figure 5 does not know, against the `abstraction`.
"""

from typing import Any, Final, NamedTuple

from invariants.abstraction import View, follows, moment
from invariants.broken import Broken
from invariants.endpoint import answer_from_nobody, begins, returns
from invariants.joint_states import BREAKS, CONFUSES, objection
from invariants.life import Life, Place, connection_at
from invariants.users import Users
from tcpsim.sim.world import World
from tcpsim.tcp.effects import Drop, Effect, Probe, Retransmit
from tcpsim.tcp.states import State, Transition
from tcpsim.trace import ARRIVED, CALLED, FORGETS, HAPPENED, INJECTED, LOST, RETURNED, WENT_ON
from tcpsim.wire import ACK, MASK, RST, SYN, Segment, SocketPair

_HEADER: Final = 6  # items of a record before its effects
_CALLS: Final = frozenset({CALLED, WENT_ON, RETURNED})


class Origin(NamedTuple):
    """Who sent a segment: a life, by its number, or none; and the how-manieth of the world it was."""

    life: int | None
    serial: int
    injected: bool = False


class Observer:
    """Looks at one world. Raises `Broken` when something does not hold.

    Lives are known by their number in `lives`, so that all of it is copied easily. Of a place, `current` is the life
    that has it, `latest` the one that had it last, and `waiting` the one in TIME-WAIT that another has reopened and may
    yet give it back to.
    """

    def __init__(self, world: World) -> None:
        self.host_of = world.names
        self.seen = 0  # items of the records
        self.now = 0
        self.lives: list[Life] = []
        self.current: dict[Place, int] = {}
        self.latest: dict[Place, int] = {}
        self.waiting: dict[Place, int] = {}
        self.by_iss: dict[tuple[Place, int | None], int] = {}
        self.users = Users()
        self.origins: dict[int, Origin] = {}  # by the identity of the segment, which the records keep alive
        self.under_way: dict[SocketPair, dict[int, None]] = {}  # the serials of what was sent and has not arrived

    def copy(self, world: World) -> "Observer":
        """An observer that goes on with a copy of the world."""
        other = object.__new__(Observer)
        for name, value in vars(self).items():
            setattr(other, name, value.copy() if isinstance(value, dict) else value)
        other.users = self.users.copy()
        other.under_way = {pair: serials.copy() for pair, serials in self.under_way.items()}
        other.lives = [life.copy() for life in self.lives]
        for place, number in other.waiting.items():
            reopened = connection_at(world, place)
            other.lives[number].connection = None if reopened is None else reopened.previous
        return other

    def look(self, world: World) -> None:
        """Read what has happened since the last look, and look at what it happened to."""
        records = world.trace.records
        at, end = self.seen, len(records)
        touched: dict[int, None] = {}
        while at < end:
            stop = at + _HEADER
            while stop < end and type(records[stop]) is not str:
                stop += 1
            self._read(records[at : at + _HEADER], records[at + _HEADER : stop], touched)
            at = stop
        self.seen = end
        lives = [self.lives[number] for number in touched]
        for life in lives:
            self._settle(world, life)
        for life in lives:
            self._judge(world, life)
        for life in lives:
            life.last = life.view

    # ---- records --------------------------------------------------------------------------------------------------

    def _read(self, header: list[Any], effects: list[Effect], touched: dict[int, None]) -> None:
        kind, self.now, host, pair, subject, number = header
        if kind == HAPPENED:
            if subject in FORGETS:
                self._forget(host)
        elif kind == INJECTED:
            self._put_on_the_wire(subject, None, injected=True)
        elif kind == LOST:
            self._lost((host, pair), subject[0])
        elif pair is not None:
            place = (host, pair)
            life = self._whose(kind, place, subject, number)
            try:
                if kind == ARRIVED:
                    self._heard(life, subject, effects)
                after = self._did(place, life, effects, touched, subject if kind == ARRIVED else None)
                if kind == ARRIVED and after is not None:
                    self._received(after, subject, effects)
                elif kind in _CALLS and after is not None and pair.remote:  # not a listener
                    self._called(kind, subject, number, after)
            except Broken as broken:
                raise self._told(broken, place) from None

    def _whose(self, kind: str, place: Place, subject: Any, number: int) -> Life | None:
        """The life that a record is about: that of the process which calls, or the one that has the place now."""
        found = self.current.get(place)
        if kind in _CALLS and place[1].remote:
            user = (place[0], number)
            if kind == CALLED and subject[0] == "connect":
                found = None
            elif kind == RETURNED and subject[0] == "accept":
                found = self.latest.get(place)
            else:
                found = self.users.life_of(user)
                found = self.latest.get(place) if found is None else found
        return None if found is None else self.lives[found]

    def _heard(self, life: Life | None, segment: Segment, effects: list[Effect]) -> None:
        if life is None:
            answer_from_nobody(segment, effects)
        else:
            life.heard(segment, effects, self.now)

    def _did(
        self, place: Place, life: Life | None, effects: list[Effect], touched: dict[int, None], segment: Segment | None
    ) -> Life | None:
        """Tell each effect to the life that it is of; returns the one that has the place then."""
        for effect in effects:
            if isinstance(effect, Transition) and begins(effect):
                life = self._begin(place, effect, segment)
            if life is None:
                self._said_by_nobody(effect)
                continue
            touched[life.number] = None
            self._sent(life, effect)
            if isinstance(effect, Transition) and segment is not None:
                life.walks_by_itself(effect)
            life.did(effect, self.now)
            if isinstance(effect, Transition):
                life = self._moved(place, life, effect)
        if life is not None:
            touched[life.number] = None
        return life

    def _sent(self, life: Life, effect: Effect) -> None:
        if isinstance(effect, Segment | Retransmit | Probe):
            segment = effect if isinstance(effect, Segment) else effect.segment
            self._put_on_the_wire(segment, life.number)
            if segment.flags & RST:
                life.causes |= {"reset"}

    def _said_by_nobody(self, effect: Effect) -> None:
        """What a host says for which there is no connection: a reset, or a SYN-ACK of which it keeps nothing."""
        if isinstance(effect, Segment):
            self._put_on_the_wire(effect, None)
            if not effect.flags & RST and effect.flags & (SYN | ACK) != SYN | ACK:
                raise Broken("X05", f"nobody is there, and says {effect!r}")
        elif isinstance(effect, Transition | Retransmit | Probe):
            raise Broken("X10", f"nobody is there, and does {effect!r}")

    def _called(self, kind: str, subject: Any, number: int, life: Life) -> None:
        """A process called, went on or was answered: it is about this life."""
        user = (life.host, number)
        if kind == CALLED:
            self.users.calls(user, life, *subject)
        elif kind == RETURNED:
            call, value, error, _, _ = subject
            self.users.is_answered(user, life, None if life.causes else self._facing(life), call, value, error)

    # ---- lives ----------------------------------------------------------------------------------------------------

    def _begin(self, place: Place, row: Transition, segment: Segment | None) -> Life:
        """A connection is opened. One in TIME-WAIT that it reopens waits until it is open."""
        before = self.current.get(place)
        life = Life(len(self.lives), place, row.source)
        if segment is not None and segment.flags & ACK:  # it acknowledges a SYN-ACK of which nothing was kept
            life.iss = life.snd_una = (segment.ack - 1) & MASK
            life.causes |= {"SYN cookie"}
        if row.source is State.TIME_WAIT and before is not None:
            self.waiting[place] = before
            life.last = View(State.LISTEN)  # whoever opens it anew listens, or could
        elif before is not None:
            raise Broken("states", "it is opened, and is open")
        self.lives.append(life)
        self.current[place] = self.latest[place] = life.number
        return life

    def _moved(self, place: Place, life: Life, row: Transition) -> Life:
        """Keep the books after a row; returns the life that has the place then."""
        cause = BREAKS.get(row.trigger) or CONFUSES.get(row.trigger)
        life.causes |= {cause} if cause else frozenset()
        waiting = self.waiting.get(place)
        if waiting is not None and waiting != life.number:
            if returns(row):
                life.over()
                life = self.lives[waiting]
                life.lingers_since = self.now
                self.current[place] = self.latest[place] = self.waiting.pop(place)
            elif life.state is not State.SYN_RECEIVED:
                self.lives[self.waiting.pop(place)].over()
        if life.gone:
            for books in (self.current, self.waiting):
                if books.get(place) == life.number:
                    del books[place]
        return life

    def _forget(self, host: str) -> None:
        """A host has forgotten everything; its peers do not know."""
        for books in (self.waiting, self.current):
            for place in [place for place in books if place[0] == host]:
                self.lives[books.pop(place)].over("crash")
        for number in self.current.values():
            life = self.lives[number]
            if self.host_of.get(life.pair.remote) == host:
                life.causes |= {"crash"}

    # ---- the network ----------------------------------------------------------------------------------------------

    def _opposite(self, place: Place) -> Place:
        pair = place[1]
        return (self.host_of.get(pair.remote, ""), pair.reverse)

    def _put_on_the_wire(self, segment: Segment, life: int | None, *, injected: bool = False) -> None:
        serial = len(self.origins)
        self.origins[id(segment)] = Origin(life, serial, injected)
        self.under_way.setdefault(segment.pair, {})[serial] = None

    def _origin(self, segment: Segment) -> Origin:
        origin = self.origins.get(id(segment))
        if origin is None:
            raise Broken("network", f"nobody has sent {segment!r}")
        return origin

    def _lost(self, sender: Place, segment: Segment) -> None:
        self.under_way[segment.pair].pop(self._origin(segment).serial, None)
        for place in (sender, self._opposite(sender)):
            if place in self.current:
                self.lives[self.current[place]].entangled = True

    def _received(self, life: Life, segment: Segment, effects: list[Effect]) -> None:
        """Whether what arrived was meant for this life, and came in its turn."""
        origin = self._origin(segment)
        under_way = self.under_way[segment.pair]
        if origin.serial != next(iter(under_way), None) or any(isinstance(effect, Drop) for effect in effects):
            life.entangled = True
        under_way.pop(origin.serial, None)
        if segment.flags & RST:
            life.causes |= {"reset"}
        if origin.injected:
            life.causes |= {"injection"}
        elif origin.life is not None:
            if not life.may_face(self.lives[origin.life]):
                life.causes |= {"old duplicate"}
        elif not segment.flags & RST:
            life.causes |= {"SYN cookie"}

    # ---- judgment -------------------------------------------------------------------------------------------------

    def _settle(self, world: World, life: Life) -> None:
        tcb = life.tcb(world)
        try:
            if tcb is not None:
                life.settled(tcb)
        except Broken as broken:
            raise self._told(broken, life.place) from None
        if life.gone:
            life.connection = None
        self.by_iss[life.place, life.iss] = life.number

    def _facing(self, life: Life) -> Life | None:
        """The life that is, or may yet become, the other end of this one."""
        place = self._opposite(life.place)
        found = self.current.get(place) if life.irs is None else self.by_iss.get((place, life.irs))
        other = None if found is None else self.lives[found]
        return other if other is not None and life.may_face(other) else None

    def _judge(self, world: World, life: Life) -> None:
        """What it is to the other end now, if that has changed."""
        view = life.view
        if view == life.last or not life.pair.remote or life.pair == life.pair.reverse:
            return
        other = self._facing(life)
        if other is None and life.irs is not None and not life.causes:
            self._explain(life)
        causes = life.causes
        there_before = there = self._nobody(world, life)
        entangled = life.is_entangled
        if other is not None:
            causes = causes | other.causes
            there_before, there = other.last, other.view
            entangled = entangled or other.is_entangled
        wrong = objection(life.state, there.state, causes, entangled=entangled)
        if not wrong and not causes:
            before, after = moment(life.last, there_before), moment(view, there)
            if after.quiet and (life.state is State.ESTABLISHED) != (there.state is State.ESTABLISHED):
                wrong = "nothing is under way that could open the one, or close the other"
            elif not follows(after, before):
                wrong = f"figure 5 does not lead to {after} from {before}"
        if wrong:
            told = f"({life.state}, {there.state}): {wrong}"
            raise self._told(Broken("joint states", told), life.place)

    def _explain(self, life: Life) -> None:
        """It has taken in a SYN, and no end that there is or was is its other end."""
        if (self._opposite(life.place), life.irs) not in self.by_iss:
            raise self._told(Broken("joint states", f"it took in a SYN {life.irs} that nobody sent"), life.place)
        life.causes |= {"old duplicate"}

    def _nobody(self, world: World, life: Life) -> View:
        """What is there where no connection is: somebody who listens, or nobody."""
        host = world.hosts.get(self.host_of.get(life.pair.remote, ""))
        listens = host is not None and life.pair.rport in host.listeners
        return View(State.LISTEN if listens else State.CLOSED)

    def _told(self, broken: Broken, place: Place) -> Broken:
        host, pair = place
        where = f"{host} {pair.local}:{pair.lport} with {pair.remote}:{pair.rport}"
        return Broken(broken.row, f"{broken.what} [{where}, at {self.now / 1e6:.6f} s]")
