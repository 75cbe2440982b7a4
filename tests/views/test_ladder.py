"""The sequence diagram as ink: artists, files, and nothing left behind."""

import warnings
from collections import Counter
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import TextPath
from stories import STORIES, duplicated_fin, long_story, lost_syn_ack, plain_handshake, three_hosts

from tcpsim.views.figures import rendered, save
from tcpsim.views.ladder import ladder
from tcpsim.views.ladder.layout import layout
from tcpsim.views.metrics import text_width

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", STORIES)
def test_every_event_is_one_artist_and_one_titled_group_of_the_svg(name: str) -> None:
    trace = STORIES[name]()
    ax = ladder(trace, title="A & B <C>", footer="seed 0")
    gids = Counter(artist.get_gid() for artist in ax.findobj() if artist.get_gid())
    assert set(gids.values()) == {1}
    assert set(layout(trace).gids()) <= set(gids)
    root = ET.fromstring(rendered(ax))  # noqa: S314 - our own bytes
    titled = {group.get("id"): group.findtext(f"{SVG}title") for group in root.iter(f"{SVG}g")}
    for gid in layout(trace).gids():
        assert titled[gid]


def test_svg_keeps_text_as_text() -> None:
    svg = rendered(ladder(lost_syn_ack(), title="Lost SYN-ACK")).decode()
    for words in ("Lost SYN-ACK", "SYN 0:0(0) &lt;mss 1460&gt;", "lost", "retransmission 1, RTO 1 s", "ESTABLISHED"):
        assert f">{words}<" in svg


@pytest.mark.parametrize("kind", ["svg", "png", "pdf"])
def test_two_runs_give_the_same_bytes(kind: str) -> None:
    assert rendered(ladder(duplicated_fin(), title="x"), kind) == rendered(ladder(duplicated_fin(), title="x"), kind)


def test_a_readers_own_settings_change_nothing() -> None:
    usual = rendered(ladder(plain_handshake(), title="x"))
    with mpl.rc_context({"savefig.bbox": "tight", "svg.fonttype": "path", "font.size": 30, "text.usetex": True}):
        assert rendered(ladder(plain_handshake(), title="x")) == usual


def test_a_title_that_looks_like_mathematics_or_has_foreign_letters_is_only_text() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for kind in ("svg", "png", "pdf"):
            octets = rendered(ladder(plain_handshake(), title="$5 & 三次握手 $x^"), kind)
            assert octets
    assert ">$5 &amp; 三次握手 $x^<" in rendered(ladder(plain_handshake(), title="$5 & 三次握手 $x^")).decode()


def test_save_by_suffix_by_format_and_into_a_file(tmp_path: Path) -> None:
    ax = ladder(plain_handshake())
    save(ax, tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    save(ax, str(tmp_path / "b"), format="pdf")
    assert (tmp_path / "b").read_bytes().startswith(b"%PDF")
    buffer = BytesIO()
    save(ax, buffer)
    assert buffer.getvalue() == rendered(ax, "svg")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "b"]


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "a.gif"
    target.write_text("as it was")
    with pytest.raises(ValueError, match="cannot draw as 'gif': the formats are svg, png, pdf"):
        save(ladder(plain_handshake()), target)
    assert target.read_text() == "as it was"
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(OSError, match="folder"):
        save(ladder(plain_handshake()), tmp_path / "folder.svg")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.gif", "folder.svg"]


def test_axes_that_are_given_are_filled_and_returned() -> None:
    figure = Figure(figsize=(8, 5))
    left, right = figure.subplots(1, 2)
    assert ladder(plain_handshake(), ax=left) is left
    assert not right.findobj(lambda artist: (artist.get_gid() or "").startswith("seg-"))
    sizes = [text.get_fontsize() for text in left.findobj(Text) if text.get_text() == "client"]
    assert sizes
    assert float(sizes[0]) < 5
    assert rendered(figure)


def test_what_is_estimated_is_a_little_more_than_the_font_takes() -> None:
    for words in ("SYN-ACK 0:0(0) ack 1 <mss 1460>", "retransmission 1, RTO 1 s", "FIN-WAIT-2", "SYN-RECEIVED"):
        for bold in (False, True):
            font = FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")
            true = TextPath((0, 0), words, size=100, prop=font).get_extents().width
            assert true <= text_width(words, 100, bold=bold) <= 1.08 * true


def test_words_are_drawn_where_matplotlib_itself_would_draw_them() -> None:
    ax = ladder(three_hosts())
    figure = ax.figure
    assert isinstance(figure, Figure)
    drawing = layout(three_hosts())
    (text,) = [text for text in drawing.texts if text.words == "client-2" and text.role == "host"]
    (artist,) = [a for a in ax.findobj(Text) if a.get_text() == "client-2" and a.get_fontsize() == text.size]
    box = artist.get_window_extent().transformed(ax.transData.inverted())
    assert (box.x0 + box.x1) / 2 == pytest.approx(text.box.x, abs=0.5)
    assert (box.y0 + box.y1) / 2 == pytest.approx(text.box.y, abs=0.8)


def test_a_long_diagram_is_drawn_and_fits_a_png() -> None:
    ax = ladder(long_story(200))
    assert rendered(ax, "svg")
    assert rendered(ladder(long_story(60)), "png").startswith(b"\x89PNG")
