"""The gallery shows every scenario, and each picture is what the program draws now."""

import re

import pytest
from draw import PAGE, PICTURES, SCENARIOS, Entry, drawn, page, sections

ENTRIES = [entry for section in sections().values() for entry in section]
FEW = ("opening/three-way-handshake", "loss/syn-ack-lost", "load/syn-flood")
MOST_OCTETS = 6_000_000  # of all pictures together: what a reader of the page loads, and a clone of the repository
ANEW = "python tests/gallery/draw.py draws the gallery anew"


def is_drawn(entry: Entry) -> None:
    assert entry.picture.exists(), ANEW
    assert entry.picture.read_text("utf-8") == drawn(entry).decode(), f"{entry.name} looks different now: {ANEW}"


def test_the_page_is_what_the_script_writes() -> None:
    assert PAGE.read_text("utf-8") == page(), ANEW


def test_every_scenario_is_shown_once_with_a_question() -> None:
    text = PAGE.read_text("utf-8")
    shown = re.findall(r"^!\[[^]]+\]\(gallery/(.*)\.svg\)$", text, re.MULTILINE)
    assert sorted(shown) == sorted(
        file.relative_to(SCENARIOS).with_suffix("").as_posix() for file in SCENARIOS.rglob("*.yaml")
    )
    assert all(entry.question.rstrip().endswith(("?", ".")) for entry in ENTRIES)


def test_there_is_a_picture_for_each_and_no_other() -> None:
    assert {entry.picture for entry in ENTRIES} == set(PICTURES.rglob("*.svg"))


def test_the_pictures_together_are_not_too_large() -> None:
    assert sum(picture.stat().st_size for picture in PICTURES.rglob("*.svg")) < MOST_OCTETS


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry.name in FEW], ids=lambda entry: entry.name)
def test_some_pictures_are_what_the_program_draws(entry: Entry) -> None:
    is_drawn(entry)


@pytest.mark.slow
@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry.name not in FEW], ids=lambda entry: entry.name)
def test_every_picture_is_what_the_program_draws(entry: Entry) -> None:
    is_drawn(entry)
