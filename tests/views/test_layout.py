"""The geometry of the sequence diagram: what no reader should have to forgive."""

from collections.abc import Callable
from functools import partial
from math import atan2, degrees
from random import Random

import pytest
from stories import (
    MS,
    STORIES,
    WAY,
    Story,
    crossing_data,
    duplicated_fin,
    long_story,
    lost_syn_ack,
    plain_handshake,
    three_hosts,
)

from tcpsim.tcp import signals
from tcpsim.trace import Trace
from tcpsim.views.ladder.layout import layout
from tcpsim.views.ladder.shapes import Arrow, Layout
from tcpsim.views.metrics import wrapped
from tcpsim.views.shapes import Box, Point
from tcpsim.views.wording import digits_for


def noise(seed: int, segments: int = 24) -> Trace:
    """Segments both ways at random times with random delays: losses, duplicates, overtaking, bursts at one instant."""
    random = Random(seed)
    story = Story()
    happenings: list[tuple[int, int, str, int]] = []
    time = 0
    for number in range(1, segments + 1):
        way = random.choice(("client server", "server client"))
        time += random.choice((0, 0, 0, 3 * MS, 11 * MS, 900 * MS))
        happenings.append((time, number, way, 0))
    arrivals: list[tuple[int, int, str]] = []
    for time, number, _, _ in happenings:
        fate = random.random()
        if fate < 0.15:
            arrivals.append((time + WAY // 2, number, "lost"))
            continue
        arrivals.append((time + WAY + random.randrange(0, 15) * MS, number, "arrives"))
        if fate > 0.85:
            arrivals.append((time + WAY + random.randrange(15, 40) * MS, number, "arrives"))
    ways = {number: way for _, number, way, _ in happenings}
    todo = [(time, 0, number, "sent") for time, number, _, _ in happenings]
    todo += [(time, 1, number, what) for time, number, what in arrivals]
    for time, _, number, what in sorted(todo):
        if what == "sent":
            host, _ = ways[number].split()
            story.call(time, host, "send", b"x", story.segment(ways[number], "PSH-ACK", 10 * number, 1, b"x" * 10))
        elif what == "lost":
            story.lose(time, number)
        else:
            story.arrive(time, number)
    return story.trace


TRACES: dict[str, Callable[[], Trace]] = {
    **STORIES,
    **{f"noise-{seed}": partial(noise, seed) for seed in range(5)},
    "sixty": partial(long_story, 60),
}


@pytest.fixture(scope="module", params=TRACES)
def drawn(request: pytest.FixtureRequest) -> Layout:
    return layout(TRACES[request.param](), title="A title", subtitle="where from", footer="a.yaml, seed 0")


def test_no_text_lies_on_another(drawn: Layout) -> None:
    texts = drawn.all_texts()
    boxes = [text.box for text in texts]
    clashes = [
        (texts[i].words, texts[j].words) for i in range(len(boxes)) for j in range(i) if boxes[i].overlaps(boxes[j])
    ]
    assert not clashes


def test_no_text_leaves_the_canvas_and_none_is_smaller_than_seven_points(drawn: Layout) -> None:
    for text in drawn.all_texts():
        assert text.size >= 7.0
        for corner in text.box.corners():
            assert 0 <= corner.x <= drawn.width
            assert 0 <= corner.y <= drawn.height


def test_no_text_crosses_a_lifeline_or_a_mark(drawn: Layout) -> None:
    crosses = [arrow.end for arrow in drawn.arrows if arrow.word is not None]
    starts = [arrow.start for arrow in drawn.arrows if arrow.kind in {"injected", "copy"}]
    for text in drawn.all_texts():
        if text.role in {"title", "subtitle", "footer", "host", "address"}:
            continue
        for line in drawn.lifelines:
            assert not text.box.crossed_by(Point(line.x, line.top), Point(line.x, line.bottom)), text
        for mark in (*crosses, *starts):
            assert not text.box.overlaps(Box(mark.x, mark.y, 5, 5)), text


def test_every_shown_event_has_one_identifier(drawn: Layout) -> None:
    gids = drawn.gids()
    assert len(gids) == len(set(gids))


def slope(arrow: Arrow) -> float:
    return degrees(atan2(arrow.target.y - arrow.origin.y, abs(arrow.target.x - arrow.origin.x)))


@pytest.mark.parametrize("name", TRACES)
def test_an_arrow_falls_by_its_delay_and_equal_delays_are_parallel(name: str) -> None:
    trace = TRACES[name]()
    drawn = layout(trace)
    per_delay: dict[tuple[float, int], set[float]] = {}
    scales = set()
    for arrow in drawn.arrows:
        flight = trace.flights[arrow.number - 1]
        copy = int(arrow.gid.rpartition("-")[2]) if arrow.kind == "copy" else 0
        if arrow.fate in {"arrived", "dropped"} and not arrow.broken:
            delay = flight.arrivals[copy].time - flight.sent_at
            reach = abs(arrow.target.x - arrow.origin.x)
            per_delay.setdefault((round(reach), delay), set()).add(slope(arrow))
            if delay:
                scales.add(round((arrow.target.y - arrow.origin.y) / delay, 7))
    assert all(max(slopes) - min(slopes) < 0.01 for slopes in per_delay.values())
    assert len(scales) <= 1


def test_on_each_lifeline_time_runs_down(drawn: Layout) -> None:
    for x in {line.x for line in drawn.lifelines}:
        times = [(text.at.y, float(text.words)) for text in drawn.times if abs(text.at.x - x) < 5]
        assert sorted(times) == sorted(times, key=lambda at: (at[1], at[0]))


def test_a_lost_arrow_ends_half_way_with_its_word_and_never_reaches_the_other_side() -> None:
    drawn = layout(lost_syn_ack())
    (lost,) = [arrow for arrow in drawn.arrows if arrow.fate == "lost"]
    assert abs(lost.end.x - (lost.origin.x + lost.target.x) / 2) < 0.01
    assert lost.word is not None
    assert lost.word.words == "lost"


def test_of_two_that_cross_the_lost_one_ends_clear_of_the_other() -> None:
    story = Story()
    story.call(0, "client", "connect", 80, story.segment("client server", "SYN"))
    story.call(0, "server", "connect", 80, story.segment("server client", "SYN"))
    story.lose(WAY // 2, 1)
    story.arrive(WAY, 2)
    lost, other = layout(story.trace).arrows
    assert lost.word is not None
    for box in (lost.word.box, Box(lost.end.x, lost.end.y, 9, 9)):
        assert not box.crossed_by(other.start, other.end)
    assert 0.3 < (lost.end.x - lost.origin.x) / (lost.target.x - lost.origin.x) < 0.7


def test_the_words_of_one_that_is_overtaken_do_not_hide_where() -> None:
    story = Story()
    story.call(0, "client", "send", b"hello!", story.segment("client server", "PSH-ACK", 1, 1, b"hello!"))
    story.call(0, "client", "close", None, story.segment("client server", "FIN-ACK", 7, 1))
    story.arrive(WAY, 2)
    story.arrive(WAY + 12 * MS, 1)
    slow, fast = layout(story.trace).arrows
    assert slow.label is not None
    assert slow.note is not None
    assert fast.label is not None
    for text in (slow.label, slow.note):
        assert not text.box.crossed_by(fast.start, fast.end)
    assert not fast.label.box.crossed_by(slow.start, slow.end)


@pytest.mark.parametrize("seed", range(5))
def test_a_lost_arrow_stays_far_from_the_other_side_however_crowded(seed: int) -> None:
    for arrow in layout(noise(seed)).arrows:
        if arrow.fate == "lost":
            assert arrow.word is not None
            way = abs(arrow.target.x - arrow.origin.x)
            assert 0.1 * way < abs(arrow.end.x - arrow.origin.x) < 0.75 * way


def test_what_nobody_sent_does_not_touch_a_senders_lifeline() -> None:
    drawn = layout(duplicated_fin())
    odd = {arrow.kind: arrow for arrow in drawn.arrows if arrow.kind}
    assert set(odd) == {"injected", "copy"}
    for arrow in odd.values():
        assert abs(arrow.start.x - arrow.origin.x) > 20


def test_idle_time_is_cut_and_told() -> None:
    drawn = layout(lost_syn_ack())
    assert [cut.text.words for cut in drawn.breaks] == ["980 ms later", "80 ms later", "239.98 s later"]
    assert drawn.height < 800


def test_timers_are_brackets_filled_when_they_fired() -> None:
    drawn = layout(lost_syn_ack())
    fired = [bracket.label.words for bracket in drawn.timers if bracket.outcome == "expired" and bracket.label]
    assert sorted(fired) == ["2MSL 240 s", "RTO 1 s", "RTO 1 s"]
    assert {bracket.outcome for bracket in drawn.timers} == {"expired", "stopped"}


def test_states_stand_outside_both_lifelines_in_order() -> None:
    drawn = layout(lost_syn_ack())
    left, right = (line.x for line in drawn.lifelines)
    by_host = {host: [bar for bar in drawn.states if bar.host == host] for host in ("client", "server")}
    assert all(bar.right < left for bar in by_host["client"])
    assert all(bar.left > right for bar in by_host["server"])
    assert [bar.state for bar in by_host["server"]] == [
        "CLOSED",
        "LISTEN",
        "SYN-RECEIVED",
        "ESTABLISHED",
        "CLOSE-WAIT",
        "LAST-ACK",
        "CLOSED",
    ]
    assert all(one.bottom == other.top for one, other in zip(by_host["server"], by_host["server"][1:], strict=False))
    assert [bar.gid for bar in by_host["client"]][:2] == ["state-client-1", "state-client-2"]


def test_a_call_that_blocks_is_a_line_from_call_to_return() -> None:
    drawn = layout(lost_syn_ack())
    connect = drawn.blocked[0]
    assert "connect() blocked from 0.000 s until 1.040 s" in connect.title
    assert connect.top.y < connect.bottom.y
    assert not connect.open


def test_a_third_host_is_passed_behind_and_no_label_lies_on_it() -> None:
    drawn = layout(three_hosts())
    band = [line.x for line in drawn.lifelines if line.host == "client-2"]
    assert len(band) == 2
    through = [
        a for a in drawn.arrows if min(a.origin.x, a.target.x) < band[0] and max(a.origin.x, a.target.x) > band[1]
    ]
    assert through
    for arrow in through:
        for text in arrow.texts():
            assert all(corner.x < band[0] or corner.x > band[1] for corner in text.box.corners())


def test_height_grows_and_width_stays() -> None:
    short, long = layout(plain_handshake()), layout(long_story(60))
    assert short.width == long.width == 800
    assert short.height < long.height


def test_a_tooltip_says_what_happened_and_why() -> None:
    drawn = layout(crossing_data())
    titles = {arrow.gid: arrow.title for arrow in drawn.arrows}
    assert titles["seg-5"] == (
        "client → server: PSH-ACK 11:21(10) ack 1, sent at 0.100 s, arrived at 0.160 s, overtaken, arrives 0.160"
    )
    opened = next(bar for bar in drawn.states if bar.gid == "state-client-3")
    assert opened.title.startswith("client ESTABLISHED from 0.040 s: The peer acknowledged our SYN")
    assert opened.title.endswith("(RFC 9293 §3.10.7.3)")


def test_who_only_looks_on_has_no_state() -> None:
    story = Story()
    story.call(0, "client", "connect", 80, story.segment("client server", "SYN"))
    story.arrive(0, 1)
    drawn = layout(story.trace)
    assert {bar.host for bar in drawn.states} == {"client"}
    assert {line.host for line in drawn.lifelines} == {"client", "server"}


def test_no_mark_of_a_host_strikes_through_the_name_of_a_state() -> None:
    story = Story()
    for turn in range(3):
        story.call(turn * MS, "client", "send", b"x", story.segment("client server", "PSH-ACK", turn, 1, b"x"))
    story.happen(4 * MS, "client", "unplug")
    drawn = layout(story.trace)
    (mark,) = [mark for mark in drawn.marks if mark.kind == "host"]
    names = [bar.name for bar in drawn.states if bar.host == "client" and bar.name is not None]
    assert names
    assert not any(name.box.overlaps(Box(name.at.x, mark.tick[0].y, 10, 1)) for name in names)


def test_words_beside_a_lane_that_are_long_have_two_lines_and_more_room() -> None:
    story = Story()
    story.call(0, "client", "connect", 80)
    story.timeout(WAY, "client", signals.USER_TIMEOUT)
    story.call(WAY, "client", "close")
    _, signalled, called = layout(story.trace).marks
    assert signalled.second is not None
    assert f"{signalled.text.words} {signalled.second.words}".startswith("connection aborted due to user timeout")
    assert not signalled.second.box.overlaps(called.text.box)
    assert signalled.text.at.y < signalled.second.at.y < called.text.at.y
    assert called.second is None


def test_words_are_wrapped_where_there_is_a_space() -> None:
    assert wrapped("short", 7.0, 50.0) == ("short", "")
    assert wrapped("a few words more", 7.0, 40.0) == ("a few", "words m…")
    assert wrapped("withoutanyspaceatall", 7.0, 40.0) == ("withouta…", "")


def test_times_have_as_many_digits_as_tell_them_all() -> None:
    assert digits_for([]) == 3
    assert digits_for([0, 20_000]) == 3
    assert digits_for([0, 20_100]) == 4
    assert digits_for([20_100, 20_110]) == 5
    assert digits_for([20_000, 20_001]) == 6


def test_nothing_happened() -> None:
    assert layout(Trace(("client", "server"), {})).height > 0
    assert layout(Trace(("only",), {})).width > 0


def test_turned_boxes() -> None:
    flat, crossed = Box(0, 0, 100, 10), Box(0, 0, 100, 10, 90)
    assert flat.overlaps(crossed)
    assert not flat.overlaps(Box(0, 11, 100, 10))
    assert not Box(0, 0, 100, 10, 45).overlaps(Box(20, 10, 100, 10, 45))
    assert flat.crossed_by(Point(0, -50), Point(0, 50))
    assert not flat.crossed_by(Point(60, -50), Point(60, 50))
