"""Control bits as letters and as names, both ways."""

import pytest

from tcpsim.wire import ACK, CWR, ECE, FIN, PSH, RST, SYN, URG, flag_letters, flag_names, parse_flags


@pytest.mark.parametrize(
    ("flags", "letters", "names"),
    [
        (0, "-", "none"),
        (SYN, "S", "SYN"),
        (SYN | ACK, "S.", "SYN-ACK"),
        (ACK, ".", "ACK"),
        (PSH | ACK, "P.", "PSH-ACK"),
        (FIN | ACK, "F.", "FIN-ACK"),
        (FIN | PSH | ACK, "FP.", "FIN-PSH-ACK"),
        (RST, "R", "RST"),
        (RST | ACK, "R.", "RST-ACK"),
        (SYN | ECE | CWR, "SEW", "SYN-ECE-CWR"),
        (0xFF, "FSRP.UEW", "SYN-FIN-RST-PSH-URG-ECE-CWR-ACK"),
    ],
)
def test_flags_in_both_spellings(flags: int, letters: str, names: str) -> None:
    assert flag_letters(flags) == letters
    assert flag_names(flags) == names


@pytest.mark.parametrize("flags", range(0x100))
def test_what_is_printed_is_understood(flags: int) -> None:
    assert parse_flags(flag_letters(flags)) == flags
    assert parse_flags(flag_names(flags)) == flags


@pytest.mark.parametrize("text", ["SYN-ACK", "ACK-SYN", "SYN,ACK", "SYN+ACK", "S.", ".S"])
def test_order_and_separator_do_not_matter(text: str) -> None:
    assert parse_flags(text) == SYN | ACK


def test_the_bits_are_those_of_the_header() -> None:  # RFC 9293 §3.1, from the last bit to the first
    assert [1 << bit for bit in range(8)] == [FIN, SYN, RST, PSH, ACK, URG, ECE, CWR]


@pytest.mark.parametrize("text", ["", "X", "SYN-", "SYN ACK", "syn", "S-A", "SYNACK"])
def test_what_is_no_combination_of_flags_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a combination of flags: write letters such as 'S\.' or names"):
        parse_flags(text)
