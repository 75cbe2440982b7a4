"""The scenarios that come with tcpsim: each is in the index by its question, and says where the RFCs tell of it."""

import re
from pathlib import Path

import pytest

from tcpsim.scenario import load

SCENARIOS = Path(__file__).parents[2] / "scenarios"
FILES = sorted(SCENARIOS.rglob("*.yaml"))
INDEX = (SCENARIOS / "README.md").read_text("utf-8")


def test_there_are_as_many_as_were_promised() -> None:
    assert len(FILES) >= 60


def test_the_index_has_each_of_them_and_no_other() -> None:
    listed = re.findall(r"\]\(([^)]+\.yaml)\)", INDEX)
    assert sorted(listed) == sorted({*listed}), "listed twice"
    assert {*listed} == {str(file.relative_to(SCENARIOS)) for file in FILES}


@pytest.mark.parametrize("file", FILES, ids=[str(file.relative_to(SCENARIOS)) for file in FILES])
def test_each_says_what_it_shows_where_the_rfcs_tell_of_it_and_what_must_be_seen(file: Path) -> None:
    scenario = load(file)
    assert scenario.title
    assert scenario.about.endswith((".", "?"))
    assert scenario.rfc
    assert scenario.expect
    assert all(variant.about and variant.expect for variant in scenario.what_if.values())
