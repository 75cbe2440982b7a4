"""What the tests of the scenario language share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tcpsim.scenario import Problem, ScenarioError, loads


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the project."""
    return Path(__file__).parents[2]


@pytest.fixture
def mistakes() -> Callable[[str], list[Problem]]:
    """What is wrong with a scenario whose first line is left out."""

    def find(text: str) -> list[Problem]:
        try:
            loads(f"tcpsim: 1\n{text}", name="test.yaml")
        except ScenarioError as error:
            return error.problems
        return []

    return find
