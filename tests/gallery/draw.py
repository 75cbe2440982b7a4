"""The gallery: every scenario's picture on one page, docs/gallery.md.

    python tests/gallery/draw.py                draws them all, and writes the page
    python tests/gallery/draw.py opening loss   only those folders' pictures; the page is whole all the same

The titles are the scenarios' own, the questions those of scenarios/README.md. Lives here: what the page says and where
its pictures are. Whether they are up to date is `test_gallery.py`'s business.
"""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import tcpsim

ROOT: Final = Path(__file__).parents[2]
SCENARIOS: Final = ROOT / "scenarios"
PAGE: Final = ROOT / "docs" / "gallery.md"
PICTURES: Final = ROOT / "docs" / "gallery"

_HEAD: Final = """\
# Gallery

What every scenario looks like: {count} sequence diagrams, each drawn by the program from a page of YAML. Hover over an
arrow or a state in a picture that is opened on its own to read what it is. Many conversations that are alike, as in a
flood, are drawn once, with their number.

This page is written by `python tests/gallery/draw.py`. A [test](../tests/gallery/test_gallery.py) fails when a scenario
is missing here, or when a picture is not what the program draws.
"""
_ABSOLUTE: Final = {"opening/sequence-number-wrap"}  # counted from the first number, a wrap is not to be seen
_ROW: Final = re.compile(r"^\| (?P<question>[^|]+) \| (?P<files>[^|]+) \|$")
_LINK: Final = re.compile(r"\((?P<file>[\w/-]+\.yaml)\)")


@dataclass(frozen=True, slots=True)
class Entry:
    """A scenario, and the question that it answers."""

    file: Path
    question: str

    @property
    def name(self) -> str:
        """As in "opening/three-way-handshake"."""
        return self.file.relative_to(SCENARIOS).with_suffix("").as_posix()

    @property
    def picture(self) -> Path:
        """Where its picture is."""
        return PICTURES / f"{self.name}.svg"


def sections() -> dict[str, list[Entry]]:
    """The scenarios with their questions, by the headings of scenarios/README.md, in its order.

    A question that begins with "…" goes on with the one before it. Raises LookupError for a scenario that is not there.
    """
    found: dict[str, list[Entry]] = {}
    heading = before = ""
    for line in (SCENARIOS / "README.md").read_text("utf-8").splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ")
        elif row := _ROW.match(line):
            question = row["question"]
            if question.startswith("…"):
                question = f"{before} {question}"
            else:
                before = question
            entries = [Entry(SCENARIOS / link["file"], question) for link in _LINK.finditer(row["files"])]
            if entries:
                found.setdefault(heading, []).extend(entries)
    listed = {entry.file for entries in found.values() for entry in entries}
    if missing := set(SCENARIOS.rglob("*.yaml")) - listed:
        raise LookupError(f"not in scenarios/README.md: {', '.join(sorted(path.name for path in missing))}")
    return found


def page() -> str:
    """docs/gallery.md as it should be now."""
    found = sections()
    parts = [_HEAD.format(count=sum(map(len, found.values()))), _contents(found)]
    for heading, entries in found.items():
        parts.append(f"## {heading}\n")
        parts += [_shown(entry) for entry in entries]
    return "\n".join(parts)


def _contents(found: dict[str, list[Entry]]) -> str:
    links = [f"[{heading}](#{_anchor(heading)})" for heading in found]
    return " · ".join(links) + "\n"


def _anchor(heading: str) -> str:
    """As code hosts name a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _shown(entry: Entry) -> str:
    title = tcpsim.load(entry.file).title
    yaml = f"../scenarios/{entry.name}.yaml"
    picture = entry.picture.relative_to(PAGE.parent).as_posix()
    return f"### {title}\n\n{entry.question} [{entry.name}.yaml]({yaml})\n\n![{title}]({picture})\n"


def drawn(entry: Entry) -> bytes:
    """A scenario's picture, as the program draws it now."""
    return tcpsim.run(entry.file).picture("svg", absolute=entry.name in _ABSOLUTE)


def main(folders: list[str], say: Callable[[str], object] = sys.stdout.write) -> None:
    """Draw the scenarios of some folders, or all; write the page; remove pictures of scenarios that are gone."""
    entries = [entry for section in sections().values() for entry in section]
    for entry in entries:
        if not folders or entry.file.parent.name in folders:
            entry.picture.parent.mkdir(parents=True, exist_ok=True)
            entry.picture.write_bytes(drawn(entry))
            say(f"{entry.name}\n")
    for picture in set(PICTURES.rglob("*.svg")) - {entry.picture for entry in entries}:
        picture.unlink()
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
