"""The reference tells the truth: each of its examples is a scenario, and no key is left out."""

import re
from pathlib import Path
from typing import Any

import pytest

from tcpsim.scenario import loads, run, run_variants
from tcpsim.scenario.schema import json_schema
from tcpsim.tcp.profiles import PARAMETERS

REFERENCE = (Path(__file__).parents[2] / "docs" / "scenario-language.md").read_text("utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", REFERENCE, re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS, ids=[f"example-{number}" for number in range(1, len(BLOCKS) + 1)])
def test_every_example_is_a_scenario_and_does_what_it_says(block: str) -> None:
    scenario = loads(block, name="docs/scenario-language.md")
    for outcome in (run(scenario), *run_variants(scenario).values()):
        assert [str(result) for result in outcome.results if not result.held] == []
        assert outcome.warnings == []


def keys_of(schema: Any) -> set[str]:
    """Every key that the schema has a property for."""
    if isinstance(schema, list):
        return {key for inner in schema for key in keys_of(inner)}
    if not isinstance(schema, dict):
        return set()
    named = set(schema.get("properties", {}))
    return named | {key for inner in schema.values() for key in keys_of(inner)}


def test_every_key_of_the_language_is_in_the_reference() -> None:
    examples = "\n".join(BLOCKS)
    missing = {key for key in keys_of(json_schema()) if not re.search(rf"\b{key}\b", examples)}
    assert missing - set(PARAMETERS) == {"text"}  # the long form of a text, which nobody writes


def test_every_parameter_of_a_profile_is_in_the_reference() -> None:
    assert [name for name in PARAMETERS if f"`{name}`" not in REFERENCE] == []
