"""The stepper's page, in a real browser: by keyboard and by mouse, in the light and in the dark, wide and narrow."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from reader import Reader

import tcpsim

SCENARIOS = Path(__file__).parents[2] / "scenarios"
LOST = SCENARIOS / "loss" / "syn-ack-lost.yaml"
Open = Callable[..., Reader]


@pytest.fixture(scope="module")
def lost() -> str:
    """The page of a lost SYN-ACK."""
    return tcpsim.run(LOST).to_html()


@pytest.fixture
def open_page(chromium: Any, tmp_path: Path) -> Iterator[Open]:
    readers: list[Reader] = []

    def opened(html: str, at: str = "", **context: Any) -> Reader:
        readers.append(Reader(chromium, **context))
        return readers[-1].opens(html, tmp_path, at)

    yield opened
    for reader in readers:
        reader.leaves()


# ---- going through -------------------------------------------------------------------------------------------------


def test_by_keyboard(open_page: Open, lost: str) -> None:
    reader = open_page(lost)
    assert reader.step == 0
    assert "Nothing has happened yet." in reader.reads("[data-part=news]")
    assert reader.presses("ArrowLeft").step == 0
    assert reader.presses("ArrowRight", "ArrowRight", "ArrowRight").step == 3
    assert reader.presses("ArrowLeft").step == 2
    assert reader.presses("End").step == 33
    assert reader.presses("ArrowRight").step == 33
    assert reader.reads("[data-part=count]") == "step 33 of 33"
    assert reader.presses("Home").step == 0


def test_space_plays_and_stops(open_page: Open, lost: str) -> None:
    reader = open_page(lost)
    reader.page.select_option("[data-part=speed]", "250")
    reader.page.evaluate("document.activeElement.blur()")
    reader.presses("Space").waits_for(3)
    assert reader.page.get_attribute("[data-part=play]", "aria-pressed") == "true"
    reader.presses("Space")
    stopped = reader.step
    reader.page.wait_for_timeout(700)
    assert reader.step == stopped
    assert reader.page.get_attribute("[data-part=play]", "aria-label") == "Play"


def test_at_its_end_it_stops_and_from_there_it_plays_anew(open_page: Open, lost: str) -> None:
    reader = open_page(lost, at="#step-32")
    reader.page.select_option("[data-part=speed]", "250")
    reader.clicks("play").waits_for(33)
    assert reader.page.get_attribute("[data-part=play]", "aria-pressed") == "false"
    assert reader.clicks("play").step in {0, 1}


def test_by_buttons_and_slider(open_page: Open, lost: str) -> None:
    reader = open_page(lost)
    assert reader.clicks("forward").clicks("forward").step == 2
    assert reader.clicks("back").step == 1
    assert reader.clicks("last").step == 33
    assert reader.clicks("first").step == 0
    reader.page.fill("[data-part=slider]", "12")
    assert reader.step == 12
    assert "1.040 s" in reader.page.get_attribute("[data-part=slider]", "aria-valuetext")
    reader.page.focus("[data-part=slider]")
    assert reader.presses("ArrowRight").step == 13, "one step for one key, though the slider knows arrows too"
    reader.page.focus("[data-part=back]")
    assert reader.presses("Space").step == 12, "a focused button is pressed, and nothing plays"
    assert reader.presses("Enter").step == 11


def test_a_click_in_the_ladder_goes_there(open_page: Open, lost: str) -> None:
    reader = open_page(lost, reduced_motion="reduce")  # so that nothing scrolls while a place is looked for
    label = reader.page.locator(".tcpsim-diagram g#seg-7-label text").first
    label.click()
    assert reader.reads(".tcpsim-headline") == "client calls send(b'hello')"
    label.click()
    assert reader.reads(".tcpsim-headline") == "PSH-ACK 1:6(5) ack 1 arrives at server", "then what came of it"
    reader.page.locator(".tcpsim-diagram g#state-client-6 path").first.click(position={"x": 4, "y": 4})
    assert "client: FIN-WAIT-2 → TIME-WAIT" in reader.reads("[data-part=news]")
    reader.page.evaluate("document.querySelector('.tcpsim-diagram').scrollTo(0, 0)")
    box = reader.page.locator(".tcpsim-diagram svg").bounding_box()
    reader.page.mouse.click(box["x"] + 3, box["y"] + 3)
    assert reader.step == 0, "above everything nothing has happened"


def test_the_address_says_which_step(open_page: Open, lost: str) -> None:
    reader = open_page(lost, at="#step-9")
    assert reader.step == 9
    assert reader.presses("ArrowRight").page.url.endswith("#step-10")
    assert open_page(lost, at="#step-9999").step == 33
    assert open_page(lost, at="#nonsense").step == 0


LIT_IN_SIGHT = """() => {
    const pane = document.querySelector('.tcpsim-diagram').getBoundingClientRect();
    const boxes = [...document.querySelectorAll('.tcpsim-lit > g')].map(g => g.getBoundingClientRect());
    return !boxes.length || boxes.some(box => box.top < pane.bottom && box.bottom > pane.top);
}"""

ON_A_LIFELINE = ":not(.injected):not(.copy)"  # where their arrows begin; those of others begin beside it
OFF_THE_LINE = """token => {
    const line = document.querySelector('.tcpsim-now');
    const places = [...Array(2001).keys()].map(n => line.getPointAtLength(n / 2000 * line.getTotalLength()));
    return Math.min(...places.map(at => Math.hypot(at.x - token.cx.baseVal.value, at.y - token.cy.baseVal.value)));
}"""


# ---- what is shown -------------------------------------------------------------------------------------------------


def test_both_ends_with_what_has_changed(open_page: Open, lost: str) -> None:
    reader = open_page(lost)
    assert reader.reads(".tcpsim-host[aria-label=client]") == "client\nCLOSED: there is no TCB"
    reader.presses(*["ArrowRight"] * 9)
    assert "client: SYN-SENT → ESTABLISHED" in reader.reads("[data-part=news]")
    assert "RFC 9293 §3.10.7.3" in reader.reads("[data-part=news]")
    assert reader.value_of("client", "SND.UNA").split() == ["0", "1", "101"], "before, now, on the wire"
    assert reader.value_of("client", "SND.NXT").split() == ["1", "101"]
    assert reader.value_of("client", "ISS") == "100"
    assert reader.value_of("client", "RTO").split() == ["2", "s", "3", "s"]
    assert reader.page.locator(".tcpsim-host[aria-label=client] tr.changed").count() == 5
    assert reader.page.locator(".tcpsim-host[aria-label=server] .changed").count() == 0
    assert "SYN-RECEIVED" in reader.reads(".tcpsim-host[aria-label=server]")
    assert "1.98 s left" in reader.reads(".tcpsim-host[aria-label=server]"), "of the server's RTO of 2 s"


def test_segments_in_flight_and_the_line_of_now(open_page: Open, lost: str) -> None:
    reader = open_page(lost, at="#step-3")
    assert reader.reads("[data-part=air] .tcpsim-flight").split("\n")[0] == "SYN 0:0(0)"
    assert "client → server, 0 µs of 20 ms" in reader.reads("[data-part=air]")
    assert reader.page.locator(".tcpsim-token").count() == 1
    before = reader.page.get_attribute(".tcpsim-now", "d")
    reader.presses("ArrowRight", "ArrowRight")
    assert reader.reads("[data-part=air]") == "Nothing is in flight."
    assert reader.page.locator(".tcpsim-token").count() == 0
    assert reader.page.get_attribute(".tcpsim-now", "d") != before
    assert reader.page.locator(".tcpsim-lit g").count() > 0


def test_the_line_of_now_stays_in_sight(open_page: Open) -> None:
    long = [{"send": {"octets": 1460}}, {"wait": "1s"}] * 20
    apps: Any = {"client": ["connect", *long, "close"], "server": ["listen", "accept", {"recv": "eof"}]}
    reader = open_page(tcpsim.run(tcpsim.build(apps=apps)).to_html(), reduced_motion="reduce")
    for key in ("End", "Home", "End"):
        reader.presses(key)
        pane, line = (reader.page.locator(each).bounding_box() for each in (".tcpsim-diagram", ".tcpsim-now"))
        assert pane["y"] <= line["y"] <= pane["y"] + pane["height"]


def test_what_happened_stays_in_sight_however_many_hosts_there_are(open_page: Open) -> None:
    clients: Any = {name: [{"connect": {"host": "web"}}, {"send": "hi"}, "close"] for name in ("alice", "bob", "carol")}
    apps = {**clients, "web": ["listen", "accept", "accept", "accept"]}
    reader = open_page(tcpsim.run(tcpsim.build(hosts={name: {} for name in apps}, apps=apps)).to_html())
    news, here = reader.page.locator(".tcpsim-headline"), reader.page.locator(".tcpsim-host.here .tcpsim-end .changed")
    where = news.bounding_box()
    for _ in range(int(reader.page.get_attribute("[data-part=slider]", "max"))):
        reader.presses("ArrowRight")
        assert news.bounding_box()["y"] == where["y"]
        if here.count():
            pane, changed = (each.bounding_box() for each in (reader.page.locator(".tcpsim-ends"), here.last))
            assert pane["y"] - 1 <= changed["y"] <= pane["y"] + pane["height"], "and so does what has changed"


def test_larger_and_smaller(open_page: Open, lost: str) -> None:
    reader = open_page(lost)
    width = reader.page.locator(".tcpsim-diagram svg").bounding_box()["width"]
    assert reader.clicks("larger").page.locator(".tcpsim-diagram svg").bounding_box()["width"] > 1.2 * width
    reader.clicks("smaller").clicks("smaller")
    assert reader.page.locator(".tcpsim-diagram svg").bounding_box()["width"] < 0.8 * width
    reader.presses("+")
    assert reader.page.locator(".tcpsim-diagram svg").bounding_box()["width"] == pytest.approx(width, rel=0.05)
    reader.presses("-")
    assert reader.page.locator(".tcpsim-diagram svg").bounding_box()["width"] < 0.8 * width


def test_in_a_burst_the_line_of_now_bends_and_what_is_under_way_is_upon_it(open_page: Open) -> None:
    html = tcpsim.run(SCENARIOS / "loss" / "duplicate-everything.yaml").to_html()
    reader = open_page(html, reduced_motion="reduce")
    bends, lit_in_sight = set(), []
    for _ in range(int(reader.page.get_attribute("[data-part=slider]", "max"))):
        reader.presses("ArrowRight")
        bends.add(reader.page.get_attribute(".tcpsim-now", "d").count("L"))
        lit_in_sight.append(reader.page.evaluate(LIT_IN_SIGHT))
        for token in reader.page.locator(f".tcpsim-token{ON_A_LIFELINE}").all():
            assert token.evaluate(OFF_THE_LINE) < 1  # points
    assert bends == {1, 3}, "level, or at a height of its own on each lifeline"
    assert all(lit_in_sight)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark_by_the_readers_setting(open_page: Open, lost: str, scheme: str) -> None:
    reader = open_page(lost, at="#step-9", color_scheme=scheme)
    assert reader.colours() > 100, "it is not blank"
    paper = reader.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(17, 22, 28)"}[scheme]
    drawn = reader.page.evaluate("getComputedStyle(document.querySelector('.tcpsim-diagram g#seg-1 path')).stroke")
    assert drawn == {"light": "rgb(20, 80, 127)", "dark": "rgb(127, 189, 240)"}[scheme]


@pytest.mark.parametrize("width", [320, 400, 768, 1280, 1920])
def test_every_width_is_usable(open_page: Open, lost: str, width: int) -> None:
    reader = open_page(lost, at="#step-9", width=width)
    assert reader.page.evaluate("document.documentElement.scrollWidth") <= width, "nothing sticks out"
    for part in ("first", "back", "play", "forward", "last", "slider"):
        box = reader.page.locator(f"[data-part={part}]").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= 800, "the controls are always at hand"
    labels = reader.page.evaluate(
        "[...document.querySelectorAll('.tcpsim-diagram text')].map(t => t.getBoundingClientRect().height)"
    )
    assert max(labels) > 8, "and the diagram can be read"


def test_with_reduced_motion_nothing_slides(open_page: Open, lost: str) -> None:
    reader = open_page(lost, at="#step-3", reduced_motion="reduce")
    style = "getComputedStyle(document.querySelector('.tcpsim-track i')).transitionDuration"
    assert reader.page.evaluate(style) == "0s"
    assert open_page(lost, at="#step-3", reduced_motion="no-preference").page.evaluate(style) != "0s"


# ---- for everybody -------------------------------------------------------------------------------------------------


def test_what_a_screen_reader_finds(open_page: Open, lost: str) -> None:
    reader = open_page(lost)
    page = reader.page
    assert page.get_attribute("html", "lang") == "en"
    assert page.get_by_role("heading", level=1).inner_text() == "SYN-ACK lost once"
    assert page.get_by_role("status").get_attribute("aria-live") == "polite"
    for name in ("First step", "One step back", "Play", "One step on", "Last step"):
        assert page.get_by_role("button", name=name, exact=True).count() == 1
    assert page.get_by_role("slider", name="Step").count() == 1
    assert page.get_by_role("toolbar", name="Controls").count() == 1
    assert page.get_by_role("group", name="server").count() == 1
    nameless = "[...document.querySelectorAll('button, input, select')].filter(e => !e.labels?.length && !e.ariaLabel)"
    assert page.evaluate(f"{nameless}.length") == 0
    reader.presses("End")
    assert page.get_by_role("button", name="Last step").get_attribute("aria-disabled") == "true"


def test_the_tab_key_reaches_everything_and_focus_is_seen(open_page: Open, lost: str) -> None:
    reader = open_page(lost)
    reached = []
    for _ in range(12):
        reader.presses("Tab")
        part = reader.page.evaluate("document.activeElement.dataset.part || ''")
        if part:
            reached.append(part)
            outline = reader.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline == "solid", part
    wanted = ["diagram", "first", "back", "play", "forward", "last", "slider", "speed", "smaller", "larger"]
    assert reached[: len(wanted)] == wanted


def test_in_chinese(open_page: Open) -> None:
    reader = open_page(tcpsim.run(LOST).to_html(lang="zh"), at="#step-9")
    assert reader.page.get_attribute("html", "lang") == "zh"
    assert reader.reads(".tcpsim-headline") == "SYN-ACK 0:0(0) ack 1 到达 client"
    assert reader.page.get_by_role("button", name="播放").count() == 1


def test_without_scripts_the_diagram_is_there(open_page: Open, lost: str) -> None:
    reader = open_page(lost, java_script_enabled=False)
    assert reader.page.locator(".tcpsim-diagram svg").bounding_box()["height"] > 300
    assert "needs JavaScript" in reader.reads(".tcpsim-still")
    assert not any(reader.page.locator(f".tcpsim-{dead}").is_visible() for dead in ("controls", "panel", "flying"))


def test_what_people_wrote_is_text_and_nothing_else(open_page: Open) -> None:
    title = '</script><script>alert(1)</script>{{svg}}<img src=x onerror=alert(2)>\u2028 & "quotes" \''
    apps: Any = {"client": ["connect", {"send": "</script><b>"}], "server": ["listen", "accept", {"recv": 12}]}
    scenario = tcpsim.build(title=title, about=title, apps=apps)
    reader = open_page(tcpsim.run(scenario).to_html(), at="#step-5")
    shown = reader.reads(".tcpsim-title")
    assert shown == tcpsim.run(scenario).title
    assert "<img src=x onerror=alert(2)>" in shown
    assert reader.page.title() == shown
    assert reader.page.locator("img").count() == 0
    assert reader.page.locator(".tcpsim b").count() == reader.page.locator("td b, span b").count()


# ---- figures -------------------------------------------------------------------------------------------------------


WALK = """() => {
    const told = [];
    for (let before = null; before !== (before = document.querySelector('.tcpsim').dataset.step); ) {
        told.push(document.querySelector('.tcpsim-headline').textContent);
        document.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }));
    }
    return told;
}"""


def first_paint(reader: Reader) -> float:
    """When something was first to be seen, in ms after the page was asked for."""
    return float(
        reader.page.evaluate(
            """new Promise(done => {
                const observer = new PerformanceObserver(list => done(list.getEntries().pop().startTime));
                observer.observe({type: 'paint', buffered: true});
            })"""
        )
    )


def test_two_hundred_segments_are_small_and_painted_at_once(open_page: Open) -> None:
    apps: Any = {
        "client": ["connect", {"send": {"octets": 100 * 1460}}, "close"],
        "server": ["listen", "accept", {"recv": "eof"}],
    }
    run = tcpsim.run(tcpsim.build(title="Two hundred", apps=apps))
    assert 200 <= len(run.segments) <= 260
    html = run.to_html()
    assert len(html.encode()) < 2_000_000
    reader = open_page(html)
    painted = min(first_paint(reader), *(first_paint(open_page(html)) for _ in range(2)))  # others use the machine too
    assert painted < 1_000  # ms
    assert reader.presses("End").step > 200
    assert reader.presses("Home", "ArrowRight").step == 1


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(SCENARIOS.rglob("*.yaml")), ids=lambda path: path.stem)
def test_every_scenario_can_be_walked_through(open_page: Open, path: Path) -> None:
    run = tcpsim.run(path)
    if len(run.segments) > 250:
        pytest.skip("its ladder takes long, and has nothing that others lack")
    reader = open_page(run.to_html())
    last = int(reader.page.get_attribute("[data-part=slider]", "max"))
    headlines = reader.page.evaluate(WALK)
    assert len(headlines) == last + 1
    assert all(headlines)
    assert reader.step == last
    assert reader.page.locator(".tcpsim-host").count() == len(run.trace.hosts)
