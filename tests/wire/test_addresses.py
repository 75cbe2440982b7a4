"""Addresses that are one host's, and others."""

import pytest

from tcpsim.wire.addresses import is_unicast


@pytest.mark.parametrize(
    "address",
    ["192.0.2.1", "223.255.255.255", "240.0.0.1", "127.0.0.1", "2001:db8::1", "fe80::1", "::1", "ff:1::", "fff:1::"],
)
def test_one_host_has_it(address: str) -> None:
    assert is_unicast(address)


@pytest.mark.parametrize(
    "address",
    ["224.0.0.1", "239.255.255.255", "255.255.255.255", "0.0.0.0", "::", "ff02::1", "FF0E::1"],  # noqa: S104
)
def test_many_have_it_or_none(address: str) -> None:
    assert not is_unicast(address)
