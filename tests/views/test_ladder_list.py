"""The list of what makes a good sequence diagram (A1 to A11), on every scenario, and on traces that were made up."""

import os
import subprocess
import sys
import warnings
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib as mpl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ladder_list import wrong
from stories import MS, WAY, Story, lost_syn_ack, three_hosts

import tcpsim
from tcpsim.tcp import drops
from tcpsim.trace import Trace
from tcpsim.views import fonts
from tcpsim.views.condensing import condensed
from tcpsim.views.fonts import NoChineseFontWarning
from tcpsim.views.ladder import picture
from tcpsim.views.ladder.layout import layout
from tcpsim.views.ladder.options import Options
from tcpsim.views.ladder.shapes import Layout

ROOT = Path(__file__).parents[2]
FILES = {path.stem: path for path in sorted((ROOT / "scenarios").rglob("*.yaml"))}
FEW = ["server-reboot", "backlog-full"]  # that are rendered in every run of the tests
SVG = "{http://www.w3.org/2000/svg}"
OPTIONS = {
    "usual": Options(),
    "everything told": Options(absolute=True, window=True, lang="zh"),
    "bare": Options(states=False, timers=False, apps=False),
}


@cache
def run_of(name: str) -> tcpsim.Run:
    return tcpsim.run(FILES[name])


def drawing_of(trace: Trace, options: Options = OPTIONS["usual"]) -> Layout:
    return layout(trace, title="A title", subtitle="where from", footer="a.yaml, seed 0", options=options)


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("name", FILES)
def test_a1_to_a6_and_a8_on_every_scenario(name: str, options: Options) -> None:
    trace = condensed(run_of(name).trace)
    assert not wrong(trace, drawing_of(trace, options))


# ---- traces made up -----------------------------------------------------------------------------------------------

GAPS = (0, 0, 0, 1, 3 * MS, 11 * MS, 900 * MS)
FATES = ("arrives", "arrives", "arrives", "late", "dropped", "lost", "corrupted", "twice", "under way")


@st.composite
def made_up(draw: st.DrawFn) -> Trace:
    """Bursts, crossings, overtaking, losses, corruption, copies, injections, calls, a crash; two to five hosts."""
    hosts = ("client", "server", "client-1", "client-2", "client-3")[: draw(st.sampled_from((2, 2, 2, 3, 5)))]
    story = Story(*hosts)
    todo: list[tuple[int, int, int, str]] = []
    time = 0
    steps = st.tuples(
        st.integers(0, len(hosts) - 1),
        st.integers(1, len(hosts) - 1),
        st.sampled_from(GAPS),
        st.sampled_from(FATES),
        st.integers(0, 15),
        st.booleans(),
    )
    ways: dict[int, tuple[str, str, bool]] = {}
    for number, (sender, step, gap, fate, more, injected) in enumerate(draw(st.lists(steps, max_size=60)), 1):
        time += gap
        there = hosts[(sender + step) % len(hosts)]
        ways[number] = hosts[sender], there, injected and more > 12
        todo.append((time, 0, number, "sent"))
        slow = WAY + more * MS * (4 if fate == "late" else 1)
        if fate in {"lost", "corrupted"}:
            todo.append((time + slow // 2, 1, number, fate))
        elif fate != "under way":
            todo.append((time + slow, 1, number, fate))
        if fate == "twice":
            todo.append((time + slow + more * MS, 2, number, "arrives"))
    for time, _, number, what in sorted(todo):
        _tell(story, time, number, what, ways[number])
    if draw(st.booleans()):
        story.happen(time, hosts[0], "crash")
    return story.trace


def _tell(story: Story, time: int, number: int, what: str, way: tuple[str, str, bool]) -> None:
    sender, receiver, injected = way
    if what == "sent":
        segment = story.segment(f"{sender} {receiver}", "PSH-ACK", 10 * number, 1, b"x" * (number % 11))
        if injected:
            story.inject(time, segment)
        else:
            story.call(time, sender, "send", b"x" * number, segment, pair=story.pair(sender, receiver))
    elif what in {"lost", "corrupted"}:
        story.lose(time, number, "corrupted" if what == "corrupted" else "loss")
    else:
        story.arrive(time, number, *([drops.OUTSIDE_WINDOW] if what == "dropped" else []))


quick = settings(derandomize=True, deadline=None, database=None, max_examples=60)


@quick
@given(made_up())
def test_a1_to_a6_and_a8_on_traces_that_were_made_up(trace: Trace) -> None:
    assert not wrong(trace, drawing_of(trace))


@pytest.mark.slow
@settings(derandomize=True, deadline=None, database=None, max_examples=1_500)
@given(made_up(), st.sampled_from(sorted(OPTIONS)))
def test_a1_to_a6_and_a8_on_many_traces_that_were_made_up(trace: Trace, options: str) -> None:
    assert not wrong(trace, drawing_of(trace, OPTIONS[options]))


# ---- files --------------------------------------------------------------------------------------------------------


def check_files(run: tcpsim.Run, **options: Any) -> None:
    """A7, A8, A10 and A11: the same bytes twice, no warning, nothing left behind, a title for each event."""
    before = dict(mpl.rcParams)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for kind in ("svg", "png", "pdf"):
            octets = run.picture(kind, **options)
            assert octets == run.picture(kind, **options)
            if kind == "svg":
                _check_titles(run.trace, octets)
    assert dict(mpl.rcParams) == before
    assert "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()


def _check_titles(trace: Trace, svg: bytes) -> None:
    root = ET.fromstring(svg)  # noqa: S314 - our own bytes
    groups = [group for group in root.iter(f"{SVG}g") if group.get("id")]
    titled = {group.get("id"): group.findtext(f"{SVG}title") for group in groups}
    assert len(titled) == len(groups)
    for gid in layout(condensed(trace)).gids():
        assert titled[gid]


@pytest.mark.parametrize("name", FEW)
def test_a7_a8_a10_a11_the_files_of_a_few_scenarios(name: str) -> None:
    check_files(run_of(name))


@pytest.mark.slow
@pytest.mark.parametrize("options", [{}, {"theme": "dark", "lang": "zh"}, {"theme": "print", "absolute": True}])
@pytest.mark.parametrize("name", FILES)
def test_a7_a8_a10_a11_the_files_of_every_scenario(name: str, options: dict[str, Any]) -> None:
    if options.get("lang") == "zh" and not fonts.chinese_font():
        pytest.skip("no font with Chinese characters is installed")
    check_files(run_of(name), **options)


def test_a7_no_hash_seed_changes_a_byte() -> None:
    script = (
        "import hashlib, sys, tcpsim; run = tcpsim.run(sys.argv[1]);"
        "print([hashlib.sha256(run.picture(kind)).hexdigest() for kind in ('svg', 'png', 'pdf')])"
    )
    outputs = {
        subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", script, str(FILES["server-reboot"])],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


@pytest.fixture
def no_chinese_font(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "chinese_font", lambda: "")


@pytest.mark.usefixtures("no_chinese_font")
@pytest.mark.parametrize("kind", ["png", "pdf"])
def test_a8_without_a_font_chinese_is_english_with_one_notice(kind: str) -> None:
    trace = lost_syn_ack()
    with pytest.warns(NoChineseFontWarning, match="no font with Chinese characters is installed") as caught:
        octets = picture(trace, kind, lang="zh")
    assert len(caught) == 1
    assert octets == picture(trace, kind, lang="en")


@pytest.mark.usefixtures("no_chinese_font")
def test_a8_without_a_font_an_svg_is_chinese_all_the_same() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        svg = picture(lost_syn_ack(), "svg", lang="zh").decode()
    assert ">丢失<" in svg
    assert "RTO 1 s" in svg


def test_a8_which_font_is_here_changes_nothing_in_an_svg(monkeypatch: pytest.MonkeyPatch) -> None:
    with_what_is_here = picture(lost_syn_ack(), "svg", lang="zh")
    monkeypatch.setattr("tcpsim.views.canvas.chinese_font", lambda: "")
    assert picture(lost_syn_ack(), "svg", lang="zh") == with_what_is_here


def test_a9_two_hundred_segments_make_it_taller_and_no_wider() -> None:
    from stories import long_story

    short, tall = layout(long_story(20)), layout(long_story(200))
    assert short.width == tall.width
    assert 5 * short.height < tall.height < 15 * short.height


def test_a10_no_window_and_no_pyplot() -> None:
    script = (
        "import sys, tcpsim; run = tcpsim.run(sys.argv[1]); assert 'matplotlib' not in sys.modules;"
        "[run.picture(kind) for kind in ('svg', 'png', 'pdf')]; run.plot();"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script, str(FILES["connection-refused"])], check=True)  # noqa: S603


def test_a11_more_hosts_have_more_lanes_and_a_tooltip_each() -> None:
    svg = picture(three_hosts(), "svg").decode()
    for host in ("client-1", "client-2", "server"):
        assert f"<title>{host}</title>" in svg
