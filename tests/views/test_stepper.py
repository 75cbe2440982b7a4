"""The stepper without a browser: every event told once, at its place, with the TCBs of then; and a safe page."""

import json
import re
from base64 import b64encode
from dataclasses import fields
from hashlib import sha256
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

import tcpsim
from tcpsim.scenario import compile_scenario
from tcpsim.sim.moments import moments
from tcpsim.trace import SegmentLost
from tcpsim.views.ladder import TooMuchToDraw
from tcpsim.views.ladder.layout import layout
from tcpsim.views.languages import NAMES
from tcpsim.views.languages.stepper import Stepper, stepper_words
from tcpsim.views.page import page, prepared, story
from tcpsim.views.page.document import script
from tcpsim.views.page.frames import MOST_ENDS
from tcpsim.views.page.front import Front
from tcpsim.views.theme import theme

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").rglob("*.yaml"))
LOST = Path(__file__).parents[2] / "scenarios" / "loss" / "syn-ack-lost.yaml"


def of(path: Path, lang: str = "en") -> tuple[dict[str, Any], str, str]:
    return prepared(*moments(compile_scenario(tcpsim.load(path))), lang=lang)


@pytest.fixture(scope="module")
def lost() -> tuple[dict[str, Any], str, str]:
    return of(LOST)


def ends(run: dict[str, Any], frame: dict[str, Any], host: str) -> list[dict[str, Any]]:
    return [run["ends"][place] for place in frame["hosts"][run["hosts"].index(host)]["ends"]]


def headlines(run: dict[str, Any]) -> list[str]:
    return [str(frame["told"][0]["words"]) for frame in run["frames"]]


# ---- frames --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_event_is_told_once_and_at_its_place(path: Path) -> None:
    scenario = tcpsim.load(path)
    trace, seen = moments(compile_scenario(scenario))
    if len(trace.flights) > 300:
        pytest.skip("its ladder takes long")
    drawing = layout(trace)
    run = story(trace, seen, drawing)
    drawn = set(drawing.gids())
    lit = {gid for frame in run["frames"] for gid in frame["lit"]}
    assert lit <= drawn
    of_events = {
        gid for gid in drawn if re.match(r"(seg|call|return|signal|host)-", gid) and not gid.endswith("-label")
    }
    assert of_events <= lit, "whatever stands for an event is lit when that happens"
    lanes = [line.x for line in drawing.lifelines]
    fronts = [[down for _, down in frame.get("front", [(x, frame["y"]) for x in lanes])] for frame in run["frames"]]
    assert all(sorted(heights) == list(heights) for heights in zip(*fronts, strict=True)), "now never goes up"
    assert max(fronts[-1]) <= run["size"][1]
    times = [frame["time"] for frame in run["frames"]]
    assert times == sorted(times)
    for frame in run["frames"]:
        assert frame["told"]
        assert all(sentence["words"] for sentence in frame["told"])
        assert len(frame["hosts"]) == len(run["hosts"])
        assert all(len(host["ends"]) <= MOST_ENDS for host in frame["hosts"])
        for way in (run["ways"][place] for place in frame["air"]):
            assert way["sent"] <= frame["time"]
            assert way["due"] < 0 or frame["time"] <= way["due"]
    arrived = sum(len(flight.arrivals) for flight in trace.flights)
    kinds = [sentence["kind"] for frame in run["frames"] for sentence in frame["told"]]
    assert kinds.count("sent") == len(trace.flights)
    assert kinds.count("arrived") == arrived
    assert kinds.count("lost") == sum(bool(flight.lost) for flight in trace.flights)


@pytest.mark.parametrize("name", ["loss/duplicate-everything", "loss/soak", "attack/blind-syn-and-data"])
def test_in_a_burst_what_has_happened_is_above_now_and_what_is_still_to_come_below(name: str) -> None:
    trace, _ = moments(compile_scenario(tcpsim.load(SCENARIOS[0].parents[1] / f"{name}.yaml")))
    drawing = layout(trace)
    front, at = Front(drawing, trace.events), {line.host: line.x for line in drawing.lifelines}
    upon_a_line = [
        event
        for event in trace.events
        if event.index in drawing.heights
        and not isinstance(event, SegmentLost)
        and not getattr(event, "injected", False)
    ]
    bent = []
    for happened, event in enumerate(trace.events, 1):
        y, bends = front.moved([event], happened, event.time)
        bent.append(bool(bends))
        now = dict(bends) if bends else dict.fromkeys(at.values(), y)
        for each in upon_a_line:
            below = drawing.heights[each.index] - now[at[each.host]]
            assert below >= -0.02 if each.index >= happened else below <= 0.02, f"{event} and {each}"
        if bends and event.index in drawing.heights:
            assert y == drawing.heights[event.index], "what happens now is what is looked at"
    assert any(bent), "what is sent last is drawn below what comes of what is sent first"
    assert not bent[0]
    assert not bent[-1], "when all has happened now is level"


def test_a_handshake_in_frames(lost: Any) -> None:
    run, _, _ = lost
    assert headlines(run)[:6] == [
        "Nothing has happened yet.",
        "server calls listen(80)",
        "server calls accept()",
        "client calls connect(80)",
        "SYN 0:0(0) arrives at server",
        "SYN-ACK 0:0(0) ack 1 never arrives",
    ]
    connected, arrived = run["frames"][3:5]
    assert connected["lit"] == ["call-3", "state-client-2", "seg-1", "timer-1"]
    assert [sentence["kind"] for sentence in connected["told"]] == ["call", "state", "sent", "timer"]
    assert connected["told"][1]["section"] == "RFC 9293 §3.10.1"
    assert connected["told"][1]["why"]
    assert [run["ways"][place]["label"] for place in connected["air"]] == ["SYN 0:0(0)"]
    client = ends(run, connected, "client")[0]
    assert (client["state"], client["values"]["iss"], client["values"]["snd_nxt"]) == ("SYN-SENT", 100, 101)
    assert (client["values"]["irs"], client["values"]["snd_wnd"], client["values"]["srtt"]) == (None, None, None)
    assert client["timers"][0] == ["RTO", 1_000_000, 0]
    listener, server = ends(run, arrived, "server")
    assert (listener["state"], listener["half_open"], listener["waiting"]) == ("LISTEN", [1, 128], [0, 128])
    assert (server["state"], server["title"]) == ("SYN-RECEIVED", "port 80 ↔ client:40000")


def test_a_call_that_returns_at_once_is_one_frame_with_it(lost: Any) -> None:
    told = [[sentence["words"] for sentence in frame["told"]] for frame in lost[0]["frames"]]
    assert [
        "client calls send(b'hello')",
        "client sends PSH-ACK 1:6(5) ack 1",
        "client starts a timer: RTO, 3 s",
    ] in told
    assert ["client: recv → b'ok'"] in told


def test_a_timer_that_goes_on_keeps_its_beginning(lost: Any) -> None:
    run = lost[0]
    since = [
        timer[2] for frame in run["frames"] for end in ends(run, frame, "server") for timer in end.get("timers", ())
    ]
    assert set(since) == {20_000, 1_020_000, 1_060_000, 1_150_000}


def test_of_many_connections_those_are_shown_to_which_something_happened() -> None:
    hosts: Any = {"client": {"clients": 7}}
    apps: Any = {"client": ["connect"], "server": ["listen", "accept"]}
    run, _, _ = prepared(*moments(compile_scenario(tcpsim.build(hosts=hosts, apps=apps))))
    last = run["frames"][-1]["hosts"][run["hosts"].index("server")]
    assert (len(last["ends"]), last["more"]) == (MOST_ENDS, 4)
    assert "client-7" in [run["ends"][place] for place in last["ends"]][-1]["title"]


def test_hosts_that_are_down_or_unplugged_say_so() -> None:
    apps: Any = {"client": ["connect"], "server": ["listen"]}
    happened: Any = [{"at": "1s", "server": "crash"}, {"at": "2s", "client": "unplug"}]
    run, _, _ = prepared(*moments(compile_scenario(tcpsim.build(apps=apps, events=happened))))
    assert run["frames"][-1]["hosts"] == [
        {"ends": run["frames"][-1]["hosts"][0]["ends"], "unplugged": True},
        {"ends": [], "down": True},
    ]


def test_nothing_at_all_is_one_frame() -> None:
    run, _, _ = prepared(*moments(compile_scenario(tcpsim.build(title="Nothing"))))
    assert headlines(run) == ["Nothing has happened yet."]


# ---- languages -----------------------------------------------------------------------------------------------------


def test_no_language_lacks_a_word_and_all_have_the_same_places_to_fill() -> None:
    def places(words: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(words) if name}

    english = stepper_words("en")
    for lang in NAMES:
        words = stepper_words(lang)
        for field in fields(Stepper):
            said = getattr(words, field.name)
            assert said, f"{lang} lacks {field.name}"
            assert places(said) == places(getattr(english, field.name)), f"{lang}: {field.name}"
            if lang != "en" and field.name not in {"returned", "happened", "moved", "gone"}:
                assert said != getattr(english, field.name), f"{lang}: {field.name} is English"


def test_in_chinese() -> None:
    run, _, _ = of(LOST, "zh")
    assert headlines(run)[3:6] == ["client 调用 connect(80)", "SYN 0:0(0) 到达 server", "SYN-ACK 0:0(0) ack 1 没有到达"]
    with pytest.raises(ValueError, match="there is no language 'fr'"):
        tcpsim.run(LOST).to_html(lang="fr")


# ---- the page ------------------------------------------------------------------------------------------------------


def test_the_same_bytes_every_time() -> None:
    assert tcpsim.run(LOST).to_html() == tcpsim.run(LOST).to_html()


def test_it_needs_nobody_and_lets_nothing_else_run(lost: Any) -> None:
    html = page(*lost, title="Lost")
    for address in re.findall(r"""(?:https?:)?//[\w.-]+\.\w+""", html):
        assert address == "http://www.w3.org", "the name of SVG, which nobody fetches"
    assert not re.search(r"<(link|script|img|iframe)[^>]+(src|href)=\"(?!data:)", html)
    runs = re.search(r'<script type="module">(.*?)</script>', html, re.DOTALL)
    assert runs is not None
    digest = b64encode(sha256(runs[1].encode()).digest()).decode()
    policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{}'; img-src data:"
    assert policy.format(digest) in html
    assert "</script" not in script("alone.js")


def test_what_people_wrote_is_escaped(lost: Any) -> None:
    nasty = "</script><script>alert(1)</script> {{svg}} \u2028 &amp; <!--"
    run, svg, palette = lost
    html = page({**run, "hosts": [nasty, nasty]}, svg, palette, title=nasty, about=nasty, subtitle=nasty)
    assert html.count("<script") == 2
    assert "alert(1)</script>" not in html
    held = re.search(r'<script type="application/json" id="tcpsim-run">(.*?)</script>', html, re.DOTALL)
    assert held is not None
    assert json.loads(held[1])["hosts"] == [nasty, nasty]
    assert "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt; {{svg}}" in html


def test_one_drawing_has_the_colours_of_both_themes(lost: Any) -> None:
    _, svg, palette = lost
    assert not re.findall(r"#[0-9a-f]{6}", svg), "every colour is a variable"
    used = set(re.findall(r"var\((--[\w-]+)\)", svg))
    assert used <= set(re.findall(r"(--[\w-]+):", palette))
    for name in used:
        light, dark = name.removeprefix("--tcpsim-").split("-")
        assert f"{name}: #{light};" in palette
        assert f"{name}: #{dark};" in palette


def luminance(colour: str) -> float:
    parts = [part / 255 for part in bytes.fromhex(colour[1:])]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_words_can_be_read_on_whatever_they_stand(lost: Any, name: str) -> None:
    blocks = re.findall(r"color-scheme: (\w+); ([^}]*)", lost[2])
    colours = dict(
        re.findall(r"--tcpsim-([\w-]+): (#[0-9a-f]{6});", next(block for scheme, block in blocks if scheme == name))
    )
    assert colours["paper"] == theme(name).paper
    for ground in ("paper", "wash"):
        for words in ("text", "quiet", "alarm"):
            assert contrast(colours[words], colours[ground]) >= 4.5, (words, ground)
    fills = ["mark", "glow", *(key for key in colours if key.startswith("state-"))]
    for fill in fills:
        assert contrast(colours["text"], colours[fill]) >= 4.5, fill
    for drawn in ("segment", "retransmission", "injected", "copy", "fired", "outline"):
        assert contrast(colours[drawn], colours["paper"]) >= 3.0, drawn


def test_what_nobody_could_read_is_refused_before_it_is_run_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    apps: Any = {
        "client": ["connect", {"send": {"octets": 2_000_000}}],
        "server": ["listen", "accept", {"recv": 2_000_000}],
    }
    run = tcpsim.run(tcpsim.build(apps=apps))
    monkeypatch.setattr("tcpsim.sim.moments.moments", None)
    with pytest.raises(TooMuchToDraw, match="could not be read"):
        run.to_html()
