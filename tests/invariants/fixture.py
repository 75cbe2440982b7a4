"""Every world of every test is observed, after each event, whoever runs it: `run`, `step` or `happen`.

A test that is marked `unobserved` says why it must not be.
"""

import weakref
from collections.abc import Iterator
from typing import Final

import pytest

from invariants.observer import Observer
from tcpsim.sim.agenda import QueuedEvent
from tcpsim.sim.world import Watch, World

_RUN: Final = World.run
_HAPPEN: Final = World.happen
_COPY: Final = World.copy


class Observers:
    """The observer of each world that lives; a world is not kept alive for being observed."""

    def __init__(self) -> None:
        self.known: dict[int, tuple[weakref.ref[World], Observer]] = {}

    def of(self, world: World) -> Observer:
        """The observer of a world: from its beginning, if this is the first time."""
        known = self.known.get(id(world))
        return known[1] if known else self.add(world, Observer(world))

    def add(self, world: World, observer: Observer) -> Observer:
        """Let a world be observed by this one."""
        key, known = id(world), self.known
        known[key] = (weakref.ref(world, lambda _: known.pop(key, None)), observer)
        return observer


def observing(observers: Observers, patch: pytest.MonkeyPatch) -> None:
    """From now on, until the patch is undone, worlds are observed."""

    def run(world: World, watch: Watch | None = None, *, every: int = 10_000) -> World:
        observer, start = observers.of(world), world.events_handled

        def look(world: World) -> None:
            observer.look(world)
            if watch is not None and (world.events_handled - start) % every == 0:
                watch(world)

        _RUN(world, look, every=1)
        observer.look(world)
        return world

    def happen(world: World, event: QueuedEvent) -> None:
        _HAPPEN(world, event)
        observers.of(world).look(world)

    def copy(world: World) -> World:
        other = _COPY(world)
        observers.add(other, observers.of(world).copy(other))
        return other

    patch.setattr(World, "run", run)
    patch.setattr(World, "happen", happen)
    patch.setattr(World, "copy", copy)


@pytest.fixture(autouse=True)
def every_world_is_observed(request: pytest.FixtureRequest) -> Iterator[None]:
    """Autouse: what must hold of every run is checked in every test."""
    if request.node.get_closest_marker("unobserved"):
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        observing(Observers(), patch)
        yield
