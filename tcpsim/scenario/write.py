"""A scenario → YAML text that reads back as the same scenario, laid out as a person would.

Lives here: the order and the layout of keys. How single values are written is told beside how they are read.
"""

import re
from typing import Any, Final

import yaml

from tcpsim.scenario.model import Scenario
from tcpsim.scenario.yaml_source import resolve

_ORDER: Final = (
    "tcpsim", "title", "about", "rfc", "profile", "seed", "seeds", "hosts", "network", "apps", "faults", "inject",
    "events", "until", "expect", "what_if",
)  # fmt: skip
_FIRST: Final = ("drop", "duplicate", "delay", "corrupt", "at", "because")  # what an item of a list begins with
_LAST: Final = ("within",)
_LISTS: Final = ("faults", "inject", "events", "expect")  # their items stand on lines of their own
_BLOCKS: Final = ("hosts", "network", "apps")
_WIDTH: Final = 100  # characters of a collection written in brackets


def plain_data(scenario: Scenario) -> dict[str, Any]:
    """A scenario as mappings, lists and scalars, as YAML would give them; keys that say nothing new are left out."""
    data = scenario.model_dump(by_alias=True, exclude_defaults=True)
    return {key: _plain(data[key]) for key in _ORDER if key in data}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def write(scenario: Scenario, *, schema: str = "") -> str:
    """A scenario as YAML text: `loads(write(s)) == s`.

    With `schema`, the first line tells editors where the JSON schema is.
    """
    header = f"# yaml-language-server: $schema={schema}\n" if schema else ""
    return header + data_text(plain_data(scenario))


def data_text(data: dict[str, Any]) -> str:
    """The plain data of a scenario as YAML text, of which the loader makes the very same data."""
    text, before = "", ""
    for key, value in data.items():
        block = yaml.dump(
            _laid_out({key: value}, _BLOCKS), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000
        )
        one_line = block.count("\n") == 1 and before.count("\n") <= 1
        text += block if one_line else f"\n{block}"
        before = block
    return text


class _Block(dict[str, Any]):
    """A mapping whose keys stand on lines of their own."""


def _laid_out(data: dict[str, Any], blocks: tuple[str, ...] = ()) -> _Block:
    """The mapping of a scenario, or of a variant, with the items of its lists, and `blocks`, on lines of their own."""
    laid_out = _Block(data)
    for key, value in data.items():
        if key in _LISTS and isinstance(value, list):
            laid_out[key] = [_Block(item) if isinstance(item, dict) else item for item in value]
        elif key == "what_if" and isinstance(value, dict):
            variants = {
                name: _laid_out(variant) if isinstance(variant, dict) else variant for name, variant in value.items()
            }
            laid_out[key] = _Block(variants)
        elif key in blocks and isinstance(value, dict):
            laid_out[key] = _Block(value)
    return laid_out


class _Dumper(yaml.SafeDumper):
    """Writes for a reader of YAML 1.2's core schema: what that would take for a number or a boolean is quoted."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - as PyYAML declares it

    def resolve(self, kind: type, value: Any, implicit: Any) -> Any:
        if kind is yaml.ScalarNode and implicit[0]:
            return _TAGS.get(type(resolve(value)), "tag:yaml.org,2002:str")
        return super().resolve(kind, value, implicit)  # type: ignore[no-untyped-call]

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:  # noqa: ARG002 - always indented
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - never an alias
        return True


_TAGS: Final = {
    type(None): "tag:yaml.org,2002:null",
    bool: "tag:yaml.org,2002:bool",
    int: "tag:yaml.org,2002:int",
    float: "tag:yaml.org,2002:float",
}


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    block = "\n" in text and re.fullmatch(r"([!-~]([ -~]*[!-~])?\n)+", text)
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if block else None)


def _represent_mapping(dumper: yaml.SafeDumper, data: dict[str, Any]) -> yaml.Node:
    items = sorted(data.items(), key=lambda item: (item[0] not in _FIRST, item[0] in _LAST))
    flow = not isinstance(data, _Block) and _is_short(data)
    return dumper.represent_mapping("tag:yaml.org,2002:map", items, flow_style=flow)


def _represent_list(dumper: yaml.SafeDumper, data: list[Any]) -> yaml.Node:
    flow = not any(isinstance(item, _Block) for item in data) and _is_short(data)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=flow)


def _is_short(data: Any) -> bool:
    """Whether a collection fits in brackets on one line."""
    return len(yaml.dump(data, Dumper=yaml.SafeDumper, default_flow_style=True, width=10_000)) <= _WIDTH


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(dict, _represent_mapping)
_Dumper.add_representer(_Block, _represent_mapping)
_Dumper.add_representer(list, _represent_list)
