"""The timeline in Chinese: every word but those that people wrote themselves, in as many columns."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from stories import MS, STORIES, Story, duplicated_fin, lost_syn_ack, three_hosts

import tcpsim
from tcpsim.tcp import signals
from tcpsim.trace import Trace
from tcpsim.views.columns import columns
from tcpsim.views.languages import language
from tcpsim.views.text import text

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*/*.yaml"))
EN = language("en")
SAID = [*(getattr(EN.words, field.name) for field in fields(EN.words)), *EN.losses.values(), *EN.happenings.values()]
SAID += [*(refusal.caption for refusal in EN.refusals.values()), *(news.caption for news in EN.news.values())]
SAID += [*EN.timers.values(), *EN.probes.values()]
# Short words may be anyone's; RTO, SYN, MSL and states are the same in Chinese, and so is what accept() is called.
ENGLISH = set(re.findall("[a-z]{5,}", " ".join(SAID))) - {"accept", "cookie"}


def words_of(trace: Trace) -> set[str]:
    """The words of a timeline in Latin letters, without what programs call, send and receive."""
    told = text(trace, lang="zh", width=200)
    told = re.sub(r"\w+\(.*?\)(?=  |$)|b'[^']*'|b\"[^\"]*\"", " ", told, flags=re.MULTILINE)
    return set(re.findall("[a-z]{5,}", told))


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_no_english_word_is_left_between_the_hosts(file: Path) -> None:
    scenario = tcpsim.load(file)
    for run in (tcpsim.run(scenario), *tcpsim.what_if(scenario).values()):
        assert words_of(run.trace) & ENGLISH == set()


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_it_has_the_lines_of_the_english_one_and_keeps_to_as_many_columns(file: Path) -> None:
    run = tcpsim.run(file)
    english, chinese = run.text(width=100), run.text(width=100, lang="zh")
    for told in (english, chinese):
        assert all(columns(line) <= 100 and line == line.rstrip() for line in told.splitlines())
    times = re.compile(r"^ *\d+\.\d{3,6}(?=  )", re.MULTILINE)
    assert set(times.findall(english)) == set(times.findall(chinese))


def test_columns_stand_below_each_other_though_characters_are_wide() -> None:
    lines = text(lost_syn_ack(), lang="zh").splitlines()
    assert lines[0] == "    时间  client                                                    server"
    assert lines[4] == "   0.020                    丢失 ✕ ─ ─ ─ ─ SYN-ACK 0:0(0) ack 1 ──  SYN-RECEIVED"
    assert lines[6] == "   1.000               ━━ SYN 0:0(0)  第 1 次重传，RTO 1 s ━━━━━━▶"
    assert lines[7] == "   1.020                                ✕ SYN 被丢弃：连接上的 SYN"
    assert lines[-1] == " 241.220  CLOSED       2MSL 结束（240 s）"


def test_what_is_odd_about_a_segment() -> None:
    told = text(duplicated_fin(), lang="zh")
    assert "出错 ✕ ─ ─ ─ ─ ─ ─ ACK 1:1(0) ack 2 ──" in told
    assert "┄┄ FIN-ACK 1:1(0)  重复副本 ┄" in told
    assert "RST 90000:90000(0)  注入 ─◇" in told


def test_more_than_two_hosts() -> None:
    lines = text(three_hosts(), lang="zh").splitlines()
    assert lines[0] == "    时间  主机               状态          事件"
    assert lines[5] == "   0.000  client-2 → server  SYN-SENT      SYN 0:0(0)  ✕ 丢失"


def test_a_signal_that_no_call_tells() -> None:
    story = Story()
    story.timeout(20 * MS, "client", signals.SOFT_ERROR, signals.KEEP_ALIVE_TIMEOUT)
    told = text(story.trace, lang="zh")
    assert "达到 R1，继续重传" in told
    assert "保活探测无应答，连接中止：ETIMEDOUT" in told


def test_lines_of_ascii_and_words_of_chinese() -> None:
    told = text(duplicated_fin(), lang="zh", ascii_only=True)
    assert "出错 x - - - - - - ACK 1:1(0) ack 2 --" in told
    assert not set("─━┄▶◀✕◇⋮→") & set(told)


@pytest.mark.parametrize("name", STORIES)
def test_eighty_columns_and_no_trailing_spaces(name: str) -> None:
    told = text(STORIES[name](), title="标题", subtitle="来源", about="说明", lang="zh")
    assert all(columns(line) <= 80 and line == line.rstrip() for line in told.splitlines())


def test_verdicts_are_chinese() -> None:
    run = tcpsim.run(
        tcpsim.loads("tcpsim: 1\ntitle: 一次连接\napps: {client: [connect]}\nexpect: [{never: client SYN}]")
    )
    told = run.text(lang="zh").splitlines()
    assert told[0] == "一次连接                                             rfc9293，时延 20 ms，种子 0"
    assert told[-2].startswith("✕ 预期  ")
    assert told[-1].startswith("  实际  ")


def test_a_language_that_is_not_there() -> None:
    with pytest.raises(ValueError, match="there is no language 'fr'; there are en"):
        tcpsim.run(SCENARIOS[0]).text(lang="fr")
