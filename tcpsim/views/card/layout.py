"""Where everything of a segment card stands: the layers one in another, each header bit by bit, and all octets.

Lives here: places. Must not be known here: what a field means (`content` has said it), ink.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from tcpsim.views.card.content import Cell, Field, Layer
from tcpsim.views.card.shapes import Sheet, Thing, Written, mono
from tcpsim.views.columns import wrapped
from tcpsim.views.languages.card import CardWords
from tcpsim.views.metrics import fitted, text_width
from tcpsim.views.shapes import Box, Point, Text

WIDTH = 1000.0
_MARGIN = 24.0
_BIT = 13.0  # the width of a bit
_ROW = 38.0  # the height of 32 of them
_GRID = _MARGIN, _MARGIN + 32 * _BIT
_TABLE = _GRID[1] + 22  # where the list of fields begins; its columns from there
_NAME, _HEX, _DECIMAL, _MEANING = _TABLE + 15, _TABLE + 152, _TABLE + 222, _TABLE + 318
_LINE = 11.5
_MOST_DIGITS = 12  # hexadecimal digits in the list; more are cut short
_STAIR = 28.0
_STAIRS = 176.0, 824.0
_OCTET = 21.0
_PER_LINE = 16
_DUMP_LINE = 18.0
_MOST_DATA = 64  # octets of data that are shown
_LEAST_FRAME = 60  # octets, without the check sequence (IEEE 802.3 §3.2.8)


def sheet(found: list[Layer], words: CardWords, *, title: str, subtitle: str, around: bool) -> Sheet:
    """The card of a segment: its layers from outside inwards. Without what is `around` it, the segment alone."""
    return _Sheet(found, words, around).placed(title, subtitle)


@dataclass(frozen=True, slots=True)
class _Coloured:
    """A field with the colour it has everywhere on the card, and the layer it belongs to."""

    layer: Layer
    field: Field
    colour: int

    @property
    def gid(self) -> str:
        return f"{self.layer.key}-{self.field.start}"

    @property
    def title(self) -> str:
        field = self.field
        value = " = ".join(filter(None, (f"0x{field.hexadecimal}", field.decimal)))
        return f"{field.name}: {value}\n{field.meaning}".strip()


class _Sheet:
    """One card in the making."""

    def __init__(self, found: list[Layer], words: CardWords, around: bool) -> None:
        self.words = words
        self.around = around
        self.found = found if around else [layer for layer in found if layer.key in {"tcp", "data"}]
        self.drawing = Sheet(WIDTH)
        # Neighbours in the order of the wire have different colours, across layers too.
        fields = [(layer, each) for layer in self.found for each in layer.fields]
        self.fields = [_Coloured(layer, each, colour) for colour, (layer, each) in enumerate(fields)]

    def placed(self, title: str, subtitle: str) -> Sheet:
        y = self._title(title, subtitle)
        if self.around:
            y = self._stairs(y)
        for key in ("tcp", "ip", "ethernet"):
            for layer in self.found:
                if layer.key == key:
                    y = self._header(layer, y)
        self.drawing.height = self._octets(y) + 12
        return self.drawing

    # ---- words ------------------------------------------------------------------------------------------------------

    def _title(self, title: str, subtitle: str) -> float:
        big = Text(fitted(title, 14, WIDTH - 2 * _MARGIN, bold=True), Point(_MARGIN, 24), "title", 14, True, "left")
        small = Text(fitted(subtitle, 10, WIDTH - 2 * _MARGIN), Point(_MARGIN, 43), "subtitle", 10, False, "left")
        self.drawing.things.append(Thing("title", "", words=[Written(big), Written(small, quiet=True)]))
        return 62.0

    def _heading(self, words: str, y: float) -> float:
        text = Text(words, Point(_MARGIN, y + 12), "heading", 10.5, True, "left")
        self.drawing.things.append(Thing("", "", words=[Written(text)]))
        return y + 24

    # ---- layer in layer ---------------------------------------------------------------------------------------------

    def _stairs(self, y: float) -> float:
        words = self.words
        y = self._heading(words.encapsulation, y)
        heads = (
            Text(words.osi, Point(_MARGIN, y + 7), "heading", 9, False, "left"),
            Text(words.tcp_ip, Point(_STAIRS[1] + 16, y + 7), "heading", 9, False, "left"),
        )
        self.drawing.things.append(Thing("", "", words=[Written(text, quiet=True) for text in heads]))
        y += 17
        edges = self._stair_edges()
        with_data = self.found[-1].key == "data"
        rows = [*reversed(self.found)] if with_data else [None, *reversed(self.found)]
        for row, layer in enumerate(rows):
            self._stair(layer, edges[len(rows) - 1 - row :], y + row * _STAIR, with_data)
        y += len(rows) * _STAIR
        octets = sum(len(layer.octets) for layer in self.found)
        missing = _LEAST_FRAME - octets
        note = words.card_pads.format(count=missing) if missing > 0 else words.card_adds
        text = Text(note, Point(_STAIRS[0], y + 8), "note", 8.5, False, "left")
        self.drawing.things.append(Thing("", "", words=[Written(text, quiet=True)]))
        return y + 26

    def _stair_edges(self) -> list[tuple[str, int, float, float, str]]:
        """From the outermost layer inwards: its key, octets, left edge, right edge, name. The data comes last."""
        left, edges = _STAIRS[0], []
        for layer, width in zip(self.found, (158.0, 144.0, 144.0, 0.0), strict=False):
            right = left + width if layer.key != "data" else _STAIRS[1]
            edges.append((layer.key, len(layer.octets), left, right, layer.name))
            left = right
        if self.found[-1].key != "data":
            edges.append(("data", 0, left, _STAIRS[1], self.words.no_data))
        return edges

    def _stair(
        self, layer: Layer | None, edges: list[tuple[str, int, float, float, str]], y: float, with_data: bool
    ) -> None:
        """One layer: its own header and what it carries, between its names in the two models."""
        words = self.words
        key = layer.key if layer else "data"
        osi, tcp_ip, unit = words.layers[key]
        centre = y + _STAIR / 2
        thing = Thing(f"layer-{key}", f"{osi}: {unit}")
        left = Text(f"{osi} · {unit}", Point(_MARGIN, centre), "layer", 9.5, False, "left")
        thing.words.append(Written(left))
        thing.words.append(Written(Text(tcp_ip, Point(_STAIRS[1] + 16, centre), "layer", 9.5, False, "left")))
        for number, (part, octets, start, end, name) in enumerate(edges):
            if part == "data" and not with_data and number:
                continue
            box = Box((start + end) / 2, centre, end - start, _STAIR - 5)
            empty = part == "data" and not with_data
            thing.fills.append((box, None if empty else _LAYER_COLOURS[part]))
            thing.lines += _outline(box)
            told = name if empty else words.header.format(name=name, octets=octets)
            if part == "data" and not empty:
                told = words.data_octets.format(octets=f"{octets:,}")
            shown = told if number == 0 else name
            size = 9.0
            bold = number == 0 and not empty
            shown = fitted(shown, size, end - start - 6, bold=bold)
            thing.words.append(Written(Text(shown, Point(box.x, centre), "layer", size, bold), quiet=empty))
        self.drawing.things.append(thing)

    # ---- a header, bit by bit ---------------------------------------------------------------------------------------

    def _header(self, layer: Layer, y: float) -> float:
        y = self._heading(self.words.header.format(name=layer.name, octets=len(layer.octets)), y)
        self._scale(y)
        self._column_heads(y)
        y += 18
        fields = [each for each in self.fields if each.layer is layer]
        for each in fields:
            self._cells(each, y)
        self.drawing.things.append(Thing(f"grid-{layer.key}", layer.name, lines=list(_grid_lines(layer, y))))
        below = y + -(-len(layer.octets) // 4) * _ROW
        return max(below, self._list(fields, y + 2)) + 14

    def _scale(self, y: float) -> None:
        """The numbers of the bits, as the RFCs have them above their figures."""
        thing = Thing("", "")
        for bit in range(32):
            centre = Point(_GRID[0] + (bit + 0.5) * _BIT, y + 10)
            thing.words.append(mono(str(bit), centre, 6.5, quiet=True))
        self.drawing.things.append(thing)

    def _column_heads(self, y: float) -> None:
        words = self.words
        heads = (_NAME, words.field), (_HEX, words.hexadecimal), (_DECIMAL, words.decimal), (_MEANING, words.meaning)
        texts = [Text(told, Point(x, y + 10), "heading", 8, False, "left") for x, told in heads]
        self.drawing.things.append(Thing("", "", words=[Written(text, quiet=True) for text in texts]))

    def _cells(self, each: _Coloured, top: float) -> None:
        """A field's cells: colour, name, and every bit."""
        thing = Thing(f"field-{each.gid}", each.title)
        value = int.from_bytes(each.layer.octets)
        last = len(each.layer.octets) * 8 - 1
        for cell in each.field.cells:
            chunks = list(_chunks(cell, top))
            colour = None if cell.flag and not cell.value else each.colour
            thing.fills += [(box, colour) for box in chunks]
            thing.words.append(_cell_name(cell, max(chunks, key=lambda box: box.width)))
            for bit in range(cell.start, cell.start + cell.bits):
                row, column = divmod(bit, 32)
                centre = Point(_GRID[0] + (column + 0.5) * _BIT, top + row * _ROW + _ROW - 9)
                is_set = value >> (last - bit) & 1
                thing.words.append(mono(str(is_set), centre, 8, bold=bool(is_set)))
        self.drawing.things.append(thing)

    def _list(self, fields: list[_Coloured], y: float) -> float:
        """The fields one below another: name, value, meaning. Returns where it ends."""
        for each in fields:
            field = each.field
            thing = Thing(f"meaning-{each.gid}", each.title)
            box = Box(_TABLE + 4.5, y + 6, 9, 9)
            thing.fills.append((box, each.colour))
            thing.lines += _outline(box)
            middle = y + 6
            digits = field.hexadecimal if len(field.hexadecimal) <= _MOST_DIGITS else field.hexadecimal[:8] + "…"
            name = fitted(field.name, 9, _HEX - _NAME - 4, bold=True)
            thing.words.append(Written(Text(name, Point(_NAME, middle), "name", 9, True, "left")))
            thing.words.append(Written(Text(digits, Point(_HEX, middle), "hex", 8.5, False, "left"), mono=True))
            lines = _lines(field.meaning, 8.5, WIDTH - _MARGIN - _MEANING)
            long = text_width(field.decimal, 8.5) > _MEANING - _DECIMAL - 6
            thing.words.append(Written(Text(field.decimal, Point(_DECIMAL, middle), "decimal", 8.5, False, "left")))
            if long and lines:
                lines = ["", *lines]
            for k, line in enumerate(lines):
                text = Text(line, Point(_MEANING, middle + k * _LINE), "meaning", 8.5, False, "left")
                thing.words.append(Written(text, quiet=True))
            self.drawing.things.append(thing)
            y += max(len(lines), 1) * _LINE + 5
        return y

    # ---- the octets -------------------------------------------------------------------------------------------------

    def _octets(self, y: float) -> float:
        """Every octet, each of its hexadecimal digits in the colour of the field that it belongs to."""
        every = b"".join(layer.octets for layer in self.found)
        y = self._heading(self.words.on_the_wire.format(octets=f"{len(every):,}"), y) + 2
        headers = len(every) - (len(self.found[-1].octets) if self.found[-1].key == "data" else 0)
        shown = min(len(every), headers + _MOST_DATA)
        if len(every) - shown < _PER_LINE:
            shown = len(every)
        things = {id(each.field): Thing(f"octets-{each.gid}", each.title) for each in self.fields}
        owners = list(self._owners())
        for at in range(shown):
            line, column = divmod(at, _PER_LINE)
            left, middle = _MARGIN + 42 + column * _OCTET, y + line * _DUMP_LINE + _DUMP_LINE / 2
            digits = f"{every[at]:02x}"
            for half in (0, 1):
                each = owners[2 * at + half]
                box = Box(left + (half + 0.5) * _OCTET / 2, middle, _OCTET / 2, _DUMP_LINE - 2)
                things[id(each.field)].fills.append((box, each.colour))
                place = Point(box.x + (2.0 if half == 0 else -2.0), middle)
                things[id(each.field)].words.append(mono(digits[half], place, 9))
        self.drawing.things += things.values()
        self._beside_octets(every[:shown], y)
        y += -(-shown // _PER_LINE) * _DUMP_LINE
        if shown < len(every):
            more = self.words.more_octets.format(count=f"{len(every) - shown:,}")
            text = Text(more, Point(_MARGIN + 42, y + 8), "note", 9, False, "left")
            self.drawing.things.append(Thing("", "", words=[Written(text, quiet=True)]))
            y += 16
        return y

    def _owners(self) -> Iterator[_Coloured]:
        """The field of every hexadecimal digit; of a digit that two share (IPv4's flags), the first."""
        for layer in self.found:
            fields = [each for each in self.fields if each.layer is layer]
            for bit in range(0, len(layer.octets) * 8, 4):
                yield next(each for each in reversed(fields) if each.field.start <= bit)

    def _beside_octets(self, shown: bytes, y: float) -> None:
        """Where each line begins, its octets as characters, and which layers it has."""
        thing = Thing("layers-of-octets", "")
        right = _MARGIN + 42 + _PER_LINE * _OCTET
        ends, end = [], 0
        for layer in self.found:
            end += len(layer.octets)
            ends.append((end, layer.name))
            line, column = divmod(end, _PER_LINE)
            x, top = _MARGIN + 42 + column * _OCTET, y + line * _DUMP_LINE
            if end < len(shown) and column:
                thing.lines.append((Point(x, top), Point(x, top + _DUMP_LINE)))
        for start in range(0, len(shown), _PER_LINE):
            middle = y + start / _PER_LINE * _DUMP_LINE + _DUMP_LINE / 2
            offset = Text(f"{start:04x}", Point(_MARGIN, middle), "offset", 9, False, "left")
            part = shown[start : start + _PER_LINE]
            characters = "".join(chr(octet) if 32 <= octet < 127 else "·" for octet in part)
            readable = Text(characters, Point(right + 18, middle), "characters", 9, False, "left")
            thing.words += [Written(offset, mono=True, quiet=True), Written(readable, mono=True)]
            here = [next(name for end, name in ends if at < end) for at in range(start, start + len(part))]
            told = " · ".join(name for name, _ in groupby(here))
            layers = Text(told, Point(right + 18 + 16 * 5.5 + 24, middle), "layers", 9, False, "left")
            thing.words.append(Written(layers, quiet=True))
        self.drawing.things.append(thing)


_LAYER_COLOURS = {"data": 1, "tcp": 0, "ip": 2, "ethernet": 5}


def _lines(words: str, size: float, room: float) -> list[str]:
    """The words in as many lines as they need: as many columns to a line as fit."""
    for columns in range(int(room / size * 2), 8, -2):
        lines = wrapped(words, columns)
        if all(text_width(line, size) <= room for line in lines):
            return lines
    return [fitted(words, size, room)]


def _outline(box: Box) -> list[tuple[Point, Point]]:
    corners = box.corners()
    return [(corners[k - 1], corner) for k, corner in enumerate(corners)]


def _chunks(cell: Cell, top: float) -> Iterator[Box]:
    """A cell's boxes, one for each row that it has bits in."""
    for row in range(cell.start // 32, (cell.start + cell.bits - 1) // 32 + 1):
        first, last = max(cell.start, row * 32) % 32, (min(cell.start + cell.bits, row * 32 + 32) - 1) % 32
        width = (last - first + 1) * _BIT
        yield Box(_GRID[0] + first * _BIT + width / 2, top + row * _ROW + _ROW / 2, width, _ROW)


def _cell_name(cell: Cell, chunk: Box) -> Written:
    """A cell's name, small enough to fit; that of a single bit stands upright."""
    if cell.bits == 1:
        return Written(Text(cell.name, Point(chunk.x, chunk.y - 6), "cell", 7.0, bool(cell.value), angle=90))
    room, at = chunk.width - 4, Point(chunk.x, chunk.y - 7)
    for name, size in ((cell.name, 9.0), (cell.name, 8.0), (cell.short or cell.name, 8.0)):
        if text_width(name, size) <= room:
            return Written(Text(name, at, "cell", size))
    return Written(Text(fitted(cell.short or cell.name, 7.0, room), at, "cell", 7.0))


def _grid_lines(layer: Layer, top: float) -> Iterator[tuple[Point, Point]]:
    """The lines between cells, and around them all: wherever two neighbouring bits belong to different cells."""
    cells = [cell for each in layer.fields for cell in each.cells]
    owner = {bit: number for number, cell in enumerate(cells) for bit in range(cell.start, cell.start + cell.bits)}
    rows = -(-len(layer.octets) * 8 // 32)
    for row in range(rows + 1):
        y = top + row * _ROW
        apart = [owner.get(row * 32 + bit) != owner.get(row * 32 + bit - 32) for bit in range(32)]
        if row == 0:
            apart = [True] * 32
        yield from ((Point(start, y), Point(end, y)) for start, end in _runs(apart))
    for bit, number in owner.items():
        row, column = divmod(bit, 32)
        x, y = _GRID[0] + column * _BIT, top + row * _ROW
        if column == 0 or owner[bit - 1] != number:
            yield Point(x, y), Point(x, y + _ROW)
        if column == 31 or bit + 1 not in owner:
            yield Point(x + _BIT, y), Point(x + _BIT, y + _ROW)


def _runs(apart: list[bool]) -> Iterator[tuple[float, float]]:
    """The stretches in which bits are apart, as places."""
    at = 0
    for is_apart, run in groupby(apart):
        count = len(list(run))
        if is_apart:
            yield _GRID[0] + at * _BIT, _GRID[0] + (at + count) * _BIT
        at += count
