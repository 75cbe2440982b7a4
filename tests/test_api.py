"""The public face: `load`, `run`, `what_if`, and every way to look at a `Run`."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest

import tcpsim
from tcpsim import Run, ScenarioError, State

ROOT = Path(__file__).parents[1]
SCENARIOS = ROOT / "scenarios"
LOST = SCENARIOS / "loss" / "syn-ack-lost.yaml"
REFUSED = SCENARIOS / "opening" / "connection-refused.yaml"
OPENS = "tcpsim: 1\napps: {client: [connect], server: [listen, accept]}\n"


@pytest.fixture(scope="module")
def lost() -> Run:
    return tcpsim.run(LOST)


def run_of(text: str, **options: Any) -> Run:
    return tcpsim.run(tcpsim.loads(OPENS + text), **options)


# ---- load, run ------------------------------------------------------------------------------------------------------


def test_a_path_a_text_for_one_and_a_scenario_are_all_the_same(lost: Run) -> None:
    for given in (str(LOST), LOST, tcpsim.load(LOST), tcpsim.load(str(LOST))):
        assert tcpsim.run(given).to_json() == lost.to_json()


def test_what_cannot_be_understood_is_told_with_its_places() -> None:
    with pytest.raises(ScenarioError, match=r"scenario:3:1: netwrk: unknown key 'netwrk'; did you mean 'network'\?"):
        run_of("netwrk: {}\n")
    with pytest.raises(ScenarioError, match=r"nowhere\.yaml: there is no such file"):
        tcpsim.run("nowhere.yaml")


def test_a_seed_replaces_the_scenarios() -> None:
    jittery = "seed: 1\nnetwork: {jitter: 5ms}\n"
    one, two = run_of(jittery), run_of(jittery, seed=2)
    assert (one.scenario.seed, two.scenario.seed) == (1, 2)
    assert one.to_json() == run_of(jittery, seed=1).to_json()
    assert [flight.arrivals for flight in one.trace.flights] != [flight.arrivals for flight in two.trace.flights]


def test_a_profile_replaces_the_scenarios() -> None:
    changed = run_of("profile: {base: freebsd, msl: 1s}\n", profile="linux")
    assert changed.subtitle == "linux, delay 20 ms, seed 0"
    assert any(option.__class__.__name__ == "WindowScale" for option in changed.segments[0].options)


def test_changes_by_dotted_name(lost: Run) -> None:
    changes = {"faults.0.nth": "2", "network.delay": "50ms", "profile.msl": "5s", "hosts.client.iss": "7"}
    changed = tcpsim.run(LOST, changes=changes)
    assert changed.segments[0].seq == 7
    assert changed.subtitle == "rfc9293 changed, delay 50 ms, seed 0"
    assert tcpsim.run(LOST).to_json() == lost.to_json(), "the file stays as it is"


def test_changes_go_into_the_profile_that_is_asked_for() -> None:
    changed = run_of("", profile="teaching", changes={"profile.msl": "7s"})
    assert changed.subtitle.startswith("teaching changed")


def test_mistakes_in_changes_are_all_told() -> None:
    with pytest.raises(ScenarioError) as caught:
        run_of("", seed=-1, profile="nope", changes={"network.delay": "5"})
    assert sorted(problem.where for problem in caught.value.problems) == ["network.delay", "profile", "seed"]


def test_watch_is_called_while_it_runs() -> None:
    seen: list[int] = []
    storm = "inject: [{at: 0ms, segment: 203.0.113.1:1024 > server S @0(0), times: 6000, every: 1us}]\n"
    scenario = tcpsim.loads(f"tcpsim: 1\n{storm}what_if: {{again: {{expect: [{{never: any FIN}}]}}}}\n")
    tcpsim.run(scenario, watch=lambda world: seen.append(world.events_handled))
    assert seen == [10_000]
    tcpsim.what_if(scenario, watch=lambda world: seen.append(world.events_handled))
    assert seen == [10_000, 10_000]


def test_what_if() -> None:
    scenario = tcpsim.loads(
        OPENS
        + "title: Opening\n"
        + "what_if:\n"
        + "  far away: {network: {delay: 300ms}, expect: [{final: {client: ESTABLISHED}}]}\n"
        + "  nobody there: {apps: {server: []}, expect: [{final: {client: ESTABLISHED}}]}\n"
    )
    variants = tcpsim.what_if(scenario)
    assert {name: run.ok for name, run in variants.items()} == {"far away": True, "nobody there": False}
    assert variants["far away"].title == "Opening — far away"
    assert tcpsim.what_if(REFUSED) == {}


# ---- whether it held ------------------------------------------------------------------------------------------------


def test_a_run_that_holds(lost: Run) -> None:
    assert lost.ok
    assert lost.failures == []
    assert lost.results
    assert all(result.held for result in lost.results)
    assert repr(lost) == f"<Run of 'SYN-ACK lost once': {len(lost.segments)} segments, ok>"


def test_every_kind_of_failure_is_a_sentence() -> None:
    broken = run_of("expect: [{final: {client: CLOSED}, because: I say so}]\nfaults: [{drop: client RST}]\n")
    assert not broken.ok
    assert broken.failures == [
        "FAILED: client ends in CLOSED (because I say so); client ended in ESTABLISHED",
        "faults[0] never met its segment: drop: client RST",
    ]
    assert repr(broken) == "<Run of 'untitled': 3 segments, 2 failed>"


def test_a_run_without_end_is_stopped_and_not_ok() -> None:
    endless = tcpsim.run(tcpsim.loads(OPENS.replace("[connect]", "[connect, {wait: 10000h}]")))
    assert not endless.ok
    assert endless.failures[0].startswith("stopped at the bound of 86,400 s of virtual time")
    assert endless.to_document()["stopped"] == endless.failures[0]


# ---- what happened --------------------------------------------------------------------------------------------------


def test_states(lost: Run) -> None:
    assert lost.states("client")[:3] == [State.CLOSED, State.SYN_SENT, State.ESTABLISHED]
    assert lost.states("server")[-1] is State.CLOSED
    with pytest.raises(KeyError, match="no host 'sever' in this run; there are client, server"):
        lost.states("sever")


def test_segments_in_the_order_sent_lost_and_injected_ones_included(lost: Run) -> None:
    assert [segment.kind for segment in lost.segments[:4]] == ["SYN", "SYN-ACK", "SYN", "SYN-ACK"]
    injected = run_of("inject: [{at: 1s, segment: 203.0.113.9 > server R @0(0)}]\n")
    assert injected.segments[-1].src == "203.0.113.9"


def test_what_programs_received_and_were_told(lost: Run) -> None:
    assert (lost.received("server"), lost.received("client")) == (b"hello", b"ok")
    assert (lost.errors("client"), lost.errors("server")) == ([], [])
    assert tcpsim.run(REFUSED).errors("client") == ["ECONNREFUSED"]


def test_an_error_that_was_expected_and_did_not_come_is_no_error() -> None:
    run = tcpsim.run(tcpsim.loads(OPENS.replace("[connect]", "[{connect: , error: ECONNREFUSED}]")))
    assert run.errors("client") == []
    (failure,) = run.failures
    assert failure.startswith("a call of client, connect, ")


# ---- text -----------------------------------------------------------------------------------------------------------


def test_text(lost: Run) -> None:
    text = lost.text()
    assert text.splitlines()[0] == "SYN-ACK lost once                                   rfc9293, delay 20 ms, seed 0"
    assert max(map(len, text.splitlines())) == 80
    assert "✕" in text
    assert "\x1b" not in text


def test_text_wide_plain_and_coloured(lost: Run) -> None:
    assert max(map(len, lost.text(width=100).splitlines())) == 100
    assert lost.text(ascii_only=True).isascii()
    assert re.sub(r"\x1b\[[\d;]*m", "", lost.text(color=True)) == lost.text()


def test_a_reason_stands_beside_what_failed() -> None:
    told = run_of("expect: [{final: {client: CLOSED}, because: I say so}]\n").text(width=120)
    assert "✕ expected  client ends in CLOSED (I say so)\n      seen  client ended in ESTABLISHED\n" in told


def test_names_that_people_gave_cannot_act_upon_a_terminal() -> None:
    with pytest.raises(ScenarioError, match="a control character has no place in a text"):
        run_of(r'title: "\e[31mred\ntwo"')


# ---- pictures -------------------------------------------------------------------------------------------------------


def test_plot_returns_axes_and_leaves_matplotlib_alone(lost: Run) -> None:
    import matplotlib.pyplot as plt
    from matplotlib.axes import Axes

    before = (dict(mpl.rcParams), plt.get_fignums(), mpl.get_backend())
    drawn = lost.plot()
    assert isinstance(drawn, Axes)
    assert (dict(mpl.rcParams), plt.get_fignums(), mpl.get_backend()) == before
    assert any("SYN-ACK lost once" in text.get_text() for text in drawn.texts)


def test_plot_draws_on_the_axes_it_is_given(lost: Run) -> None:
    from matplotlib.figure import Figure

    axes = Figure(figsize=(8, 10)).subplots()
    assert lost.plot(axes) is axes
    assert lost.plot(ax=Figure().subplots()) is not axes
    assert axes.texts


def test_save(lost: Run, tmp_path: Path) -> None:
    for name, begins in {"a.svg": b"<?xml", "a.png": b"\x89PNG"}.items():
        lost.save(tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(begins)
    lost.save(str(tmp_path / "b.svg"))
    assert (tmp_path / "b.svg").read_bytes() == (tmp_path / "a.svg").read_bytes()


def test_what_cannot_be_saved_leaves_nothing(lost: Run, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot draw as 'gif': the formats are svg, png, pdf"):
        lost.save(tmp_path / "a.gif")
    with pytest.raises(FileNotFoundError):
        lost.save(tmp_path / "nowhere" / "a.svg")
    assert list(tmp_path.iterdir()) == []


# ---- documents and tables -------------------------------------------------------------------------------------------


def documented(heading: str) -> set[str]:
    """The fields in the first table after some words of docs/trace-json.md."""
    page = (ROOT / "docs" / "trace-json.md").read_text("utf-8")
    table = re.search(r"^\|.*?\n\n", page[page.index(heading) :], re.DOTALL | re.MULTILINE)
    assert table
    rows = table[0].strip().splitlines()[2:]
    return {name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])}


def test_the_document_has_the_fields_that_are_documented_and_no_others(lost: Run) -> None:
    document = lost.to_document()
    own, added = documented("```json"), documented("`Run.to_json()` and")
    assert {"format", "version", "flights"} <= own
    assert set(document) == own | added
    assert added == {"ok", "expectations", "warnings", "stopped"}
    assert set(document["flights"][0]) == documented("## Flights")
    assert set(document["flights"][0]["segment"]) == documented("### Segments")
    assert document["about"] == {"title": "SYN-ACK lost once", "seed": 0}


def test_the_expectations_of_the_document() -> None:
    document = run_of(
        "expect: [{final: {client: CLOSED}, because: I say so}, {never: any RST}]\nfaults: [{drop: client RST}]\n"
    ).to_document()
    assert document["ok"] is False
    assert document["expectations"] == [
        {"text": "client ends in CLOSED", "held": False, "seen": "client ended in ESTABLISHED", "because": "I say so"},
        {"text": "nobody sends RST", "held": True, "seen": "", "because": ""},
    ]
    assert document["warnings"] == ["faults[0] never met its segment: drop: client RST"]
    assert document["stopped"] == ""


def test_json_is_the_document_and_the_same_every_time(lost: Run) -> None:
    text = lost.to_json()
    assert json.loads(text) == lost.to_document()
    assert "→" in text
    assert tcpsim.run(LOST).to_json() == text
    assert "\n" not in lost.to_json(indent=None)


def test_a_data_frame_has_a_row_for_each_transmission(lost: Run) -> None:
    pytest.importorskip("pandas")
    frame = lost.to_dataframe()
    assert list(frame.columns) == [
        *("number", "time", "sender", "sender_port", "receiver", "receiver_port", "kind", "flags"),
        *("seq", "ack", "relative_seq", "relative_ack", "octets", "window", "options"),
        *("attempt", "fast", "probe", "injected", "arrived", "copies", "lost", "dropped"),
    ]
    assert len(frame) == len(lost.segments)
    first, second = frame.iloc[0], frame.iloc[1]
    assert (first["number"], first["time"], first["sender"], first["kind"]) == (1, 0.0, "client", "SYN")
    assert (first["seq"], first["relative_seq"], first["arrived"], first["copies"]) == (100, 0, 0.02, 1)
    assert (second["ack"], second["relative_ack"], second["copies"]) == (101, 1, 0)
    assert second["lost"] == lost.trace.flights[1].lost != ""
    assert frame["octets"].sum() == len(b"hello" + b"ok")
    assert frame["lost"].notna().sum() == 1
    assert frame["ack"].isna().sum() == 2, "of the SYNs"
    assert [str(frame[name].dtype) for name in ("seq", "ack", "relative_ack")] == ["int64", "Int64", "Int64"]
    assert frame["injected"].dtype == bool


def test_a_data_frame_of_nothing_has_its_columns() -> None:
    pytest.importorskip("pandas")
    frame = tcpsim.run(tcpsim.loads("tcpsim: 1\n")).to_dataframe()
    assert (len(frame), len(frame.columns)) == (0, 23)


def test_without_pandas_it_says_what_to_install(lost: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"a DataFrame needs pandas: pip install 'tcpsim\[dataframe\]'"):
        lost.to_dataframe()


def test_an_empty_scenario_can_be_looked_at_in_every_way() -> None:
    empty = tcpsim.run(tcpsim.loads("tcpsim: 1\n"))
    assert empty.ok
    assert empty.segments == []
    assert empty.text().startswith("untitled")
    assert empty.plot() is not None
    assert empty.to_document()["flights"] == []


def test_the_subtitle_tells_the_delay_that_segments_take() -> None:
    """A direction may have its own; one number is told only where it is true of all."""
    head = "tcpsim: 1\napps: {client: [connect], server: [listen]}\nnetwork: "
    both = "client -> server: {delay: 50ms}, server -> client: {delay: 50ms}"
    for network, told in (
        ("{delay: 5ms}", "delay 5 ms"),
        ("{client -> server: {loss: 1%}}", "delay 20 ms"),
        ("{client -> server: {delay: 50ms}}", "delays differ"),
        (f"{{{both}}}", "delay 50 ms"),
    ):
        assert f", {told}, " in tcpsim.run(tcpsim.loads(head + network)).subtitle
