"""The segment card: every bit in one field, every octet in its colour, and nothing that lies on anything else."""

import os
import re
import subprocess
import sys
from dataclasses import fields as fields_of
from itertools import pairwise
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tcpsim
from tcpsim.views.card import Card
from tcpsim.views.card.content import Context, Layer, layers
from tcpsim.views.card.layout import sheet
from tcpsim.views.card.shapes import Sheet
from tcpsim.views.columns import columns
from tcpsim.views.languages.card import card_words
from tcpsim.wire import (
    ACK,
    CWR,
    ECE,
    FIN,
    PSH,
    RST,
    SYN,
    URG,
    EndOfOptions,
    MaximumSegmentSize,
    NoOperation,
    Option,
    Sack,
    SackPermitted,
    Segment,
    Timestamps,
    UnknownOption,
    WindowScale,
    decode_frame,
    encode_frame,
    encode_options,
    padded_options,
)

EN, ZH = card_words("en"), card_words("zh")


def segment(flags: int, payload: bytes = b"", *options: Option, six: bool = False, **more: int) -> Segment:
    one, other = ("2001:db8::1", "2001:db8:ffff:ffff:ffff:ffff:ffff:fffe") if six else ("192.0.2.1", "192.0.2.2")
    values = {"seq": 1000, "ack": 0, "wnd": 64240, "up": 0, **more}
    return Segment(
        one, 40000, other, 80, values["seq"], values["ack"], flags, values["wnd"], payload, options, values["up"]
    )


SYN_OF_LINUX = segment(
    SYN, b"", MaximumSegmentSize(1460), SackPermitted(), Timestamps(1, 0), NoOperation(), WindowScale(7)
)
ALL_KINDS = (
    SYN_OF_LINUX,
    segment(SYN | ACK, b"", MaximumSegmentSize(1440), six=True, ack=7),
    segment(ACK | PSH, bytes(range(64, 128)) * 16, Timestamps(2**32 - 1, 2**32 - 1), six=True, ack=2**32 - 1),
    segment(ACK, b"", NoOperation(), NoOperation(), Sack(((2**32 - 9, 2**32 - 5), (1, 2), (3, 4))), ack=5),
    segment(FIN | ACK, b"bye", ack=2, wnd=0),
    segment(FIN, b"", six=True),
    segment(RST, b"", UnknownOption(254, b"\xff" * 10), UnknownOption(253, b""), EndOfOptions()),
    segment(SYN | FIN | RST | PSH | ACK | URG | ECE | CWR, b"x" * 90, WindowScale(255), ack=3, up=65535),
    segment(0, b"", UnknownOption(254, b"\xff" * 38)),
    segment(0),
)


def taken_apart(one: Segment, lang: str = "en") -> list[Layer]:
    return layers(one, card_words(lang), Context(seq_base=1000, ack_base=1, source="client", destination="server"))


def meaning(one: Segment, name: str) -> str:
    (told,) = (field.meaning for layer in taken_apart(one) for field in layer.fields if field.name == name)
    return told


# ---- what it says ---------------------------------------------------------------------------------------------------


options = st.lists(
    st.one_of(
        st.just(NoOperation()),
        st.builds(MaximumSegmentSize, st.integers(0, 65535)),
        st.builds(WindowScale, st.integers(0, 255)),
        st.just(SackPermitted()),
        st.builds(Timestamps, st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1)),
        st.builds(UnknownOption, st.just(254), st.binary(max_size=8)),
    ),
    max_size=4,
).filter(lambda some: len(encode_options(tuple(some))) <= 40)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 255), st.binary(max_size=30), options, st.booleans(), st.integers(0, 2**32 - 1))
def test_every_bit_is_in_one_cell_and_nothing_is_left_out(
    flags: int, payload: bytes, some: list[Option], six: bool, number: int
) -> None:
    one = segment(flags, payload, *some, six=six, seq=number, ack=number)
    found = taken_apart(one)
    octets = b"".join(layer.octets for layer in found)
    assert octets[12:] == encode_frame(one)[12:]  # behind the addresses of cards, which are made up
    assert decode_frame(octets) == one.replace(options=padded_options(one.options))
    for layer in found:
        cells = [cell for field in layer.fields for cell in field.cells]
        assert cells[0].start == 0
        assert all(one.start + one.bits == other.start for one, other in pairwise(cells))
        assert cells[-1].start + cells[-1].bits == 8 * len(layer.octets)
        if layer.key != "data":
            value = "".join(f"{cell.value:0{cell.bits}b}" for cell in cells)
            assert int(value, 2).to_bytes(len(layer.octets)) == layer.octets


def test_the_layers_have_both_names() -> None:
    assert [layer.key for layer in taken_apart(segment(ACK, b"hello"))] == ["ethernet", "ip", "tcp", "data"]
    text = Card(segment(ACK, b"hello")).text()
    for osi, tcp_ip, unit in EN.layers.values():
        assert re.search(rf"^{osi} +{unit} .*  {tcp_ip}$", text, re.MULTILINE)
    assert "[Ethernet 14] [IPv4 20] [TCP 20] [data 5]  Link" in text


def test_an_answer_comes_from_the_card_that_was_asked() -> None:
    asked, answer = segment(SYN), Segment("192.0.2.2", 80, "192.0.2.1", 40000, 1, 1001, SYN | ACK, 1000)
    one, other = (taken_apart(each)[0].octets for each in (asked, answer))
    assert one[:6] == other[6:12] != other[:6] == one[6:12]


def test_values_and_what_they_mean() -> None:
    found = {field.name: field for field in taken_apart(SYN_OF_LINUX)[2].fields}
    assert (found["destination port"].hexadecimal, found["destination port"].decimal) == ("0050", "80")
    assert (found["data offset"].decimal, found["data offset"].meaning) == ("10", "10 words of 4 octets: 40 octets")
    assert found["sequence number"].meaning == "the SYN’s own number, the initial one; 0 when counted from the start"
    assert found["control bits"].decimal == "SYN (S)"
    assert [cell.name for cell in found["control bits"].cells if cell.value] == ["SYN"]
    assert found["maximum segment size"].meaning == "the sender can take 1460 octets of data in a segment"
    assert found["window scale"].meaning == "the sender’s windows are to be multiplied by 128"
    assert found["timestamps"].decimal == "1, 0"
    assert [cell.name for cell in found["timestamps"].cells] == ["kind 8", "length 10", "value", "echo reply"]


@pytest.mark.parametrize(
    ("one", "name", "told"),
    [
        (segment(ACK, ack=8), "acknowledgment number", "the next number expected: .* 7 when counted from the start"),
        (segment(SYN), "acknowledgment number", "means nothing, for ACK is not set"),
        (segment(ACK, b"x", seq=1001), "sequence number", "the number of the first octet of data; 1 when .*"),
        (segment(FIN | ACK), "sequence number", "the FIN’s own number.*"),
        (segment(ACK, seq=999), "sequence number", "the next number not yet used; this segment takes none"),
        (segment(RST, seq=1001), "sequence number", "by it the receiver judges whether to believe the reset; .*"),
        (SYN_OF_LINUX, "timestamps", "the sender’s clock 1; it echoes nothing, for ACK is not set"),
        (segment(ACK, b"", Timestamps(3, 1)), "timestamps", "the sender’s clock 3, and the one it echoes 1"),
        (segment(ACK, wnd=0), "window", "the sender can take nothing now"),
        (segment(RST), "window", "means nothing in a reset"),
        (segment(URG, b"ab", up=2), "urgent pointer", "urgent data ends before number 2"),
        (segment(ACK, b"", WindowScale(200)), "window scale", ".* multiplied by 16384"),
        (segment(ACK, b"", Sack(((11, 21),))), "SACK", "arrived beyond the acknowledgment number: 10–20"),
        (segment(0), "control bits", "none is set"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_hangs_on_the_rest_of_the_segment(one: Segment, name: str, told: str) -> None:
    assert re.fullmatch(told, meaning(one, name))


def test_the_number_is_the_flights() -> None:
    run = tcpsim.run("scenarios/loss/syn-ack-lost.yaml")
    flight = run.trace.flights[1]
    text = Card(flight.segment, flight).text()
    assert text.startswith("Segment 2: server → client, SYN-ACK\nS. 0:0(0) ack 1 win 65535 <mss 1460>, sent at 0.020 s")
    assert Card(flight.segment).text().startswith("Segment: SYN-ACK\n192.0.2.2:80 → 192.0.2.1:40000  S. 300:300(0)")


def test_of_a_run() -> None:
    run = tcpsim.run("scenarios/loss/syn-ack-lost.yaml")
    card = run.card(2, lang="zh", around=False)
    assert isinstance(card, tcpsim.Card)
    assert card.text().startswith("报文段 2：server → client，SYN-ACK\n")
    assert tcpsim.card(run.segments[1]).segment is card.segment
    for number in (0, 15, -1):
        with pytest.raises(KeyError, match=f"no segment {number} in this run; there are 1 to 14"):
            run.card(number)


def test_who_has_no_host_is_an_address() -> None:
    run = tcpsim.run("scenarios/load/syn-flood.yaml")
    injected, answer = run.card(1).text(), run.card(202).text()
    assert injected.startswith("Segment 1: 203.0.113.1 → server, SYN\n")
    assert answer.startswith("Segment 202: server → 203.0.113.2, SYN-ACK\n")
    source, destination = (
        line for line in injected.splitlines() if re.match("(source|destination) address .*[.]", line)
    )
    assert source.endswith("203.0.113.1")
    assert destination.endswith("192.0.2.2         server")


def test_the_number_of_a_keep_alive_probe_is_old() -> None:
    run = tcpsim.run("scenarios/crash/keep-alive.yaml")
    probe = next(flight for flight in run.trace.flights if flight.probe == "keep-alive")
    assert "an old number, which the peer must answer" in " ".join(run.card(probe.number).text(width=120).split())


def test_an_option_that_there_is_not() -> None:
    with pytest.raises(TypeError, match="colour"):
        Card(segment(ACK), colour="red")  # type: ignore[call-arg]


def test_saved(tmp_path: Path) -> None:
    tcpsim.card(segment(ACK), around=False).save(tmp_path / "a.svg")
    assert (tmp_path / "a.svg").read_text("utf-8").endswith("</svg>\n")
    with pytest.raises(ValueError, match="cannot draw as 'gif'"):
        tcpsim.card(segment(ACK)).save(tmp_path / "a.gif")
    assert [file.name for file in tmp_path.iterdir()] == ["a.svg"]


def test_what_cannot_travel_has_no_card() -> None:
    with pytest.raises(ValueError, match="its field holds 0 to 65535"):
        Card(segment(ACK, wnd=70_000))
    with pytest.raises(ValueError, match="no theme 'pink'"):
        Card(segment(ACK), theme="pink")
    with pytest.raises(ValueError, match="no language 'xx'"):
        Card(segment(ACK), lang="xx")
    with pytest.raises(ValueError, match="cannot draw as 'gif'"):
        Card(segment(ACK)).picture("gif")


@pytest.mark.parametrize("field", [field.name for field in fields_of(EN)])
def test_both_languages_say_the_same_things(field: str) -> None:
    def holes(said: object) -> object:
        if isinstance(said, str):
            return sorted(name or "" for _, name, _, _ in Formatter().parse(said) if name is not None)
        if isinstance(said, tuple):
            return [holes(each) for each in said]
        assert isinstance(said, dict)
        return {key: holes(each) for key, each in said.items()}

    here, there = holes(getattr(EN, field)), holes(getattr(ZH, field))
    if field != "short":  # a name that is short already needs no shorter one
        assert here == there


# ---- as text --------------------------------------------------------------------------------------------------------


def test_it_looks_like_the_figure_of_the_rfc() -> None:
    lines = Card(segment(SYN | ACK, ack=9), around=False).text().splitlines()
    start = lines.index("┌───────────────────────────────┬───────────────────────────────┐")
    assert lines[start - 2 : start + 18] == [
        " 0                   1                   2                   3",
        " 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1",
        "┌───────────────────────────────┬───────────────────────────────┐",
        "│          source port          │       destination port        │",
        "│1 0 0 1 1 1 0 0 0 1 0 0 0 0 0 0│0 0 0 0 0 0 0 0 0 1 0 1 0 0 0 0│",
        "├───────────────────────────────┴───────────────────────────────┤",
        "│                        sequence number                        │",
        "│0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1 1 1 1 1 0 1 0 0 0│",
        "├───────────────────────────────────────────────────────────────┤",
        "│                     acknowledgment number                     │",
        "│0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1 0 0 1│",
        "├───────┬───────┬─┬─┬─┬─┬─┬─┬─┬─┬───────────────────────────────┤",
        "│ data  │       │C│E│U│A│P│R│S│F│                               │",
        "│offset │ rsrvd │W│C│R│C│S│S│Y│I│            window             │",
        "│       │       │R│E│G│K│H│T│N│N│                               │",
        "│0 1 0 1│0 0 0 0│0│0│0│1│0│0│1│0│1 1 1 1 1 0 1 0 1 1 1 1 0 0 0 0│",
        "├───────┴───────┴─┴─┴─┴─┴─┴─┴─┴─┼───────────────────────────────┤",
        "│           checksum            │        urgent pointer         │",
        "│1 0 0 1 0 0 0 0 0 1 0 1 1 1 0 0│0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0│",
        "└───────────────────────────────┴───────────────────────────────┘",
    ]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("one", ALL_KINDS, ids=lambda one: one.kind)
def test_eighty_columns_are_enough(one: Segment, lang: str) -> None:
    for line in Card(one, lang=lang).text().splitlines():
        assert columns(line) <= 80, line
        assert line == line.rstrip()


@pytest.mark.parametrize("one", ALL_KINDS, ids=lambda one: one.kind)
def test_ascii_alone(one: Segment) -> None:
    text = Card(one).text(ascii_only=True)
    assert text.isascii()
    assert len(text) == len(Card(one).text())


def test_in_chinese_only_the_lines_can_be_ascii() -> None:
    text = Card(SYN_OF_LINUX, lang="zh").text(ascii_only=True)
    assert "|            源端口             |" in text
    assert not set("│─┼") & set(text)


def test_all_octets_are_there_a_bar_where_a_field_ends() -> None:
    lines = Card(segment(ACK, b"hello")).text().splitlines()
    assert lines[-4:] == [
        "         001e c0 00 02 02                                      ....",
        "TCP      0022 9c 40│00 50│00 00 03 e8│00 00 00 00│50│10│fa f0│ .@.P........P...",
        "         0032 4c 90│00 00                                      L...",
        "data     0036 68 65 6c 6c 6f                                   hello",
    ]


def test_of_much_data_the_beginning() -> None:
    text = Card(segment(ACK, b"x" * 1460)).text()
    assert "… and 1,396 octets of data more" in text
    assert text.count("x" * 16) == 4


def test_colours_of_a_terminal_are_those_of_the_fields() -> None:
    text = Card(segment(SYN), around=False).text(color=True)
    assert "\x1b[36msource port\x1b[0m" in text
    assert "\x1b[36m9c\x1b[0m \x1b[36m40\x1b[0m│\x1b[33m00" in text
    assert re.sub(r"\x1b\[\d+m", "", text) == Card(segment(SYN), around=False).text()


# ---- as a picture ---------------------------------------------------------------------------------------------------


def placed(one: Segment, lang: str = "en", *, around: bool = True) -> Sheet:
    subtitle = "as it is told " * 20
    return sheet(taken_apart(one, lang), card_words(lang), title="A title " * 30, subtitle=subtitle, around=around)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("one", ALL_KINDS, ids=lambda one: one.kind)
def test_no_words_lie_on_others_and_none_leave_the_card(one: Segment, lang: str) -> None:
    for around in (True, False):
        drawing = placed(one, lang, around=around)
        boxes = [(written.text.words, written.box) for written in drawing.all_words() if written.text.words]
        boxes.sort(key=lambda each: each[1].y - each[1].height)
        for k, (words, box) in enumerate(boxes):
            assert all(0 <= at.x <= drawing.width and 0 <= at.y <= drawing.height for at in box.corners()), words
            for other, another in boxes[k + 1 :]:
                if another.y - another.height > box.y + box.height:
                    break
                assert not box.overlaps(another), (words, other)


def test_names_stay_in_their_cells() -> None:
    for one in ALL_KINDS:
        for thing in placed(one).things:
            for name in (written for written in thing.words if written.text.role == "cell"):
                assert any(
                    box.x - box.width / 2 <= min(c.x for c in name.box.corners())
                    and max(c.x for c in name.box.corners()) <= box.x + box.width / 2
                    for box, _ in thing.fills
                ), name


def test_an_octet_has_the_colour_that_its_field_has_in_the_header() -> None:
    drawing = placed(segment(SYN | ACK, b"hello", MaximumSegmentSize(1460)))
    things = {thing.gid: thing for thing in drawing.things if thing.gid}
    digits = 0
    for gid, thing in things.items():
        if gid.startswith("octets-"):
            digits += len(thing.fills)
            colours = {colour for _, colour in thing.fills}
            assert len(colours) == 1
            header = things.get(gid.replace("octets-", "field-"))
            if header is not None:
                assert colours == {colour for _, colour in header.fills if colour is not None}
                assert colours == {things[gid.replace("octets-", "meaning-")].fills[0][1]}
    assert digits == 2 * (14 + 20 + 24 + 5)


def test_a_control_bit_that_is_not_set_is_blank() -> None:
    things = {thing.gid: thing for thing in placed(segment(SYN)).things}
    assert [colour is not None for _, colour in things["field-tcp-104"].fills] == [False] * 6 + [True, False]


def test_tooltips_and_identifiers() -> None:
    svg = Card(SYN_OF_LINUX).picture().decode()
    ids = re.findall(r'<g id="((?:field|octets|meaning|layer|grid)[^"]*)">', svg)
    assert len(ids) == len(set(ids))
    assert (
        svg.count("<title>window: 0xfaf0 = 64240\noctets that the sender can take; a SYN’s is not scaled</title>") == 3
    )


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
def test_the_same_bytes_every_time(suffix: str) -> None:
    card = Card(segment(ACK), around=False, theme="print")
    assert card.picture(suffix) == card.picture(suffix)


def test_nor_do_they_hang_on_the_order_of_hashes() -> None:
    script = (
        "import tcpsim, hashlib; run = tcpsim.run('scenarios/closing/abort.yaml');"
        "from tcpsim.views.statechart import picture, ways_of;"
        "print([hashlib.sha256(each).hexdigest() for each in"
        " (run.card(1).picture(), picture('svg', ways_of(run.trace, ())))])"
    )
    told = {
        subprocess.run(  # noqa: S603 - this very Python
            [sys.executable, "-c", script], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1


def test_a_notebook_shows_it() -> None:
    shown = Card(segment(ACK), around=False)._repr_mimebundle_()
    assert shown["image/svg+xml"].startswith("<?xml")
    assert shown["text/plain"].startswith("Segment: ACK")


def test_it_fits_into_axes_of_ones_own() -> None:
    from matplotlib.figure import Figure

    ax = Figure(figsize=(4, 3)).add_subplot()
    assert Card(segment(ACK)).plot(ax) is ax
