"""The JSON schema is draft-07, is up to date, and agrees with the loader on what may be written."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from tcpsim.scenario import schema
from tcpsim.scenario.schema import json_schema
from tcpsim.scenario.yaml_source import parse

ROOT = Path(__file__).parents[2]
VALIDATOR = Draft7Validator(json_schema())
GOOD = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "scenario-language.md").read_text("utf-8"), re.DOTALL)
GOOD += [path.read_text("utf-8") for path in sorted((ROOT / "scenarios").rglob("*.yaml"))]


def parts(value: Any) -> list[dict[str, Any]]:
    """Every mapping in the schema."""
    if isinstance(value, dict):
        return [value, *(part for inner in value.values() for part in parts(inner))]
    return [part for inner in value for part in parts(inner)] if isinstance(value, list) else []


def test_it_is_draft_07() -> None:
    Draft7Validator.check_schema(json_schema())
    text = json.dumps(json_schema())
    for newer in ("$defs", "prefixItems", "unevaluated", "dependentRequired", "discriminator"):
        assert newer not in text


def test_the_file_beside_the_code_is_up_to_date() -> None:
    hint = "write it anew: from tcpsim.scenario import schema; schema.FILE.write_text(schema.schema_text())"
    assert schema.FILE.read_text("utf-8") == schema.schema_text(), hint


def test_every_key_is_described() -> None:
    for part in parts(json_schema()):
        for key, inner in part.get("properties", {}).items():
            assert inner.get("description"), key


def test_every_reference_leads_somewhere_and_stands_alone() -> None:
    whole = json_schema()
    for part in parts(whole):
        if "$ref" in part:
            assert part["$ref"].removeprefix("#/definitions/") in whole["definitions"]
            assert len(part) == 1


@pytest.mark.parametrize("text", GOOD, ids=range(len(GOOD)))
def test_what_the_loader_reads_the_schema_allows(text: str) -> None:
    assert list(VALIDATOR.iter_errors(parse(text, "x").root.value)) == []


@pytest.mark.parametrize(
    "text",
    [
        "title: no version",
        "tcpsim: 2",
        "tcpsim: 1\ntitel: x",
        "tcpsim: 1\nnetwork: {delay: 20}",
        "tcpsim: 1\nnetwork: {loss: 0.1}",
        "tcpsim: 1\nnetwork: {client to server: {}}",
        "tcpsim: 1\nhosts: {client: {port: 0}}",
        "tcpsim: 1\nprofile: linuz",
        "tcpsim: 1\nprofile: {msl: 2msl}",
        "tcpsim: 1\nprofile: {nagle: maybe}",
        "tcpsim: 1\napps: {client: [conect]}",
        "tcpsim: 1\napps: {client: [{send: 5}]}",
        "tcpsim: 1\napps: {client: [{recv: all}]}",
        "tcpsim: 1\nfaults: [{drp: server SYN}]",
        "tcpsim: 1\nfaults: [{drop: SYN}]",
        "tcpsim: 1\nfaults: [{delay: server SYN}]",
        "tcpsim: 1\nfaults: [{drop: server SYN, nth: 0}]",
        "tcpsim: 1\nevents: [{at: 1s}]",
        "tcpsim: 1\nevents: [{server: crash}]",
        "tcpsim: 1\nevents: [{at: 1s, server: crsh}]",
        "tcpsim: 1\nexpect: [{final: {client: CLSD}}]",
        "tcpsim: 1\nexpect: [{because: x}]",
        "tcpsim: 1\nexpect: [{final: {client: CLOSED}, count: {any RST: 0}}]",
        "tcpsim: 1\nexpect: [{time_in_state: {within: 1s}}]",
        "tcpsim: 1\nexpect: [{time_in_state: {client: {TIME: 1s}}}]",
        "tcpsim: 1\nexpect: [{time_in_state: {client: {}}}]",
        "tcpsim: 1\nexpect: [{count: {client SYN: {}}}]",
        "tcpsim: 1\napps: {client: [{send: {}}]}",
        "tcpsim: 1\napps: {client: [{send: {text: a, octets: 1}}]}",
        "tcpsim: 1\nwhat_if: {x: {}}",
    ],
)
def test_what_the_loader_refuses_the_schema_refuses(text: str) -> None:
    assert list(VALIDATOR.iter_errors(parse(text, "x").root.value))
