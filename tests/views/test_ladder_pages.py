"""A very tall ladder on the pages of a PDF."""

import re

import pytest
from ladder_list import a1_no_text_lies_on_another
from stories import STORIES, long_story

from tcpsim.views.ladder import picture
from tcpsim.views.ladder.layout import layout
from tcpsim.views.ladder.pages import TALLEST, pages
from tcpsim.views.ladder.shapes import Layout


@pytest.fixture(scope="module")
def tall() -> Layout:
    return layout(long_story(150), title="A title", footer="a footer")


def test_what_fits_is_one_page() -> None:
    for story in STORIES.values():
        drawing = layout(story())
        assert pages(drawing) == [drawing]


def test_everything_is_on_some_page_and_no_page_is_too_tall(tall: Layout) -> None:
    cut = pages(tall)
    assert len(cut) == 6
    assert all(page.height <= TALLEST for page in cut)
    assert {arrow.gid for page in cut for arrow in page.arrows} == {arrow.gid for arrow in tall.arrows}
    assert {mark.gid for page in cut for mark in page.marks} == {mark.gid for mark in tall.marks}
    assert {text.words for page in cut for text in page.times} == {text.words for text in tall.times}


def test_each_page_names_the_hosts_and_says_which_it_is(tall: Layout) -> None:
    for number, page in enumerate(pages(tall), 1):
        told = [text.words for text in page.texts]
        assert told.count("client") == told.count("server") == 1
        assert f"{number} / 6" in told
        assert "a footer" in told
        assert ("A title" in told) == (number == 1)


def test_no_page_ends_in_a_text(tall: Layout) -> None:
    for page in pages(tall):
        assert page.window is not None
        assert not list(a1_no_text_lies_on_another(page))
        for edge in page.window:
            for text in page.all_texts():
                ys = [corner.y for corner in text.box.corners()]
                assert not min(ys) + 1 < edge < max(ys) - 1, text.words


def test_a_state_that_goes_on_is_named_on_each_page(tall: Layout) -> None:
    for page in pages(tall)[1:]:
        assert "ESTABLISHED" in {bar.name.words for bar in page.states if bar.name is not None}


def test_the_pdf_has_the_pages_and_an_svg_is_one_picture() -> None:
    story = long_story(80)
    octets = picture(story, "pdf", title="x")
    assert octets.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", octets)) == len(pages(layout(story, title="x"))) == 4
    assert octets == picture(story, "pdf", title="x")
    assert picture(story, "svg").count(b"<svg ") == 1
