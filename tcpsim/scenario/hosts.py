"""Which hosts a scenario has, and what each is like: names, groups, addresses, ports, profiles.

Lives here: the defaults of hosts, and what is wrong with hosts taken together. How hosts are written is told in
`model`; the network must not be known here.
"""

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeAlias

from tcpsim.scenario.forms import Names
from tcpsim.scenario.model import Host, Scenario
from tcpsim.scenario.steps import Listen, Program
from tcpsim.scenario.yaml_source import DataPath
from tcpsim.tcp.profiles import RFC9293, Profile

CLIENT, SERVER = "client", "server"
_ISS: Final = {CLIENT: (100,), SERVER: (300,)}
# Addresses kept for documentation (RFC 5737, RFC 3849), and for benchmarks (RFC 2544) where those are too few.
_SINGLE: Final = {4: "192.0.2.1", 6: "2001:db8::1"}
_GROUPS: Final = {4: ("198.51.100.1", "198.18.0.1"), 6: ("2001:db8:1::1", "2001:db8:1::1")}
_MANY: Final = 254

IPAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address


class Complaint(NamedTuple):
    """Something that is wrong with a scenario as a whole, and the path to it."""

    path: DataPath
    message: str


@dataclass(frozen=True, slots=True)
class HostPlan:
    """One host, with every default filled in. `group` is the name it was declared under."""

    name: str
    group: str
    address: str
    port: int
    iss: tuple[int, ...]
    profile: Profile


@dataclass(slots=True)
class HostPlans:
    """The hosts of a scenario, in the order of their lanes, and what is wrong with them."""

    hosts: dict[str, HostPlan] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    complaints: list[Complaint] = field(default_factory=list)

    def members(self, name: str) -> tuple[str, ...]:
        """The hosts that a name stands for: itself, or the members of a group. Raises KeyError for no host's name."""
        return self.groups[name] if name in self.groups else (self.hosts[name].name,)

    def other(self, name: str) -> str | None:
        """Whom a host talks to when nobody is named: the only other host, or else the server. None: it is not clear."""
        others = [host for host in self.hosts if host != name]
        if len(others) == 1:
            return others[0]
        return SERVER if SERVER in others else None


# ---- names ---------------------------------------------------------------------------------------------------------


def groups_of(declared: Mapping[str, int], programmed: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The names that stand for hosts, and the hosts that each stands for.

    `declared` are the names under `hosts` with their number of clients (0: it is one host); `programmed` those under
    `apps`. client and server are there without being mentioned, unless two or more others are declared.
    """
    others = [name for name in declared if name not in _ISS]
    mentioned = {*declared, *programmed}
    missing = [name for name in _ISS if name not in declared and (len(others) < 2 or name in mentioned)]
    names = [*missing, *declared]
    if missing == [SERVER] and CLIENT in declared:
        names = [CLIENT, SERVER, *others]
    return {name: _members(name, declared.get(name, 0)) for name in names}


def _members(name: str, clients: int) -> tuple[str, ...]:
    return tuple(f"{name}-{number}" for number in range(1, clients + 1)) if clients else (name,)


def names_in(data: Mapping[str, Any]) -> Names:
    """The names that may be used in a scenario, from its plain data, however mistaken the rest of it may be."""
    declared: dict[str, int] = {}
    programmed: set[str] = set()
    variants = data.get("what_if")
    for part in (data, *(variants.values() if isinstance(variants, dict) else ())):
        hosts, apps = (part.get("hosts"), part.get("apps")) if isinstance(part, dict) else (None, None)
        for name, host in hosts.items() if isinstance(hosts, dict) else ():
            clients = host.get("clients") if isinstance(host, dict) else 0
            declared[name] = clients if isinstance(clients, int) and 0 < clients <= 10_000 else declared.get(name, 0)
        programmed |= set(apps) if isinstance(apps, dict) else set()
    groups = groups_of(declared, programmed)
    return Names(tuple(dict.fromkeys([*groups, *(host for members in groups.values() for host in members)])))


# ---- plans ---------------------------------------------------------------------------------------------------------


def plan_hosts(scenario: Scenario) -> HostPlans:
    """Every host of a scenario with its defaults filled in, and what is wrong with them together."""
    declared = {name: host.clients or 0 for name, host in scenario.hosts.items()}
    plans = HostPlans(groups=groups_of(declared, scenario.apps))
    common = scenario.profile.over(RFC9293)
    addresses = _Addresses(plans)
    described = {group: scenario.hosts.get(group, Host()) for group in plans.groups}
    for group, host in described.items():
        addresses.take(group, host, plans.groups[group])
    for group, members in plans.groups.items():
        host = described[group]
        profile = host.profile.over(common) if host.profile else common
        port = host.port or _default_port(group, scenario.apps.get(group, ()))
        iss = _ISS.get(group, ()) if host.iss is None else host.iss
        for name, address in zip(members, addresses.of(group, len(members)), strict=True):
            if name in plans.hosts:
                plans.complaints.append(Complaint(("hosts", group), f"there are two hosts named '{name}'"))
            plans.hosts[name] = HostPlan(name, group, address, port, iss, profile)
    return plans


def _default_port(group: str, programs: tuple[Program, ...]) -> int:
    listens = any(program.do and isinstance(program.do[0], Listen) for program in programs)
    return 80 if group == SERVER or (listens and group != CLIENT) else 40_000


class _Addresses:
    """Gives out addresses: those that are written first, then the next free ones."""

    def __init__(self, plans: HostPlans) -> None:
        self.complaints = plans.complaints
        # The usual hosts have the first addresses for themselves, whether they need them or not.
        usual = plans.groups.keys() & _ISS.keys()
        self.offsets = {CLIENT: 0, SERVER: 1} if usual else {}
        self.others = 2 if usual else 0
        self.taken: dict[str, str] = {}
        self.written: dict[str, list[str]] = {}
        self.version = 0

    def take(self, group: str, host: Host, members: tuple[str, ...]) -> None:
        if host.address is None:
            return
        path: DataPath = ("hosts", group, "address")
        first = ipaddress.ip_address(host.address)
        if self.version and first.version != self.version:
            message = (
                f"'{first}' is IPv{first.version}, but another host has IPv{self.version}; one network has one kind"
            )
            self.complaints.append(Complaint(path, message))
        self.version = self.version or first.version
        if int(first) + len(members) > 2**first.max_prefixlen - 1:
            self.complaints.append(Complaint(path, f"after '{first}' there are not {len(members)} addresses"))
            return
        addresses = [str(first + index) for index in range(len(members))]
        for address in addresses:
            if other := self.taken.get(address):
                self.complaints.append(Complaint(path, f"'{address}' is already the address of {other}"))
                break
        self.taken.update(dict.fromkeys(addresses, group))
        self.written[group] = addresses

    def of(self, group: str, count: int) -> list[str]:
        if group in self.written:
            return self.written[group]
        version = self.version or 4
        start = ipaddress.ip_address(_GROUPS[version][count > _MANY])
        if count == 1:
            start = ipaddress.ip_address(_SINGLE[version]) + self.offsets.get(group, self.others)
        addresses = list(self._free(start, count))
        self.taken.update(dict.fromkeys(addresses, group))
        return addresses

    def _free(self, address: IPAddress, count: int) -> Iterator[str]:
        while count:
            if str(address) not in self.taken:
                count -= 1
                yield str(address)
            address += 1
