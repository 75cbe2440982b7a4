"""The head of a script: `--tolerance_usecs=10000`, `--ip_version=ipv4`.

Lives here: which options there are, and what their values may be. What follows from them must not be known here.
"""

import re
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any, Final

from tcpsim.packetdrill.errors import MisreadError, near, shown
from tcpsim.packetdrill.scanner import Token
from tcpsim.packetdrill.script import ScriptOptions

_OPTION: Final = re.compile(r"--(\w+)(?:[ \t]*=[ \t]*(.*))?", re.DOTALL)

# What packetdrill would do and tcpsim does not: the script is not run as it was meant to be.
UNSUPPORTED: Final = {
    "udp_encapsulation": "UDP encapsulation",
    "psp_udp_port": "PSP encapsulation",
    "tcp_md5_secret": "TCP-MD5",
    "so_filename": "a shared object as the stack",
    "is_anyip": "addresses of any host",
    "wire_client": "a wire client",
    "wire_server": "a wire server",
}
# About the machine a script runs on, or about packetdrill itself: nothing in a simulated world follows from them.
_WITHOUT_EFFECT: Final = frozenset(
    {
        *("code_command", "code_format", "code_sockopt", "gateway_ip", "gateway_linklocal_ip", "netmask_ip", "speed"),
        *("local_linklocal_ip", "init_scripts", "wire_server_ip", "wire_server_at", "wire_server_port"),
        *("wire_client_dev", "wire_server_dev", "so_flags", "dry_run", "send_omit_free", "debug", "verbose", "define"),
        *("mss", "tcp_ts_ecr_scaled", "tun_dev", "persistent_tun_dev", "no_cleanup"),
    }
)


class _BadValueError(ValueError):
    """An option's value; the text says what would be right."""


def _natural(least: int, most: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not re.fullmatch("[0-9]{1,18}", value) or not least <= int(value) <= most:
            raise _BadValueError(f"a number from {least:,} to {most:,}")
        return int(value)

    return read


def _percent(value: str) -> float:
    if not re.fullmatch(r"[0-9]{0,3}(?:\.[0-9]{1,9})?", value) or not value or float(value) > 100:
        raise _BadValueError("a number from 0 to 100")
    return float(value)


def _ip_version(value: str) -> str:
    version = value.replace("_", "-")
    if version not in {"ipv4", "ipv6", "ipv4-mapped-ipv6"}:
        raise _BadValueError("ipv4, ipv6 or ipv4-mapped-ipv6")
    return version


def _address(value: str) -> str:
    try:
        return str(ip_address(value))
    except ValueError:
        raise _BadValueError("an address, such as 192.0.2.1 or 2001:db8::1") from None


def _kinds(value: str) -> frozenset[str]:
    kinds = frozenset(filter(None, re.split(r"[, ]+", value)))
    if not kinds or kinds - {"packet", "syscall"}:
        raise _BadValueError("packet, syscall or both, with a comma between them")
    return kinds


def _flag(value: str) -> bool:
    if value:
        raise _BadValueError("no value")
    return True


_PORT: Final = _natural(1, 65_535)
_LEAST_MTU: Final = 68  # RFC 791 §3.2: what every link takes
_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "tolerance_usecs": _natural(1, 10**12),
    "tolerance_percent": _percent,
    "ip_version": _ip_version,
    "local_ip": _address,
    "remote_ip": _address,
    "bind_port": _PORT,
    "connect_port": _PORT,
    "mtu": _natural(_LEAST_MTU, 65_535),
    "tcp_ts_tick_usecs": _natural(0, 1_000_000),
    "strict_segments": _flag,
    "non_fatal": _kinds,
}
_KNOWN: Final = (*_READERS, *UNSUPPORTED, *sorted(_WITHOUT_EFFECT))


class Head:
    """The options of a script as they are read, one after another."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.offsets: dict[str, int] = {}
        self.others: dict[str, str] = {}

    def take(self, token: Token) -> str:
        """Read an option; returns what it asks for that tcpsim does not run, or "". Raises MisreadError."""
        name, value = _split(token)
        if name in _READERS:
            try:
                self.values[name] = _READERS[name](value)
                self.offsets[name] = token.start
            except _BadValueError as bad:
                raise MisreadError(token.start, f"{shown(value)} is no value for --{name}", f"expected {bad}") from None
            return ""
        if name not in UNSUPPORTED and name not in _WITHOUT_EFFECT:
            raise MisreadError(token.start, f"{shown('--' + name)} is not an option", near(name, _KNOWN))
        self.others[name] = value
        return UNSUPPORTED.get(name, "")

    @property
    def ipv6(self) -> bool | None:
        """Whether the script is about IPv6: it says so, or its addresses do. None if nothing is said."""
        if "ip_version" in self.values:
            return bool(self.values["ip_version"] == "ipv6")
        addresses = self.values.get("local_ip", "") + self.values.get("remote_ip", "")
        return ":" in addresses if addresses else None

    def check(self) -> None:
        """Whether the addresses go together. Raises MisreadError."""
        said = {name: self.values[name] for name in ("local_ip", "remote_ip") if name in self.values}
        for name, address in said.items():
            if (":" in address) is not self.ipv6:
                right = f"both ends have addresses of {'IPv6' if self.ipv6 else 'IPv4'}"
                raise MisreadError(self.offsets[name], f"{shown(address)} is of another version of IP", right)
        if len(said) > 1 and len({*said.values()}) == 1:
            last = max(self.offsets[name] for name in said)
            raise MisreadError(last, f"both ends have the address {said['local_ip']}", "each has its own")

    def options(self) -> ScriptOptions:
        """All that was read."""
        values = {"ip_version": "ipv6" if self.ipv6 else "ipv4", **self.values}
        return ScriptOptions(**values, others=dict(self.others))


def _split(token: Token) -> tuple[str, str]:
    """An option's name and its value, out of its quotes."""
    found = _OPTION.fullmatch(token.text)
    name, value = (found[1], found[2] or "") if found else (token.text, "")
    return name, value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value
