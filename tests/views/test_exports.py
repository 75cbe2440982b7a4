"""Mermaid, PlantUML, Markdown and CSV: what they say, and that nothing in a scenario can break them."""

import csv
import io
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from export_grammars import mermaid_says, plantuml_says
from stories import MS, S, Story, lost_syn_ack, row

import tcpsim
from tcpsim.tcp.states import State
from tcpsim.views.export import markdown as page
from tcpsim.views.export import mermaid as chart
from tcpsim.views.export import plantuml as sheet
from tcpsim.views.export.comma_separated import csv as separated
from tcpsim.views.export.markdown import markdown
from tcpsim.views.export.mermaid import mermaid
from tcpsim.views.export.plantuml import plantuml
from tcpsim.views.rows import COLUMNS

SCENARIOS = Path(__file__).parents[2] / "scenarios"
FILES = sorted(SCENARIOS.rglob("*.yaml"))
LOST = SCENARIOS / "loss/syn-ack-lost.yaml"
HOSTILE = [
    *("end", "style a: #x; b", "classDef x: #1;", "wrap: hello", "%%{init: {'theme':'dark'}}%% x", "a; b # c"),
    *("<b>bold</b> &amp; \"q\" 'x'", "**bold** //it// __u__ ~~s~~ --strike-- ~x", "$var %date() !define /' c '/ \\n"),
    *("[[http://x y]] <color:red>x</color> <U+0041>", "::: -> : ->> x", "第一次握手 — “引号”", "- item", "= head ="),
    *(
        "|a|b|",
        "{brace} [br] (par)",
        "note left: x",
        "@enduml",
        "a\nb\tc\x07d",
        "😀 é",
        "#35; #lt; &lt;",
        "ﬂ°°35¶ß",
        "1. x",
    ),
]


@pytest.fixture(scope="module")
def lost() -> tcpsim.Run:
    return tcpsim.run(LOST)


# ---- what they say --------------------------------------------------------------------------------------------------


def test_mermaid(lost: tcpsim.Run) -> None:
    lines = lost.to_mermaid().splitlines()
    assert lines[:9] == [
        "sequenceDiagram",
        "    title SYN-ACK lost once",
        "    participant h1 as client",
        "    participant h2 as server",
        "    Note right of h2: listen(80)<br/>LISTEN<br/>accept()",
        "    Note left of h1: CLOSED<br/>connect(80)<br/>SYN-SENT",
        "    h1->>h2: SYN 0:0(0) #lt;mss 1460#gt;",
        "    Note right of h2: SYN-RECEIVED",
        "    h2-xh1: SYN-ACK 0:0(0) ack 1 #lt;mss 1460#gt;, lost",
    ]
    again = lines.index("    Note left of h1: retransmission 1, RTO 1 s")
    assert lines[again + 1] == "    h1->>h2: SYN 0:0(0)"
    assert lines[-2:] == [
        "    Note over h1,h2: ⋮ 239.98 s later",
        "    Note left of h1: 2MSL over (240 s)<br/>CLOSED",
    ]


def test_plantuml(lost: tcpsim.Run) -> None:
    lines = lost.to_plantuml().splitlines()
    assert lines[:11] == [
        "@startuml",
        "title SYN-ACK lost once",
        'participant "client" as h1',
        'participant "server" as h2',
        "rnote right of h2 : listen(80)",
        "hnote right of h2 : LISTEN",
        "rnote right of h2 : accept()",
        "hnote left of h1 : CLOSED",
        "rnote left of h1 : connect(80)",
        "hnote left of h1 : SYN-SENT",
        "h1 -> h2 : SYN 0:0(0) <U+003C>mss 1460<U+003E>",
    ]
    assert "h2 ->x h1 : SYN-ACK 0:0(0) ack 1 <U+003C>mss 1460<U+003E>, lost" in lines
    assert lines[-4:] == [
        "...239.98 s later...",
        "rnote left of h1 : 2MSL over (240 s)",
        "hnote left of h1 : CLOSED",
        "@enduml",
    ]


def test_what_the_network_made_and_what_nobody_sent_is_dotted() -> None:
    twice = tcpsim.run(SCENARIOS / "loss/duplicate-everything.yaml").to_mermaid()
    assert "    h1-->>h2: SYN 0:0(0), duplicate\n" in twice
    old = tcpsim.run(SCENARIOS / "opening/old-duplicate-syn.yaml")
    assert "    h1-->>h2: SYN #64;90" not in old.to_mermaid(), "an @ needs no entity"
    assert "    h1-->>h2: SYN @90:@90(0), injected\n" in old.to_mermaid()
    assert "h1 --> h2 : SYN @90:@90(0), injected\n" in old.to_plantuml()


def test_under_way_at_the_end() -> None:
    story = Story()
    story.call(0, "client", "connect", 80, row(State.CLOSED, "app_open_active"), story.segment("client server", "SYN"))
    story.call(5 * MS, "client", "abort", None)
    assert "    h1-)h2: SYN 0:0(0), under way\n" in mermaid(story.trace)
    assert "h1 ->> h2 : SYN 0:0(0), under way\n" in plantuml(story.trace)
    assert "`SYN 0:0(0)` →, under way |" in markdown(story.trace)


def test_an_address_that_is_no_hosts_has_a_participant() -> None:
    about = """
tcpsim: 1
apps: {server: [listen]}
inject: [{at: 1ms, segment: 198.51.100.7:5000 > server:80 S 0(0)}]
"""
    run = tcpsim.run(tcpsim.loads(about))
    told = run.to_mermaid()
    assert mermaid_says(told) == []
    assert "injected from 198.51.100.7" in told
    places = {line.split()[1] for line in told.splitlines() if line.strip().startswith("participant")}
    assert len(places) == len(run.trace.hosts) + 1


def test_a_page_of_markdown(lost: tcpsim.Run) -> None:
    page = lost.to_markdown()
    assert page.startswith("# SYN-ACK lost once\n\nA lost SYN-ACK costs one retransmission time-out")
    assert (
        "\n\n*rfc9293, delay 20 ms, seed 0*\n\n| time | client |  | server |\n| ---: | :--- | :---: | :--- |\n" in page
    )
    assert "\n| 0.000 | **SYN-SENT** | `SYN 0:0(0) <mss 1460>` → |  |\n" in page
    assert "\n| 0.020 |  | ← `SYN-ACK 0:0(0) ack 1 <mss 1460>`, ✕ lost | **SYN-RECEIVED** |\n" in page
    assert "\n## Expected\n\n- [x] server sends SYN-ACK again after 1s\n" in page


def test_what_did_not_hold_is_an_open_box_with_what_was_seen() -> None:
    about = "{tcpsim: 1, apps: {client: [connect], server: [listen]}, expect: [{count: {server SYN-ACK: 5}}]}"
    wrong = tcpsim.run(tcpsim.loads(about))
    (line,) = (line for line in wrong.to_markdown().splitlines() if line.startswith("- [ ]"))
    assert line.startswith("- [ ] server sends SYN-ACK 5 times — seen: ")


def test_more_hosts_are_told_in_one_column() -> None:
    page = tcpsim.run(SCENARIOS / "opening/ports-and-tuples.yaml").to_markdown()
    assert "| time | who | state | what |" in page
    assert "| 0.000 | bob → server | **SYN-SENT** | `SYN 0:0(0) <mss 1460>` |" in page


def test_a_flood_is_told_once_with_its_number() -> None:
    flood = tcpsim.run(SCENARIOS / "load/syn-flood.yaml")
    for told in (flood.to_mermaid(), flood.to_plantuml(), flood.to_markdown()):
        assert "SYN 0:0(0) × 184" in told
        assert len(told.splitlines()) < 100
    assert mermaid_says(flood.to_mermaid()) == plantuml_says(flood.to_plantuml()) == []
    figures = flood.to_ascii()
    assert "203.0.113.17, port 1024 (x 184)" in figures
    assert figures.count("1.  ") < 10 < flood.to_ascii(collapse=False).count("1.  ")
    assert len(flood.to_csv().splitlines()) == len(flood.segments) + 1


def test_csv_is_the_rows(lost: tcpsim.Run) -> None:
    table = list(csv.DictReader(io.StringIO(lost.to_csv())))
    assert list(table[0]) == list(COLUMNS)
    assert len(table) == len(lost.segments)
    assert (table[1]["kind"], table[1]["lost"], table[1]["arrived"]) == ("SYN-ACK", "dropped by fault", "")
    assert (table[0]["ack"], table[1]["ack"], table[1]["time"]) == ("", "101", "0.02")
    frame = lost.to_dataframe()
    assert [str(number) for number in frame["seq"]] == [line["seq"] for line in table]


def test_each_language(lost: tcpsim.Run) -> None:
    for told in (lost.to_mermaid(lang="zh"), lost.to_plantuml(lang="zh"), lost.to_markdown(lang="zh")):
        assert "丢失" in told
    assert mermaid_says(lost.to_mermaid(lang="zh")) == plantuml_says(lost.to_plantuml(lang="zh")) == []
    with pytest.raises(ValueError, match="there is no language 'la'"):
        lost.to_mermaid(lang="la")


def test_a_story_told_by_hand_is_exported_as_well() -> None:
    trace = lost_syn_ack()
    assert mermaid_says(mermaid(trace)) == plantuml_says(plantuml(trace)) == []
    assert separated(trace).count("\n") == len(trace.flights) + 1
    assert S == 1_000_000


# ---- whatever the scenario ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_scenario_is_mermaid_plantuml_and_a_table_and_the_same_each_time(file: Path) -> None:
    scenario = tcpsim.load(file)
    for run in (tcpsim.run(scenario), *tcpsim.what_if(scenario).values()):
        chart, sheet = run.to_mermaid(collapse=False), run.to_plantuml(collapse=False)
        assert mermaid_says(chart) == []
        assert plantuml_says(sheet) == []
        table = [line for line in run.to_markdown(collapse=False).splitlines() if line.startswith("|")]
        assert len({line.replace("\\|", "").count("|") for line in table}) == 1
        for told in (chart, sheet):
            arrows = [line for line in told.splitlines() if ("->" in line or "-x" in line or "-)" in line)]
            copies = sum(max(len(flight.arrivals) - 1, 0) for flight in run.trace.flights)
            assert len(arrows) == len(run.trace.flights) + copies
        assert len(run.to_csv().splitlines()) == len(run.trace.flights) + 1
        if len(run.segments) < 100:
            assert (chart, sheet) == (run.to_mermaid(collapse=False), run.to_plantuml(collapse=False))


@pytest.mark.parametrize("words", HOSTILE)
def test_no_title_breaks_the_notation(words: str) -> None:
    trace = lost_syn_ack()
    assert mermaid_says(mermaid(trace, title=words)) == []
    assert plantuml_says(plantuml(trace, title=words)) == []
    assert len(markdown(trace, title=words).splitlines()) == len(markdown(trace, title="x").splitlines())


def test_what_is_escaped_and_what_may_be_read_in_the_source() -> None:
    assert chart.escaped("SYN-ACK 0:0(0) ack 1 <mss 1460>") == "SYN-ACK 0:0(0) ack 1 #lt;mss 1460#gt;"
    assert chart.escaped("the end; style #1") == "the #101;nd#59; #115;tyle #35;1"
    assert sheet.escaped("SYN-ACK <a> --b--") == "SYN-ACK <U+003C>a<U+003E> <U+002D><U+002D>b<U+002D><U+002D>"
    assert page.escaped("1. a|b *c* <d>") == "1\\. a\\|b \\*c\\* \\<d\\>"
    assert chart.escaped("a\n b\x07") == sheet.escaped("a\n b\x07") == page.escaped("a\n b\x07") == "a b"


# ---- the tools themselves, where they are there ---------------------------------------------------------------------

MERMAID_PACKAGE = os.environ.get("TCPSIM_MERMAID", "")  # a node_modules folder with mermaid and jsdom in it
_PARSE = """
const { createRequire } = require('module'); const { pathToFileURL } = require('url'); const fs = require('fs');
const need = createRequire(process.argv[2] + '/');
const { JSDOM } = need('jsdom'); const { window } = new JSDOM('');
global.window = window; global.document = window.document;
import(pathToFileURL(process.argv[2] + '/mermaid/dist/mermaid.core.mjs')).then(async ({ default: mermaid }) => {
  for (const file of process.argv.slice(3)) {
    const found = await mermaid.parse(fs.readFileSync(file, 'utf8'));
    if (found.diagramType !== 'sequence') throw new Error(file + ': ' + found.diagramType);
  }
}).catch(error => { console.error(String(error)); process.exit(1); });
"""


def _written(folder: Path, suffix: str) -> list[str]:
    """Every scenario's diagram, and those of hostile titles, as files."""
    runs = [(file.stem, tcpsim.run(file), "") for file in FILES]
    runs += [(f"hostile-{place}", tcpsim.run(LOST), words) for place, words in enumerate(HOSTILE)]
    for name, run, title in runs:
        make = mermaid if suffix == "mmd" else plantuml
        Path(folder, f"{name}.{suffix}").write_text(make(run.trace, title=title or run.title), "utf-8")
    return [str(path) for path in sorted(folder.glob(f"*.{suffix}"))]


@pytest.mark.slow
@pytest.mark.skipif(not (MERMAID_PACKAGE and shutil.which("node")), reason="needs node, and TCPSIM_MERMAID to name it")
def test_mermaid_itself_reads_every_diagram(tmp_path: Path) -> None:
    script = tmp_path / "parse.cjs"
    script.write_text(_PARSE, "utf-8")
    command = ["node", str(script), MERMAID_PACKAGE, *_written(tmp_path, "mmd")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("plantuml"), reason="needs the command plantuml")
def test_plantuml_itself_reads_every_diagram(tmp_path: Path) -> None:
    command = ["plantuml", "-headless", "-charset", "UTF-8", "-checkonly", *_written(tmp_path, "puml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout + done.stderr
