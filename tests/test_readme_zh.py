"""README.zh.md says what README.md says: the same headings, code, rows and links in the same order, in Chinese."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
ENGLISH = (ROOT / "README.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "README.zh.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"^```(.*?)^```", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r" +# .*$", re.MULTILINE)
STATES = "True CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 ... CLOSED"  # what is printed, not what is said of it
_WIDE = re.compile("[\u4e00-\u9fff]")


def prose(text: str) -> str:
    return _BLOCK.sub("", text)


def headings(text: str) -> list[str]:
    return re.findall(r"^#+ .*$", prose(text), re.MULTILINE)


def links(text: str) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", prose(text))


def sections(text: str) -> list[str]:
    return re.split(r"^#+ .*$", prose(text), flags=re.MULTILINE)


def test_the_headings_are_as_many_and_as_deep() -> None:
    levels = [heading.split()[0] for heading in headings(ENGLISH)]
    assert [heading.split()[0] for heading in headings(CHINESE)] == levels
    assert all(_WIDE.search(heading) for heading in headings(CHINESE)[1:])


def test_the_code_is_the_same_and_its_comments_are_chinese() -> None:
    there, here = (_BLOCK.findall(text) for text in (ENGLISH, CHINESE))
    assert [_COMMENT.sub("", block) for block in here] == [_COMMENT.sub("", block) for block in there]
    comments = [[_COMMENT.findall(block) for block in blocks] for blocks in (there, here)]
    assert [len(found) for found in comments[1]] == [len(found) for found in comments[0]]
    told = [comment for found in comments[1] for comment in found]
    assert [comment for comment in told if not _WIDE.search(comment)] == ["  # " + STATES]


def test_each_section_links_to_the_same_places_and_each_readme_to_the_other() -> None:
    assert links(ENGLISH)[0] == "README.zh.md"
    assert links(CHINESE)[0] == "README.md"
    there = [sorted(links(section)) for section in sections(ENGLISH.replace("README.zh.md", "README.md"))]
    assert [sorted(links(section)) for section in sections(CHINESE)] == there


def test_each_section_has_as_many_paragraphs_and_rows() -> None:
    for english, chinese in zip(sections(ENGLISH), sections(CHINESE), strict=True):
        for parts in (r"\n\n+", r"^\|"):
            count = [len(re.findall(parts, text.strip(), re.MULTILINE)) for text in (english, chinese)]
            assert count[0] == count[1], english


def test_each_section_names_the_same_things() -> None:
    """What stands in back quotes, and which RFCs and sections are named."""
    for english, chinese in zip(sections(ENGLISH), sections(CHINESE), strict=True):
        for named in (r"`[^`\n]+`", r"RFC (\d+)", r"§[\d.]*\d"):
            assert sorted(re.findall(named, chinese)) == sorted(re.findall(named, english)), english


def test_it_is_chinese_with_chinese_punctuation() -> None:
    assert len(_WIDE.findall(CHINESE)) > 800
    assert re.findall("[\u4e00-\u9fff][,:;(]|[,:;)][\u4e00-\u9fff]", re.sub(r"\]\([^)]*\)", "]", prose(CHINESE))) == []
