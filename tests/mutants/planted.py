"""The planted mistakes: what they are, and how one is put into a copy of the package.

Each is a few lines of wrong TCP, as toy simulators have it, for one of the twenty-five behaviours of `ITEMS`. They are
written down in `planted/*.toml`. That the suite notices every one is found out by `python tests/mutants`.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ITEMS: Final = (
    "ACK of data taken as ACK of the FIN",
    "FIN or SYN not counted in sequence space",
    "a pure ACK consuming a number",
    "plain integer comparison at the wrap",
    "the wrong RST form from CLOSED",
    "RST answered with RST",
    "bare FIN in LISTEN answered",
    "SYN-SENT closing on a bad ACK",
    "RST without ACK accepted in SYN-SENT",
    "simultaneous open with ISS+1 or two connections",
    "passive and active SYN-RECEIVED confused on RST",
    "a duplicate SYN making a second TCB or a new ISS",
    "data on the handshake's ACK refused",
    "CLOSE in SYN-SENT sending something",
    "FIN overtaking queued data",
    "FIN processed above a hole",
    "CLOSE-WAIT sending its FIN by itself",
    "no FIN-WAIT-1 → TIME-WAIT",
    "CLOSING left out or its FIN never retransmitted",
    "LAST-ACK entering TIME-WAIT",
    "a retransmitted FIN in TIME-WAIT without re-ACK or without restart",
    "any in-window RST or SYN killing the connection",
    "old data not re-ACKed",
    "timers without doubling, without the 3 s, or firing after deletion",
    "ECONNREFUSED, ECONNRESET, ETIMEDOUT, EPIPE confused or EOF after RST",
)
FOLDER: Final = Path(__file__).parent / "planted"


class MisplacedError(Exception):
    """The text that a mutant replaces is not there, or not just once: the code has moved on, the mutant must follow."""


@dataclass(frozen=True, slots=True)
class Edit:
    """In `file`, `old`, which stands there just once, becomes `new`."""

    file: str
    old: str
    new: str

    def applied_to(self, text: str) -> str:
        """The text with the mistake in it. Raises MisplacedError."""
        found = text.count(self.old)
        if found != 1:
            raise MisplacedError(f"{self.file} has {found} times, not once: {self.old.strip()}")
        return text.replace(self.old, self.new)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A mistake. `wrong` says what is got wrong, `rfc` and `rows` what is right; `shown_in` is the file that shows it.

    `item` counts `ITEMS` from 1.
    """

    name: str
    item: int
    wrong: str
    rfc: str
    rows: tuple[str, ...]
    shown_in: str
    edits: tuple[Edit, ...]

    def mistaken(self, root: Path) -> dict[str, str]:
        """The files that it changes below `root`, as they then are. Raises MisplacedError."""
        texts: dict[str, str] = {}
        for edit in self.edits:
            before = texts.get(edit.file) or (root / edit.file).read_text(encoding="utf-8")
            texts[edit.file] = edit.applied_to(before)
        return texts


def load() -> tuple[Mutant, ...]:
    """Every mutant, in the order of the items."""
    entries: list[dict[str, Any]] = []
    for file in sorted(FOLDER.glob("*.toml")):
        entries += tomllib.loads(file.read_text(encoding="utf-8"))["mutant"]
    return tuple(sorted((_mutant(**entry) for entry in entries), key=lambda mutant: mutant.item))


def _mutant(*, rows: list[str], edit: list[dict[str, str]], **rest: Any) -> Mutant:
    return Mutant(rows=tuple(rows), edits=tuple(Edit(**one) for one in edit), **rest)
