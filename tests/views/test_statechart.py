"""The statechart is figure 5 of RFC 9293, from the one table; and nothing in it lies on anything else."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from html import unescape
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tcpsim
from tcpsim.tcp.states import TRANSITIONS, VARIANTS, State, Transition
from tcpsim.views.languages import language
from tcpsim.views.languages.statechart import chart_words
from tcpsim.views.shapes import Box, Point
from tcpsim.views.statechart import Step, Way, picture, statechart, statechart_text, way_of, ways_of
from tcpsim.views.statechart.layout import chart
from tcpsim.views.statechart.shapes import Chart

SCENARIOS = sorted(Path("scenarios").rglob("*.yaml"))
EVERY = (*TRANSITIONS, *VARIANTS)

# RFC 9293 figure 5, read off the page: from, to, event. The last is note 2's, which the figure leaves out.
FIGURE_5 = {
    ("CLOSED", "LISTEN", "passive OPEN"),
    ("LISTEN", "CLOSED", "CLOSE"),
    ("CLOSED", "SYN-SENT", "active OPEN"),
    ("SYN-SENT", "CLOSED", "CLOSE"),
    ("SYN-RECEIVED", "LISTEN", "rcv RST"),
    ("LISTEN", "SYN-RECEIVED", "rcv SYN"),
    ("LISTEN", "SYN-SENT", "SEND"),
    ("SYN-SENT", "SYN-RECEIVED", "rcv SYN"),
    ("SYN-RECEIVED", "ESTABLISHED", "rcv ACK of SYN"),
    ("SYN-SENT", "ESTABLISHED", "rcv SYN,ACK"),
    ("SYN-RECEIVED", "FIN-WAIT-1", "CLOSE"),
    ("ESTABLISHED", "FIN-WAIT-1", "CLOSE"),
    ("ESTABLISHED", "CLOSE-WAIT", "rcv FIN"),
    ("FIN-WAIT-1", "FIN-WAIT-2", "rcv ACK of FIN"),
    ("FIN-WAIT-1", "CLOSING", "rcv FIN"),
    ("CLOSE-WAIT", "LAST-ACK", "CLOSE"),
    ("FIN-WAIT-2", "TIME-WAIT", "rcv FIN"),
    ("CLOSING", "TIME-WAIT", "rcv ACK of FIN"),
    ("LAST-ACK", "CLOSED", "rcv ACK of FIN"),
    ("TIME-WAIT", "CLOSED", "Timeout=2MSL"),
    ("FIN-WAIT-1", "TIME-WAIT", "rcv FIN,ACK of FIN"),
}


def way(*rows: Transition, host: str = "client", first: int = 1) -> Way:
    """A way along some rows of the table."""
    steps = (
        Step(number, row.source, row.destination, row.event, row.action, 0, row)
        for number, row in enumerate(rows, first)
    )
    return Way(host, rows[0].source, tuple(steps))


def drawn(*ways: Way, lang: str = "en", apart: bool = False) -> Chart:
    return chart(ways, chart_words(lang), language(lang), title="A title", apart=apart)


# ---- what is drawn --------------------------------------------------------------------------------------------------


def test_the_bare_chart_is_figure_5_and_its_words_are_the_tables() -> None:
    arcs = drawn().arcs
    assert {(str(arc.row.source), str(arc.row.destination), arc.row.event) for arc in arcs if arc.row} == FIGURE_5
    assert len(arcs) == len(FIGURE_5)
    for arc in arcs:
        assert arc.row in TRANSITIONS
        words = [text.words for text in arc.label]
        assert words[0] == arc.row.event
        assert ", ".join(words[1:]) == arc.row.action or not arc.row.action


def test_every_state_has_its_box_and_closed_two_as_in_the_figure() -> None:
    states = [box.state for box in drawn().boxes]
    assert sorted(states) == sorted([*State, State.CLOSED])


def test_arcs_begin_and_end_at_the_boxes_of_their_states() -> None:
    for each in (drawn(), *(drawn(way(row)) for row in EVERY)):
        for arc in each.arcs:
            assert arc.row is not None
            for state, point in ((arc.row.source, arc.points[0]), (arc.row.destination, arc.points[-1])):
                assert any(on_the_edge(point, box.box) for box in each.boxes if box.state == state), arc.title


def on_the_edge(point: Point, box: Box) -> bool:
    dx, dy = abs(point.x - box.x) - box.width / 2, abs(point.y - box.y) - box.height / 2
    return max(dx, dy) == pytest.approx(0)


def test_a_row_that_is_taken_is_drawn_even_if_the_figure_has_it_not() -> None:
    for row in EVERY:
        once = drawn(way(row))
        (taken,) = (arc for arc in once.arcs if arc.sides)
        assert taken.row is row
        assert [badge.text.words for badge in taken.badges] == ["1"]
        assert clashes(once) == [], row
        assert len(once.arcs) in {len(FIGURE_5), len(FIGURE_5) + 1}


def test_arcs_are_upright_or_level() -> None:
    for arc in drawn().arcs:
        assert all(one.x == other.x or one.y == other.y for one, other in pairwise(arc.points))


def test_nothing_else_is_highlighted() -> None:
    run = tcpsim.run("scenarios/loss/syn-ack-lost.yaml")
    for host in run.trace.hosts:
        one = drawn(way_of(run.trace, host))
        assert sorted(arc.badges[0].text.words for arc in one.arcs if arc.sides) == list("123456")
        assert {box.state for box in one.boxes if box.visited} == set(run.states(host))


def test_what_is_no_row_is_a_step_too() -> None:
    crash = tcpsim.run("scenarios/crash/server-host.yaml")
    last = way_of(crash.trace, "server").steps[-1]
    assert (last.source, last.destination, last.event, last.row) == (State.ESTABLISHED, State.CLOSED, "crash", None)


def test_it_is_told_in_the_language_of_the_chart() -> None:
    crash = tcpsim.run("scenarios/crash/server-host.yaml")
    words = {text.words for text in drawn(way_of(crash.trace, "server"), lang="zh").all_texts()}
    assert "崩溃" in "".join(words)
    assert "crash" not in words


def test_long_names_are_cut_short() -> None:
    row = TRANSITIONS[0]
    both = chart(
        [way(row, host="w" * 200), way(row, host="m" * 200)], chart_words("en"), language("en"), title="W" * 200
    )
    assert clashes(both) == []


def test_of_many_hosts_the_first_and_its_peer() -> None:
    run = tcpsim.run("scenarios/load/backlog-full.yaml")
    assert run.trace.hosts[:2] == ("client-1", "client-2")
    assert [each.host for each in ways_of(run.trace, ())] == ["client-1", "server"]
    assert [each.host for each in ways_of(run.trace, ("client-2",))] == ["client-2"]


def test_what_has_no_room_is_told_below() -> None:
    resets = [row for row in EVERY if row.source is State.FIN_WAIT_1 and row.destination is State.CLOSED][:2]
    both = drawn(way(*resets))
    assert any("Also taken: client 2" in text.words for text in both.texts)


def test_side_by_side() -> None:
    run = tcpsim.run("scenarios/loss/syn-ack-lost.yaml")
    one, two = (way_of(run.trace, host) for host in run.trace.hosts)
    both = drawn(one, two, apart=True)
    assert len(both.boxes) == 2 * len(drawn().boxes)
    assert clashes(both) == []
    ids = [*(box.gid for box in both.boxes), *(arc.gid for arc in both.arcs)]
    assert len(ids) == len(set(ids))


# ---- geometry -------------------------------------------------------------------------------------------------------


def clashes(placed: Chart) -> list[str]:
    """What lies on what, in words."""
    return list(_clashes(placed))


def _clashes(placed: Chart) -> Iterator[str]:
    states = [(f"box {box.state}", box.box) for box in placed.boxes]
    numbers = [(f"number {badge.text.words}", badge.box) for arc in placed.arcs for badge in arc.badges]
    labels = [(text.words, text.box) for arc in placed.arcs for text in arc.label]
    labels += [(text.words, text.box) for text in placed.texts]
    labels += [(f"legend {badge.text.words}", badge.box) for badge in placed.legend]
    solid = [*states, *numbers, *labels]
    solid.sort(key=lambda each: each[1].y - each[1].height / 2)
    for k, (one, box) in enumerate(solid):
        for other, another in solid[k + 1 :]:
            if another.y - another.height / 2 > box.y + box.height / 2:
                break
            if box.overlaps(another):
                yield f"{one} lies on {other}"
    for words, box in solid:
        for corner in box.corners():
            if not (0 <= corner.x <= placed.width and 0 <= corner.y <= placed.height):
                yield f"{words} leaves the canvas"
    for arc in placed.arcs:
        own = {f"number {badge.text.words}" for badge in arc.badges}
        for start, end in pairwise(arc.points):
            yield from (
                f"{arc.gid} runs through {words}"
                for words, box in solid
                if _through(start, end, box) and words not in own
            )


def _through(start: Point, end: Point, box: Box) -> bool:
    """Whether an arc's stretch, upright or level as they all are, enters a box; touching its edge is no harm."""
    across, along = box.width / 2 - 0.5, box.height / 2 - 0.5
    return (
        min(start.x, end.x) < box.x + across
        and max(start.x, end.x) > box.x - across
        and min(start.y, end.y) < box.y + along
        and max(start.y, end.y) > box.y - along
    )


def test_nothing_lies_on_anything_in_the_bare_chart() -> None:
    assert clashes(drawn()) == []
    assert clashes(drawn(lang="zh")) == []


def test_nothing_lies_on_anything_in_any_scenario() -> None:
    for file in SCENARIOS:
        trace = tcpsim.run(file).trace
        ways = [way_of(trace, host) for host in trace.hosts]
        for shown in ([ways[0]], [ways[1]], ways[:2]):
            assert clashes(drawn(*shown)) == [], file


def test_both_may_take_the_same_arc() -> None:
    for row in EVERY:
        both = drawn(way(row), way(row, host="server", first=12))
        (taken,) = (arc for arc in both.arcs if arc.sides)
        assert taken.sides == {0, 1}
        assert [badge.text.words for badge in taken.badges] == ["1", "12"]
        assert clashes(both) == []


def test_an_arc_may_be_taken_often() -> None:
    for row in EVERY:
        for count, told in ((2, "8,9"), (3, "8…")):
            again = drawn(way(*[row] * count, first=8))
            (taken,) = (arc for arc in again.arcs if arc.sides)
            assert [badge.text.words for badge in taken.badges] == [told]
            assert clashes(again) == []


rows = st.lists(st.sampled_from(EVERY), min_size=1, max_size=8)


@settings(max_examples=40, deadline=None)
@given(rows)
def test_nothing_lies_on_anything_whatever_way_is_taken(taken: Sequence[Transition]) -> None:
    assert clashes(drawn(way(*taken))) == []


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(EVERY), min_size=1, max_size=8, unique=True),
    st.lists(st.sampled_from(EVERY), min_size=1, max_size=8, unique=True),
)
def test_nor_whatever_ways_two_take(one: Sequence[Transition], two: Sequence[Transition]) -> None:
    assert clashes(drawn(way(*one), way(*two, host="server"))) == []


# ---- ink ------------------------------------------------------------------------------------------------------------


def test_every_arc_and_state_has_its_tooltip() -> None:
    run = tcpsim.run("scenarios/loss/syn-ack-lost.yaml")
    svg = picture("svg", [way_of(run.trace, host) for host in run.trace.hosts]).decode()
    assert svg.count("<title>LISTEN → SYN-RECEIVED: rcv SYN / snd SYN,ACK") == 3  # arc, label, numbers
    assert "server, step 2, at 0.020 s" in svg
    assert "RFC 9293 §3.10.7.2" in svg
    ids = re.findall(r'<g id="(arc-[^"]+|state-[^"]+)">', svg)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
def test_the_same_bytes_every_time(suffix: str) -> None:
    run = tcpsim.run("scenarios/closing/simultaneous-close.yaml")
    ways = [way_of(run.trace, host) for host in run.trace.hosts]
    assert picture(suffix, ways, theme="dark") == picture(suffix, ways, theme="dark")


def test_it_fits_into_axes_of_ones_own() -> None:
    from matplotlib.figure import Figure

    ax = Figure(figsize=(4, 3)).add_subplot()
    assert statechart(ax=ax) is ax


def test_what_cannot_be_drawn() -> None:
    run = tcpsim.run("scenarios/loss/syn-ack-lost.yaml")
    client = way_of(run.trace, "client")
    with pytest.raises(ValueError, match="at most two"):
        statechart([client, client, client])
    with pytest.raises(ValueError, match="no theme 'pink'"):
        statechart(theme="pink")
    with pytest.raises(ValueError, match="no language 'xx'"):
        statechart(lang="xx")
    with pytest.raises(ValueError, match="cannot draw as 'gif'"):
        picture("gif")
    with pytest.raises(KeyError, match="there are client, server"):
        way_of(run.trace, "nobody")


def test_of_a_run_and_of_none() -> None:
    run = tcpsim.run("scenarios/loss/syn-ack-lost.yaml")
    both, one = run.statechart(), run.statechart("server", theme="print")
    assert len(both.artists) > len(one.artists) > len(tcpsim.statechart().artists)
    with pytest.raises(KeyError, match="no host 'me'"):
        run.statechart("me")
    assert "[server 1]" in run.statechart_text("server")
    assert run.statechart_text("client", "graphviz").startswith("digraph")
    assert tcpsim.statechart_text("mermaid") == statechart_text("mermaid")


# ---- as text --------------------------------------------------------------------------------------------------------

ARC = re.compile(r"    (\w+) --> (\w+) : ([^:;#{}\n]+)")
OTHER = (
    r"stateDiagram-v2|    direction TB|---|title: \"[^\"\n]*\"|"
    r"    state \"[\w-]+\" as \w+|    classDef visited \S+|    class \w+(,\w+)* visited"
)


def arcs_of(mermaid: str) -> list[tuple[str, str, str]]:
    """The arcs in a Mermaid text, every line of which is of a form that its grammar has."""
    arcs = []
    for line in mermaid.splitlines():
        if match := ARC.fullmatch(line):
            arcs += [(match[1], match[2], label) for label in match[3].split("<br>")]
        else:
            assert re.fullmatch(OTHER, line), line
    return arcs


def plain(name: str) -> str:
    return name.removesuffix("_again").replace("_", "-")


def test_mermaid_has_the_arcs_of_the_figure() -> None:
    arcs = arcs_of(statechart_text("mermaid"))
    assert {(plain(one), plain(other), label.split(" / ")[0]) for one, other, label in arcs} == FIGURE_5
    assert len(arcs) == len(FIGURE_5)


def test_mermaid_has_the_whole_table_when_asked() -> None:
    arcs = arcs_of(statechart_text("mermaid", every=True))
    told = {(plain(one), plain(other), label) for one, other, label in arcs}
    assert told == {
        (str(row.source), str(row.destination), " / ".join(filter(None, (row.event, row.action))))
        for row in TRANSITIONS
    }


def test_mermaid_tells_the_way() -> None:
    run = tcpsim.run("scenarios/closing/abort.yaml")
    text = statechart_text("mermaid", [way_of(run.trace, host) for host in run.trace.hosts], title='of "two"')
    told = [label for *_, label in arcs_of(text.replace('\\"', ""))]
    assert "active OPEN / create TCB, snd SYN [client 1]" in told
    assert "ABORT / snd RST [client 3]" in told
    assert "rcv RST / delete TCB [server 4]" in told
    assert "    class CLOSED,LISTEN,SYN_SENT,SYN_RECEIVED,ESTABLISHED,CLOSED_again visited" in text.splitlines()


def test_an_option_that_there_is_not() -> None:
    with pytest.raises(TypeError, match="colour"):
        tcpsim.statechart(colour="red")  # type: ignore[call-arg]


def test_another_form() -> None:
    with pytest.raises(ValueError, match="no form 'ascii' of the statechart: there are mermaid and graphviz"):
        statechart_text("ascii")


def test_graphviz_reads_it_and_draws_every_arc() -> None:
    dot = shutil.which("dot")
    if dot is None:
        pytest.skip("Graphviz (dot) is not installed")
    run = tcpsim.run("scenarios/closing/simultaneous-close.yaml")
    ways = [way_of(run.trace, host) for host in run.trace.hosts]
    for text, arcs in (
        (statechart_text("graphviz", title='a "title"'), len(FIGURE_5)),
        (statechart_text("graphviz", ways, theme="dark"), len(FIGURE_5)),
        (statechart_text("graphviz", every=True), len({(row.source, row.destination) for row in TRANSITIONS})),
    ):
        done = subprocess.run([dot, "-Tsvg"], input=text, capture_output=True, text=True, check=True)  # noqa: S603
        assert done.stderr == ""
        assert done.stdout.count('class="edge"') == arcs
        assert all(f">{state}<" in unescape(done.stdout) for state in State)
