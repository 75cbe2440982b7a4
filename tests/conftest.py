"""What holds for every test: the worlds that it runs are observed (see `invariants`)."""

from invariants.fixture import every_world_is_observed

__all__ = ["every_world_is_observed"]
