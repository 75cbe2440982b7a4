"""Every language has every word: what is read in one can be read in the other, and nothing stays half filled in."""

import re
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from string import Formatter
from typing import Any, get_args, get_type_hints

import pytest

import tcpsim
from tcpsim.sim.setup import Happening
from tcpsim.tcp import drops, signals
from tcpsim.tcp.effects import Drop, Signal, Timer
from tcpsim.tcp.icmp import ICMP_ERRORS
from tcpsim.tcp.states import NOT_IN_THE_RFC, TRANSITIONS, VARIANTS
from tcpsim.views import languages
from tcpsim.views.languages import NAMES, Language, language
from tcpsim.views.languages.record import row_key

EN, ZH = language("en"), language("zh")
BOTH = pytest.mark.parametrize("lang", [EN, ZH], ids=lambda lang: lang.code)
HALF_WIDTH = re.compile("[\u4e00-\u9fff][,:;(]|[,:;)][\u4e00-\u9fff]")
CHINESE = re.compile("[\u4e00-\u9fff]")
SOURCE = Path(tcpsim.__file__).parent
ROWS = (*TRANSITIONS, *VARIANTS)
DROPS = {name: value for name, value in vars(drops).items() if isinstance(value, Drop)}
SIGNALS = {name: value for name, value in vars(signals).items() if isinstance(value, Signal)}


def sentences(lang: Any) -> dict[str, str]:
    """Everything that a language says, by where it says it."""
    said: dict[str, str] = {}

    def gather(where: str, value: Any) -> None:
        if isinstance(value, str):
            said[where] = value
        elif isinstance(value, dict):
            for key, part in value.items():
                gather(f"{where}[{key}]", part)
        elif isinstance(value, tuple):
            for place, part in enumerate(value):
                gather(f"{where}.{place}", part)
        elif is_dataclass(value):
            for field in fields(value):
                gather(f"{where}.{field.name}", getattr(value, field.name))

    gather("", lang)
    return said


def holes(template: str) -> set[str]:
    """What a template wants filled in."""
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def source_of(*rooms: str) -> str:
    files = [file for room in rooms for file in sorted((SOURCE / room).glob("*.py"))]
    return "\n".join(file.read_text("utf-8") for file in files)


# ---- complete -------------------------------------------------------------------------------------------------------


@BOTH
def test_every_row_of_the_table_variants_included(lang: Language) -> None:
    assert set(lang.rows) == {row_key(row) for row in ROWS}
    assert len(lang.rows) == len(ROWS), "no two rows have one key"
    assert all(lang.row(row) for row in ROWS)


@BOTH
def test_every_reason_to_drop_a_segment(lang: Language) -> None:
    assert set(lang.refusals) == set(DROPS)
    for name, drop in DROPS.items():
        assert (lang.caption(drop), lang.why_dropped(drop)) == lang.refusals[name]


@BOTH
def test_every_signal_to_a_user(lang: Language) -> None:
    assert set(lang.news) == {*SIGNALS, "ICMP_ENDS", "ICMP_NEWS"}
    for name, signal in SIGNALS.items():
        assert (lang.signal(signal), lang.why_told(signal)) == lang.news[name]
        other = signals.said_as(signal, "EPIPE")
        assert lang.signal(other) == lang.signal(signal), "a profile may have another errno for it"


@BOTH
def test_every_icmp_error(lang: Language) -> None:
    assert set(lang.icmp) == set(ICMP_ERRORS)
    for name, error in ICMP_ERRORS.items():
        told = [lang.signal(error.ends), lang.signal(error.news), lang.why_told(error.ends), lang.why_told(error.news)]
        assert all(lang.icmp[name] in part for part in told)
        assert lang.happening(f"ICMP: {name}") == f"ICMP: {lang.icmp[name]}"


@BOTH
def test_every_timer_and_everything_that_happens_to_a_host(lang: Language) -> None:
    assert set(lang.timers) == {timer.name for timer in Timer}
    happenings = set(get_args(get_type_hints(Happening)["what"]))
    assert happenings == set(lang.happenings) == set(lang.reasons.happened)


@BOTH
def test_every_way_in_which_the_network_loses_a_segment(lang: Language) -> None:
    made = source_of("sim")
    ways = {*re.findall(r'Fate\(\(.*?\), "([^"]+)"', made), *re.findall(r'lose\([^\n]*?, "([^"]+)"', made)}
    ways |= set(re.findall(r'"([^"]+)" if not host\.up else "[^"]+"', made))
    assert {"loss", "dropped by fault", "corrupted", "host down", "no such host", "forgotten by a middlebox"} <= ways
    assert ways <= set(lang.reasons.loss)
    for way in ways - {"loss", "dropped by fault"}:
        assert lang.losses[way] in lang.lost(way)
    assert lang.lost("loss") == lang.lost("dropped by fault") == lang.words.lost


@BOTH
def test_every_errno_that_a_call_can_fail_with(lang: Language) -> None:
    errnos = set(re.findall(r'"(E[A-Z]{4,})"', source_of("sim", "tcp"))) - {"ESTABLISHED"}
    assert {"EPIPE", "ECONNRESET", "ETIMEDOUT", "EADDRNOTAVAIL"} <= errnos
    assert errnos <= set(lang.reasons.call_failed)


def test_no_language_is_short_of_a_word_and_each_says_it_with_the_same_holes() -> None:
    english, chinese = sentences(EN), sentences(ZH)
    assert english.keys() == chinese.keys()
    assert {where: holes(said) for where, said in english.items()} == {where: holes(s) for where, s in chinese.items()}
    assert [where for where, said in english.items() if not said] == []
    assert [where for where, said in chinese.items() if not said and where != ".reasons.space"] == []


def test_the_words_of_single_pictures_are_there_in_each_language_too() -> None:
    records = {
        f"{module.name}.{name}": value
        for module in iter_modules(languages.__path__)
        for name, value in vars(import_module(f"{languages.__name__}.{module.name}")).items()
        if isinstance(value, dict) and value.keys() == NAMES.keys() and all(map(is_dataclass, value.values()))
    }
    assert len(records) >= 3
    for record in records.values():
        english, chinese = sentences(record["en"]), sentences(record["zh"])
        alone = {where for where in english.keys() ^ chinese.keys() if ".short[" not in where}
        assert alone == set(), "only a short form may be there for a name that is long in one language alone"
        for where in english.keys() & chinese.keys():
            assert holes(english[where]) == holes(chinese[where]), where
        for where, said in chinese.items():
            assert not HALF_WIDTH.search(said), (where, said)
            assert CHINESE.search(said) or not re.search("[a-z]", re.sub("{[^}]*}", "", said)), (where, said)


# ---- right ----------------------------------------------------------------------------------------------------------


def test_english_is_what_tcp_itself_says() -> None:
    assert all(EN.row(row) == row.why for row in ROWS)
    assert all((EN.caption(drop), EN.why_dropped(drop)) == (drop.caption, drop.why) for drop in DROPS.values())
    assert all(EN.signal(signal) == signal.name for signal in SIGNALS.values())


def test_chinese_is_chinese_with_chinese_punctuation() -> None:
    for where, said in sentences(ZH).items():
        assert not HALF_WIDTH.search(said), (where, said)
    for group in (ZH.rows, ZH.refusals, ZH.news, ZH.icmp, ZH.losses, ZH.happenings, ZH.reasons.loss):
        for key, told in group.items():
            for said in (told,) if isinstance(told, str) else told:
                assert CHINESE.search(said), (key, said)


def test_rows_that_have_one_sentence_in_english_have_one_in_chinese() -> None:
    """Two rows that English tells apart are told apart in Chinese: no sentence was copied to the wrong row."""
    pairs = {(row.why, ZH.row(row)) for row in ROWS}
    assert len({english for english, _ in pairs}) == len(pairs) == len({chinese for _, chinese in pairs})


@BOTH
def test_sentences_end_as_sentences(lang: Language) -> None:
    told = [*lang.rows.values(), *(refusal.why for refusal in lang.refusals.values())]
    told += [*(news.why for news in lang.news.values()), *lang.reasons.loss.values(), *lang.reasons.happened.values()]
    assert [said for said in told if not said.endswith((".", "。"))] == []


@BOTH
def test_a_section_is_cited_with_its_rfc(lang: Language) -> None:
    assert lang.cite("3.10.7.4") == "RFC 9293 §3.10.7.4"
    assert lang.cite("1337 §3") == "RFC 1337 §3"
    assert lang.cite(NOT_IN_THE_RFC) == lang.words.in_no_rfc


@BOTH
def test_octets_are_counted(lang: Language) -> None:
    assert lang.octets(1) != lang.octets(2)
    assert "12,000" in lang.octets(12_000)


def test_what_nobody_has_words_for_is_told_as_it_is() -> None:
    assert ZH.caption(Drop("odd", "It is odd.", "3.1")) == "odd"
    assert ZH.why_dropped(Drop("odd", "It is odd.", "3.1")) == "It is odd."
    assert ZH.signal(Signal("odd news", "", "3.1")) == "odd news"
    assert ZH.why_told(Signal("odd news", "", "3.1")) == "odd news."
    assert ZH.happening("flood") == "flood"
    assert ZH.lost("eaten") == "丢失：eaten"


# ---- by name --------------------------------------------------------------------------------------------------------


def test_a_language_that_is_not_there() -> None:
    with pytest.raises(ValueError, match=re.escape("there is no language 'fr'; there are en (English), zh (简体中文)")):
        language("fr")


def test_each_is_called_by_its_code() -> None:
    assert {code: language(code).name for code in NAMES} == NAMES
    assert [language(code).code for code in NAMES] == list(NAMES)
    assert EN.ascii
    assert not ZH.ascii
