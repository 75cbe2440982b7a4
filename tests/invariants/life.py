"""One end's incarnation in a world: an `Endpoint` with its place, its user, and what has befallen it."""

from typing import Final

from invariants.abstraction import View
from invariants.broken import Broken
from invariants.endpoint import Endpoint
from tcpsim.sim.connection import Connection
from tcpsim.sim.world import World
from tcpsim.tcp.states import State, Transition
from tcpsim.tcp.tcb import Tcb
from tcpsim.wire import SocketPair

Place = tuple[str, SocketPair]  # a host, and a connection (or a listener) seen from there


class Life(Endpoint):
    """One end's incarnation. `number` is its place among all lives of the world.

    `causes` are what may excuse states that are otherwise never seen. `entangled`: a segment was not taken in when it
    was sent: lost, refused, doubled or overtaken. `read` is how many octets the user has got; None once that is
    unknown. `told`: the user has heard of an error. `last` is what there was to know when it was last judged.
    """

    __slots__ = (
        "asked_to_close",
        "causes",
        "connection",
        "entangled",
        "host",
        "last",
        "number",
        "pair",
        "read",
        "told",
    )

    def __init__(self, number: int, place: Place, state: State) -> None:
        super().__init__(state)
        self.number = number
        self.host, self.pair = place
        self.connection: Connection | None = None
        self.causes: frozenset[str] = frozenset()
        self.entangled = False
        self.read: int | None = 0
        self.asked_to_close = self.told = False
        self.last = View(state)

    def copy(self) -> "Life":
        """An independent copy, which has no connection yet: it belongs to another world."""
        other = object.__new__(Life)
        for name in _SLOTS:
            setattr(other, name, getattr(self, name))
        other.stream = self.stream.copy()
        other.connection = None
        return other

    @property
    def place(self) -> Place:
        """Where it is."""
        return (self.host, self.pair)

    @property
    def is_entangled(self) -> bool:
        """Whether something of it may not have been taken in yet, though the other end has closed since."""
        return self.entangled or (self.closing and self.fin_at is None)  # or the window kept its FIN back

    def may_face(self, other: "Life") -> bool:
        """Whether these are, or may become, two ends of one connection: neither has taken in another's SYN."""
        return self.irs in {None, other.iss} and other.irs in {None, self.iss}

    def tcb(self, world: World) -> Tcb | None:
        """Its TCB; None if it was gone before anybody could look."""
        if not self.pair.remote:
            listener = world.hosts[self.host].listeners.get(self.pair.lport)
            return None if listener is None or self.gone else listener.tcb
        if self.connection is None and not self.gone:
            self.connection = connection_at(world, self.place)
        return None if self.connection is None else self.connection.tcb

    def walks_by_itself(self, row: Transition) -> None:
        """A segment made it move. It closes only if its user has asked for that, and had to wait."""
        if row.trigger == "app_close" and not self.asked_to_close:
            raise Broken("states", f"{row.source} was closed, and no user had called")

    def over(self, cause: str = "") -> None:
        """It is no more, and no row told."""
        self.state, self.gone = State.CLOSED, True
        self.connection = None
        self.causes |= {cause} - {""}
        self.last = self.view


_SLOTS: Final = (*Endpoint.__slots__, *Life.__slots__)


def connection_at(world: World, place: Place) -> Connection | None:
    """The connection that has a pair of sockets."""
    host, pair = place
    return world.hosts[host].connections.get(pair)
