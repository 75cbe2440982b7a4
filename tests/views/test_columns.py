"""Columns: Chinese characters take two, and lines are broken where Chinese may be broken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpsim.views.columns import columns, ljust, rjust, wrapped


@pytest.mark.parametrize(
    ("text", "wide"), [("", 0), ("SYN", 3), ("丢失 ✕", 6), ("（RTO）", 7), ("── ▶", 4), ("e\u0301", 1), ("时间", 4)]
)
def test_how_wide_a_text_is(text: str, wide: int) -> None:
    assert columns(text) == wide


def test_padding_counts_columns() -> None:
    assert ljust("时间", 6) == "时间  "
    assert rjust("时间", 6) == "  时间"
    assert ljust("时间", 3) == "时间"


def test_chinese_is_broken_between_characters_and_punctuation_stays_where_it_belongs() -> None:
    text = "收到 SYN：在同一个报文段里，（既确认）又发送。"
    lines = wrapped(text, 12)
    assert lines == ["收到 SYN：在", "同一个报文段", "里，（既确", "认）又发送。"]
    assert all(columns(line) <= 12 for line in lines)
    assert not any(line.startswith(("，", "。", "）", "：")) or line.endswith("（") for line in lines)


def test_latin_words_in_chinese_stay_whole() -> None:
    assert wrapped("状态是 SYN-RECEIVED 而不是", 10) == ["状态是", "SYN-RECEIVED", "而不是"]


def test_a_number_stays_with_its_unit() -> None:
    assert wrapped("it waits 2 s now", 10) == ["it waits", "2 s now"]
    assert wrapped("再等待 20 ms。", 10) == ["再等待", "20 ms。"]


def test_nothing_has_no_lines() -> None:
    assert wrapped("", 10) == []
    assert wrapped(" 　", 10) == []


@given(st.text(alphabet="aB 9,.中文，（）。\n", max_size=60), st.integers(4, 30))
def test_wrapping_loses_nothing_but_spaces(text: str, room: int) -> None:
    lines = wrapped(text, room)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(line == line.rstrip() for line in lines)
