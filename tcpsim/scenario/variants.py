"""`what_if:` — the same experiment with another rule: a variant laid over its scenario gives another scenario.

What is written in the variant holds; mappings are merged key by key, lists and expectations are replaced.
"""

from typing import Any

from tcpsim.scenario.model import Host, Network, Path, Scenario, Variant


def variant_of(scenario: Scenario, name: str) -> Scenario:
    """The scenario as the variant of this name has it. Raises KeyError if there is none."""
    variant = scenario.what_if[name]
    changes: dict[str, Any] = {key: getattr(variant, key) for key in variant.model_fields_set}
    if "profile" in changes:
        changes["profile"] = variant.profile.merged_over(scenario.profile)
    if "hosts" in changes:
        changes["hosts"] = _merged_hosts(scenario, variant)
    if "network" in changes:
        changes["network"] = _merged_network(scenario.network, variant.network)
    if "apps" in changes:
        changes["apps"] = {**scenario.apps, **variant.apps}
    title = f"{scenario.title} — {name}" if scenario.title else name
    return scenario.model_copy(update={**changes, "title": title, "what_if": {}})


def _merged_hosts(scenario: Scenario, variant: Variant) -> dict[str, Host]:
    merged = dict(scenario.hosts)
    for name, host in variant.hosts.items():
        below = merged.get(name, Host())
        changes = {key: getattr(host, key) for key in host.model_fields_set}
        if host.profile and below.profile:
            changes["profile"] = host.profile.merged_over(below.profile)
        merged[name] = below.model_copy(update=changes)
    return merged


def _merged_network(below: Network, above: Network) -> Network:
    directions = dict(below.directions)
    for direction, path in above.directions.items():
        directions[direction] = merged_path(directions.get(direction, Path()), path)
    changes = {key: getattr(above, key) for key in above.model_fields_set}
    return below.model_copy(update={**changes, "directions": directions})


def merged_path(below: Path, above: Path) -> Path:
    """A path as `above` changes it."""
    return below.model_copy(update={key: getattr(above, key) for key in above.model_fields_set})
