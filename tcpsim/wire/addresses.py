"""Which addresses can be an end of a connection. TCP is for two hosts: neither end may be many, or none.

Told by how an address is written. A directed broadcast looks like any host's; it takes a netmask to see it, and nothing
here has one.
"""

from functools import lru_cache
from typing import Final

_EVERYONE_AND_NOBODY: Final = frozenset({"255.255.255.255", "0.0.0.0", "::"})  # noqa: S104 - nothing is bound to it
_MULTICAST: Final = range(224, 240)  # RFC 1112 §4, the first octet


@lru_cache(maxsize=1024)
def is_unicast(address: str) -> bool:
    """Whether one host has this address: it is neither multicast, nor broadcast, nor unspecified."""
    if address in _EVERYONE_AND_NOBODY:
        return False
    if ":" in address:
        first = address.partition(":")[0]
        return len(first) < 4 or not first.lower().startswith("ff")  # RFC 4291 §2.7
    first = address.partition(".")[0]
    return not first.isdecimal() or int(first) not in _MULTICAST
