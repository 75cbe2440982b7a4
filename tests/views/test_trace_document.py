"""The trace as JSON: what docs/trace-json.md promises."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from stories import STORIES, Story, duplicated_fin, lost_syn_ack, plain_handshake

from tcpsim.views.document import to_document
from tcpsim.wire import Sack, Timestamps, UnknownOption, WindowScale

PAGE = Path(__file__).parents[2] / "docs" / "trace-json.md"


def keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner)


@pytest.mark.parametrize("name", STORIES)
def test_it_is_json_and_the_same_each_time(name: str) -> None:
    one, other = (json.dumps(to_document(STORIES[name](), seed=0)) for _ in range(2))
    assert one == other
    assert json.loads(one) == to_document(STORIES[name](), seed=0)


def test_every_field_and_every_type_is_described() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for story in STORIES.values():
        document = to_document(story())
        for key in set(keys(document)):
            assert f"`{key}`" in page, key
        for event in document["events"]:
            assert f'`"{event["type"]}"`' in page


def test_the_head() -> None:
    document = to_document(plain_handshake(), title="x")
    assert list(document) == ["format", "version", "about", "hosts", "flights", "events"]
    assert document["hosts"][0] == {"name": "client", "addresses": ["192.0.2.1"]}
    assert document["about"] == {"title": "x"}


def test_a_segment() -> None:
    segment = to_document(lost_syn_ack())["flights"][6]["segment"]
    assert segment == {
        "notation": "P. 1:6(5) ack 1 win 65535",
        "kind": "DATA",
        "source": "192.0.2.1",
        "source_port": 40000,
        "destination": "192.0.2.2",
        "destination_port": 80,
        "flags": ["PSH", "ACK"],
        "letters": "P.",
        "seq": 101,
        "relative_seq": 1,
        "ack": 301,
        "relative_ack": 1,
        "window": 65535,
        "urgent": 0,
        "length": 5,
        "options": [],
        "payload": {"octets": 5, "text": "hello"},
    }


def test_what_became_of_it() -> None:
    flights = to_document(duplicated_fin())["flights"]
    assert [arrival["time"] for arrival in flights[3]["arrivals"]] == [120_000, 160_000]
    assert flights[3]["arrivals"][1]["dropped"]["caption"] == "outside the window"
    assert flights[4]["lost"] == {"why": "corrupted", "time": 120_000}
    assert flights[5]["injected"] is True


def test_events_of_each_type_have_the_fields_of_their_type() -> None:
    events = to_document(lost_syn_ack())["events"]
    state = next(event for event in events if event["type"] == "state" and event["host"] == "client")
    assert (state["source"], state["destination"], state["section"]) == ("CLOSED", "SYN-SENT", "3.10.1")
    timer = next(event for event in events if event["type"] == "timer")
    assert (timer["timer"], timer["what"], timer["deadline"]) == ("RTO", "started", 1_000_000)
    sent = next(event for event in events if event["type"] == "return" and event["name"] == "recv")
    assert sent["value"] == {"octets": 5, "text": "hello"}


def test_options_and_octets_that_are_no_text() -> None:
    story = Story()
    options = (WindowScale(7), Sack(((101, 111),)), Timestamps(1, 2), UnknownOption(254, b"\x01"))
    story.call(
        0, "client", "send", b"\x00\xff", story.segment("client server", "ACK", 1, 1, b"\x00\xff", options=options)
    )
    document = to_document(story.trace)
    segment = document["flights"][0]["segment"]
    assert segment["payload"] == {"octets": 2, "hex": "00ff"}
    assert segment["options"] == [
        {"option": "window scale", "shift": 7},
        {"option": "sack", "blocks": [[101, 111]]},
        {"option": "timestamps", "value": 1, "echo": 2},
        {"option": "unknown", "kind": 254, "hex": "01"},
    ]
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"`{key}`" in page for key in keys(document))
