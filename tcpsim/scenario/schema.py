"""The JSON schema of the scenario language, for editors: what may be written where, and what it means.

It is made from the models and written in draft-07, which every editor understands. `scenario.schema.json` beside this
file is its text, written anew by `FILE.write_text(schema_text())`; a test says when that is due.
"""

import json
from pathlib import Path
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema

from tcpsim.scenario.model import Scenario

FILE: Final = Path(__file__).with_name("scenario.schema.json")
_DRAFT: Final = "http://json-schema.org/draft-07/schema#"
# What holds schemas by name, and what holds a list of them.
_BY_NAME: Final = ("definitions", "properties", "patternProperties")
_LISTS: Final = ("anyOf", "oneOf", "allOf")


class _Generator(GenerateJsonSchema):
    ignored_warning_kinds = {"non-serializable-default"}  # noqa: RUF012 - as pydantic declares it


def json_schema() -> dict[str, Any]:
    """The JSON schema of version 1 of the language, in draft-07. The same every time."""
    generated = Scenario.model_json_schema(schema_generator=_Generator)
    generated["definitions"] = generated.pop("$defs")
    schema = _draft_07(generated)
    return {"$schema": _DRAFT, "title": "tcpsim scenario", **schema}


def schema_text() -> str:
    """The JSON schema as the text of its file."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _draft_07(schema: Any) -> Any:
    """A generated schema in draft-07, without pydantic's additions."""
    if not isinstance(schema, dict):
        return schema
    schema = {key: value for key, value in schema.items() if key not in {"title", "discriminator"}}
    if "default" in schema:
        schema = _without_default(schema)
    schema = _names_beside_keys(schema)
    for key, value in schema.items():
        if key in _BY_NAME:
            schema[key] = {name: _draft_07(inner) for name, inner in value.items()}
        elif key in _LISTS:
            schema[key] = [_draft_07(inner) for inner in value]
        elif isinstance(value, dict) and key != "default":
            schema[key] = _draft_07(value)
    if "$ref" in schema:
        schema = _reference(schema)
    if "patternProperties" in schema:
        schema.setdefault("additionalProperties", False)
    return schema


def _without_default(schema: dict[str, Any]) -> dict[str, Any]:
    """None is no value that could be written: a key that has none is left out."""
    default = schema.pop("default")
    if default is not None:
        return schema
    rest = [inner for inner in schema.get("anyOf", []) if inner != {"type": "null"}]
    if len(rest) != 1:
        return {**schema, "anyOf": rest} if rest else schema
    beside = {key: value for key, value in schema.items() if key != "anyOf"}
    return {**beside, "allOf": rest} if "$ref" in rest[0] else {**rest[0], **beside}


def _names_beside_keys(schema: dict[str, Any]) -> dict[str, Any]:
    """Gathered names (`<hosts>`) become what they are in a file: keys beside the fixed ones."""
    properties = schema.get("properties", {})
    gathered = next((key for key in properties if key.startswith("<")), None)
    if gathered is None:
        return schema
    names = properties[gathered]
    rest = {key: value for key, value in properties.items() if key != gathered}
    required = [key for key in schema.get("required", []) if key != gathered]
    fixed = "|".join(rest)
    named = {f"^(?!({fixed})$){pattern[1:]}": inner for pattern, inner in names["patternProperties"].items()}
    merged = {**schema, "properties": rest, "patternProperties": named}
    if gathered in schema.get("required", []):
        merged["not"] = {"propertyNames": {"enum": list(rest)}}  # at least one name is wanted
    merged.pop("required", None)
    return {**merged, "required": required} if required else merged


def _reference(schema: dict[str, Any]) -> dict[str, Any]:
    """In draft-07 a reference stands alone; what stood beside it is put around it."""
    target = {"$ref": schema["$ref"].replace("#/$defs/", "#/definitions/")}
    beside = {key: value for key, value in schema.items() if key != "$ref"}
    return {**beside, "allOf": [target]} if beside else target
