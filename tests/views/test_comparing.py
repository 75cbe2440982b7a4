"""Two runs side by side: where they part is found, whatever the times; and a text and a picture that say so."""

import re
from pathlib import Path

import pytest
from stories import MS, Story, lost_syn_ack, row

import tcpsim
from tcpsim.tcp.states import State
from tcpsim.views.comparing import Difference, Side, aligning, difference
from tcpsim.views.comparing.aligning import LATER, LEFT, OTHER, RIGHT, SAME, Row
from tcpsim.views.ladder import TooMuchToDraw

SCENARIOS = Path(__file__).parents[2] / "scenarios"
FILES = sorted(SCENARIOS.rglob("*.yaml"))
LOST = SCENARIOS / "loss/syn-ack-lost.yaml"
HANDSHAKE = SCENARIOS / "opening/three-way-handshake.yaml"
PLAIN = "{tcpsim: 1, apps: {client: [connect, {send: hello}, close], server: [listen, accept, {recv: eof}, close]}"


def of(more: str = "") -> tcpsim.Run:
    return tcpsim.run(tcpsim.loads(PLAIN + more + "}"))


def words(found: Row) -> tuple[str, str, str, str]:
    """A row as (kind, host, what is said left, what right)."""
    left, right = (each.entry.words or str(each.entry.label) if each else "" for each in (found.left, found.right))
    return found.kind, found.host, left, right


def first_of(found: Difference) -> tuple[str, str, str, str]:
    assert found.first is not None
    return words(found.first)


def test_a_row_can_be_read() -> None:
    found = tcpsim.diff(of(), of(", faults: [{drop: client SYN}]"))
    assert re.fullmatch(
        r"<Row at client, other: 0.000 SYN .* \[SYN-SENT\] \| 0.000 SYN .* \[SYN-SENT\]>", repr(found.first)
    )
    assert next(repr(row) for row in found if row.left is None).startswith("<Row at client, right: nothing | ")


# ---- what is the same -----------------------------------------------------------------------------------------------


def test_a_run_is_the_same_as_itself() -> None:
    found = tcpsim.diff(of(), of())
    assert found.same
    assert (found.only_times, found.first, found.place) == (False, None, None)
    assert {row.kind for row in found} == {SAME}
    assert found.text().endswith("\n\nThe same happens, at the same times.\n")
    assert "──" not in found.text()


def test_nothing_is_the_same_as_nothing() -> None:
    empty = Side(Story().trace)
    assert difference(empty, empty).same
    assert difference(empty, empty).text().splitlines()[-1] == "The same happens, at the same times."


@pytest.mark.parametrize("delay", ["1ms", "20ms", "300ms"])
def test_another_delay_changes_the_times_alone(delay: str) -> None:
    found = tcpsim.diff(tcpsim.run(HANDSHAKE), tcpsim.run(HANDSHAKE, changes={"network.delay": delay}))
    assert not found.same
    assert found.only_times
    assert {row.kind for row in found} == {SAME, LATER}
    kind, host, left, right = first_of(found)
    assert (kind, host) == (LATER, "server")
    assert left == right == "SYN-ACK 0:0(0) ack 1 <mss 1460>"
    assert "first at another time" in found.text()


def test_what_two_hosts_do_apart_may_come_in_any_order() -> None:
    """The server waits, then closes; the client sends meanwhile: which of both is first depends on the delay alone."""
    about = """
tcpsim: 1
network: {delay: %s}
apps:
  client: [connect, {wait: 100ms}, {send: a}, {recv: eof}, close]
  server: [listen, accept, {wait: 150ms}, close]
"""
    runs = [tcpsim.run(tcpsim.loads(about % delay)) for delay in ("5ms", "8ms")]
    assert tcpsim.diff(*runs).only_times


# ---- where they part ------------------------------------------------------------------------------------------------


def test_a_lost_segment_is_the_first_difference_and_what_follows_comes_after_it() -> None:
    found = tcpsim.diff(of(), of(", faults: [{drop: server SYN-ACK}]"))
    assert first_of(found) == (OTHER, "server", *["SYN-ACK 0:0(0) ack 1 <mss 1460>"] * 2)
    told = [words(row) for row in found if row.differs]
    assert told[1:] == [
        (RIGHT, "client", "", "SYN 0:0(0)"),
        (RIGHT, "server", "", "SYN-ACK 0:0(0) ack 1"),
        (RIGHT, "server", "", "✕ SYN dropped: already received"),
        (RIGHT, "server", "", "ACK 1:1(0) ack 1"),
    ]


def test_it_is_the_same_each_time() -> None:
    file = SCENARIOS / "loss/duplicate-everything.yaml"
    runs = tcpsim.run(LOST), tcpsim.run(file)
    assert tcpsim.diff(*runs).text() == tcpsim.diff(*runs).text() == tcpsim.diff(tcpsim.run(LOST), runs[1]).text()


def test_the_other_way_round_is_the_mirror_image() -> None:
    runs = of(), of(", faults: [{drop: client FIN}]")
    mirrored = {SAME: SAME, LATER: LATER, OTHER: OTHER, LEFT: RIGHT, RIGHT: LEFT}
    there, back = tcpsim.diff(*runs), tcpsim.diff(*reversed(runs))
    assert {mirrored[kind]: count for kind, count in there.counts.items()} == back.counts
    assert there.place == back.place


def test_other_data_another_number_another_timer() -> None:
    shorter = tcpsim.diff(of(), tcpsim.run(tcpsim.loads(PLAIN.replace("hello", "hell") + "}")))
    assert first_of(shorter) == (OTHER, "client", "send(b'hello')", "send(b'hell')")
    lost = ", faults: [{drop: client SYN}]"
    slower = tcpsim.diff(of(lost), of(lost + ", profile: {rto_initial: 3s}"))
    assert first_of(slower) == (OTHER, "client", "SYN 0:0(0)", "SYN 0:0(0)")
    assert "RTO 1 s" in slower.text()
    assert "RTO 3 s" in slower.text()


def test_another_state_by_the_same_segments() -> None:
    runs = (
        tcpsim.run(SCENARIOS / "opening/why-three-not-two.yaml"),
        tcpsim.what_if(SCENARIOS / "opening/why-three-not-two.yaml")["two are enough"],
    )
    text = tcpsim.diff(*runs).text()
    assert "left   ← SYN-ACK 0:0(0) ack @91 <mss 1460> [SYN-RECEIVED]" in text
    assert "right  ← SYN-ACK 0:0(0) ack @91 <mss 1460> [ESTABLISHED]" in text


def test_hosts_with_other_names_are_compared_by_their_places() -> None:
    hosts = "{alice: {iss: 100}, bob: {port: 80, iss: 300}}"
    other = f"{{tcpsim: 1, hosts: {hosts}, apps: {{alice: [connect], bob: [listen, accept]}}}}"
    mine = "{tcpsim: 1, apps: {client: [connect], server: [listen, accept]}}"
    found = tcpsim.diff(*(tcpsim.run(tcpsim.loads(about)) for about in (mine, other)))
    assert found.same


def test_a_host_that_is_only_in_one() -> None:
    apps = "client: [connect], server: [listen, {serve: [close]}]"
    two = f"{{tcpsim: 1, hosts: {{client: {{}}, server: {{}}}}, apps: {{{apps}}}}}"
    three = f"{{tcpsim: 1, hosts: {{client: {{}}, server: {{}}, late: {{}}}}, apps: {{{apps}, late: [connect]}}}}"
    found = tcpsim.diff(*(tcpsim.run(tcpsim.loads(about)) for about in (two, three)))
    assert {row.kind for row in found if row.host == "late"} == {RIGHT}


def test_long_traces_are_compared_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """With more to match than a table may hold, equal events alone are matched."""
    runs = of(), of(", faults: [{drop: server SYN-ACK}]")
    monkeypatch.setattr(aligning, "_MOST_CELLS", 0)
    found = tcpsim.diff(*runs)
    assert {row.kind for row in found} == {SAME, LATER, LEFT, RIGHT}
    assert first_of(found)[:2] == (LEFT, "server")
    assert [row.kind for row in found][-3:] == [LATER] * 3


@pytest.mark.parametrize("file", [file for file in FILES if "what_if" in file.read_text("utf-8")], ids=lambda f: f.stem)
def test_every_variant_of_a_scenario_differs_from_it(file: Path) -> None:
    scenario = tcpsim.load(file)
    plain = tcpsim.run(scenario)
    for variant in tcpsim.what_if(scenario).values():
        found = tcpsim.diff(plain, variant)
        assert not found.same
        assert sum(found.counts.values()) == len(found.rows)
        for side, run in (("left", plain), ("right", variant)):
            told = [happening for row in found if (happening := getattr(row, side)) is not None]
            by_host = [[each.entry.index for each in told if each.entry.host == host] for host in run.trace.hosts]
            assert all(indices == sorted(indices) for indices in by_host), "each host's order is kept"
        assert found.text(ascii_only=True, context=0).isascii()


# ---- as text --------------------------------------------------------------------------------------------------------


def test_the_text_to_the_column() -> None:
    found = tcpsim.diff(tcpsim.run(HANDSHAKE), tcpsim.run(HANDSHAKE, changes={"faults": "[{drop: client ACK}]"}))
    lines = found.text(width=95).splitlines()
    assert lines[0] == "        Three-way handshake                           Three-way handshake"
    assert lines[3] == "who         time                                          time"
    rule = next(place for place, line in enumerate(lines) if "first difference" in line)
    assert lines[rule + 1 : rule + 3] == [
        "client     0.100  → ACK 1:1(0) ack 1               |     0.100  → ACK 1:1(0) ack 1, ✕ lost",
        "                    [ESTABLISHED]                                 [ESTABLISHED]",
    ]
    assert "server                                             >     1.050  ← SYN-ACK 0:0(0) ack 1," in lines
    assert lines[-4:-1] == [
        "The first difference is at client, 0.100 s:",
        "  left   → ACK 1:1(0) ack 1 [ESTABLISHED]",
        "  right  → ACK 1:1(0) ack 1, ✕ lost [ESTABLISHED]",
    ]


def test_context_leaves_out_what_is_alike() -> None:
    found = tcpsim.diff(of(), of(", faults: [{drop: server SYN-ACK}]"))
    whole, short = found.text().splitlines(), found.text(context=1).splitlines()
    assert len(short) < len(whole)
    assert "     ⋮  3 alike" in short
    assert [line for line in short if "|" in line or "<" in line[40:60]] == [
        line for line in whole if "|" in line or "<" in line[40:60]
    ]


def test_where_one_does_nothing_of_the_kind_it_says_what_comes_next() -> None:
    file = SCENARIOS / "crash/keep-alive.yaml"
    found = tcpsim.diff(tcpsim.run(file), tcpsim.what_if(file)["the peer has rebooted"])
    assert found.text().splitlines()[-3:-1] == [
        "  left   (nothing of the kind; next, at 7200.150 s: ✕ ACK dropped: outside the window)",
        "  right  *** reboot ***",
    ]
    assert "(nothing of the kind)" in difference(Side(Story().trace), Side(lost_syn_ack())).text()


@pytest.mark.parametrize("width", [70, 80, 120])
def test_lines_keep_to_the_width(width: int) -> None:
    for file in ("loss/syn-ack-lost.yaml", "loss/duplicate-everything.yaml"):
        found = tcpsim.diff(tcpsim.run(HANDSHAKE), tcpsim.run(SCENARIOS / file))
        body = found.text(width=width).splitlines()[:-5]
        assert max(map(len, body)) <= width


def test_ascii_colours_and_chinese() -> None:
    found = tcpsim.diff(of(), of(", faults: [{drop: server SYN-ACK}]"))
    assert found.text(ascii_only=True).isascii()
    assert "<- SYN-ACK 0:0(0) ack 1" in found.text(ascii_only=True)
    coloured = found.text(color=True)
    assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == found.text()
    assert coloured != found.text()
    assert "── 第一处不同 ──" in found.text(lang="zh")
    with pytest.raises(ValueError, match="there is no language 'la'"):
        found.text(lang="la")


def test_more_than_two_hosts_say_to_whom() -> None:
    file = SCENARIOS / "opening/ports-and-tuples.yaml"
    found = tcpsim.diff(tcpsim.run(file), tcpsim.run(file, changes={"faults": "[{drop: bob SYN}]", "expect": "[]"}))
    assert "SYN 0:0(0) <mss 1460> ← server" in found.text(width=200)


def test_str_and_repr() -> None:
    found = tcpsim.diff(of(), of(", title: Another"))
    assert str(found) == found.text()
    assert repr(found) == f"<Difference of 'untitled' and 'Another': {len(found.rows)} same>"
    assert "Nothing lost" in tcpsim.diff(of(), of(), titles=("Nothing lost", "One lost")).text()


# ---- as a picture ---------------------------------------------------------------------------------------------------


def gids(svg: str) -> list[str]:
    return re.findall(r'<g id="((?:left|right|join|first)[^"]*)"', svg)


def test_the_picture_has_both_diagrams_and_the_mark(tmp_path: Path) -> None:
    left, right = of(), of(", faults: [{drop: server SYN-ACK}]")
    found = tcpsim.diff(left, right)
    svg = found.picture().decode()
    there = gids(svg)
    assert len(there) == len(set(there)), "no identifier is there twice"
    for side, run in (("left", left), ("right", right)):
        assert {f"{side}-seg-{flight.number}" for flight in run.trace.flights} <= set(there)
    assert "first-difference" in there
    assert ">first difference</text>" in svg
    assert svg == tcpsim.diff(of(), right).picture().decode(), "byte for byte"
    found.save(tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ValueError, match="cannot draw as 'gif'"):
        found.picture("gif")


def test_up_to_the_first_difference_both_stand_at_the_same_height() -> None:
    from tcpsim.views.ladder.layout import layout

    found = tcpsim.diff(of(), of(", faults: [{drop: server SYN-ACK}]"))
    heights = [layout(side.trace, title=side.title).heights for side in (found.left, found.right)]
    for place, each in enumerate(found):
        if place == found.place:
            break
        assert each.left is not None
        assert each.right is not None
        assert heights[0][each.left.entry.index] == pytest.approx(heights[1][each.right.entry.index], abs=1.0)


def test_themes_languages_and_what_is_the_same() -> None:
    assert "first-difference" not in tcpsim.diff(of(), of()).picture().decode()
    later = tcpsim.diff(tcpsim.run(HANDSHAKE), tcpsim.run(HANDSHAKE, changes={"network.delay": "5ms"}))
    svg = later.picture(theme="dark", lang="zh", apps=False).decode()
    assert "第一处时间不同" in svg
    assert later.plot(theme="print").get_facecolor() == (1.0, 1.0, 1.0, 1.0)
    with pytest.raises(ValueError, match="no theme 'pink'"):
        later.plot(theme="pink")


def test_what_is_in_one_alone_may_come_first() -> None:
    """The mark is drawn where the other run has nothing yet."""
    story = Story()
    story.call(0, "client", "connect", 80, row(State.CLOSED, "app_open_active"), story.segment("client server", "SYN"))
    later = Story()
    later.call(5 * MS, "server", "listen", 80)
    found = difference(Side(story.trace), Side(later.trace))
    assert "first-difference" in gids(found.picture().decode())


def test_a_notebook_shows_it_and_too_much_as_text() -> None:
    found = difference(Side(lost_syn_ack(), "One"), Side(lost_syn_ack(), "Two"))
    shown = found._repr_mimebundle_()
    assert sorted(shown) == ["image/svg+xml", "text/plain"]
    flood = tcpsim.run(SCENARIOS / "load/syn-flood.yaml")
    found = tcpsim.diff(flood, flood)
    if len(flood.trace.hosts) > 24:
        with pytest.raises(TooMuchToDraw):
            found.plot()
        assert sorted(found._repr_mimebundle_()) == ["text/plain"]
