"""The segment card as text: 80 columns, in the manner of the RFCs' figures, with ASCII alone where that is wanted.

Lives here: type. Must not be known here: what a field means (`content` has said it).
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from tcpsim.views.card.content import Cell, Field, Layer
from tcpsim.views.columns import columns, ljust, wrapped
from tcpsim.views.languages.card import CardWords

_NAME, _HEX, _DECIMAL = 23, 10, 18  # columns of the list; the rest is for the meaning
_MOST_DIGITS = 8  # hexadecimal digits in the list; more are cut short
_PER_LINE: Final = 16
_LAYER: Final = 9  # columns of a layer's name
_MOST_DATA: Final = 64  # octets of data that are shown
_COLOURS: Final = (36, 33, 32, 35, 34, 31)  # of the terminal, for fields one after another
# Which of them has an arm to the left, to the right, up, down.
_ARMS: Final = {"lr": "─", "ud": "│", "lrud": "┼", "rd": "┌", "lrd": "┬", "ld": "┐", "rud": "├", "lud": "┤", "ru": "└",
                "lru": "┴", "lu": "┘"}  # fmt: skip
_ASCII: Final = str.maketrans(
    {"│": "|", "─": "-", "…": "~", "·": ".", "→": ">", "–": "-", "’": "'", **dict.fromkeys("┼┌┬┐├┤└┴┘", "+")}
)


def card_text(
    found: list[Layer], words: CardWords, *, title: str, subtitle: str, around: bool, width: int, color: bool
) -> Iterator[str]:
    """The lines of a card. Without what is `around` the segment, the segment alone."""
    yield title
    yield from wrapped(subtitle, width)
    shown = found if around else [layer for layer in found if layer.key in {"tcp", "data"}]
    if around:
        yield ""
        yield from _stairs(shown, words)
    paint = _Paint([field for layer in shown for field in layer.fields], color)
    for key in ("tcp", "ip", "ethernet"):
        for layer in shown:
            if layer.key == key:
                yield ""
                yield words.header.format(name=layer.name, octets=len(layer.octets))
                yield ""
                yield from _grid(layer)
                yield ""
                yield from _list(layer, words, width, paint)
    yield ""
    yield from _octets(shown, words, paint)


def in_ascii(text: str) -> str:
    """The text with lines of - and |, and ASCII in place of other signs. Chinese characters stay what they are."""
    return text.translate(_ASCII)


class _Paint:
    """Gives every field its colour on a terminal, or none."""

    def __init__(self, fields: list[Field], color: bool) -> None:
        self.colours = {id(field): _COLOURS[k % len(_COLOURS)] for k, field in enumerate(fields)} if color else {}

    def __call__(self, field: Field, words: str) -> str:
        colour = self.colours.get(id(field))
        return f"\x1b[{colour}m{words}\x1b[0m" if colour else words


def _stairs(found: list[Layer], words: CardWords) -> Iterator[str]:
    """Each layer in front of what it carries, between its names in the two models."""
    blocks = [f"[{layer.name} {len(layer.octets)}]" for layer in found]
    inner = [*range(len(found) - 1, -1, -1)]
    rows = [(words.layers[found[k].key], " ".join(blocks[k:])) for k in inner]
    if found[-1].key != "data":
        rows.insert(0, (words.layers["data"], f"({words.no_data})"))
    osi = max(columns(row[0][0]) for row in rows) + 2
    unit = max(columns(row[0][2]) for row in rows) + 1
    wide = max(columns(row[1]) for row in rows)
    yield f"{ljust(words.osi, osi + unit + wide + 2)}{words.tcp_ip}"
    for (name, tcp_ip, what), carried in rows:
        yield f"{ljust(name, osi)}{ljust(what, unit)}{' ' * (wide - columns(carried))}{carried}  {tcp_ip}"


# ---- a header, bit by bit -------------------------------------------------------------------------------------------


def _grid(layer: Layer) -> Iterator[str]:
    """The header as the RFCs draw it, 32 bits a row, each cell with its name and its bits."""
    cells = [cell for field in layer.fields for cell in field.cells]
    owner = [number for number, cell in enumerate(cells) for _ in range(cell.bits)]
    rows = [owner[start : start + 32] for start in range(0, len(owner), 32)]
    bits = f"{int.from_bytes(layer.octets):0{len(owner)}b}"
    yield " " + "".join(f"{bit // 10 if bit % 10 == 0 else '':<2}" for bit in range(32)).rstrip()
    yield " " + " ".join(str(bit % 10) for bit in range(32))
    for number, row in enumerate(rows):
        yield _rule(rows[number - 1] if number else [], row)
        stretches = [(cells[cell], len(list(run))) for cell, run in groupby(row)]
        told = [_named(cell, count, _belongs_into(cell, number)) for cell, count in stretches]
        high = max(map(len, told))
        for line in range(high):
            parts = [
                _middle(lines, line, high, 2 * count - 1) for lines, (_, count) in zip(told, stretches, strict=True)
            ]
            yield f"│{'│'.join(parts)}│"
        at, parts = number * 32, []
        for _, count in stretches:
            parts.append(" ".join(bits[at : at + count]))
            at += count
        yield f"│{'│'.join(parts)}│"
    yield _rule(rows[-1], [])


def _belongs_into(cell: Cell, row: int) -> bool:
    """Whether a cell's name belongs into this row: the first of those that have most of its bits."""
    shares = [
        min(cell.start + cell.bits, each * 32 + 32) - max(cell.start, each * 32)
        for each in range(cell.start // 32, (cell.start + cell.bits - 1) // 32 + 1)
    ]
    return row == cell.start // 32 + shares.index(max(shares))


def _named(cell: Cell, bits: int, named: bool) -> list[str]:
    """A cell's name in lines that fit: a single bit's stands upright, as in RFC 9293's figure 1."""
    room = 2 * bits - 1
    if bits == 1:
        return list(cell.name)
    if not named:
        return [""]
    name = cell.name if columns(cell.name) <= room or not cell.short else cell.short
    return wrapped(name, room) or [""]


def _middle(lines: list[str], line: int, high: int, room: int) -> str:
    """One line of a cell, its words in the middle of it both ways."""
    at = line - (high - len(lines)) // 2
    words = lines[at] if 0 <= at < len(lines) else ""
    left = (room - columns(words)) // 2
    return ljust(" " * left + words, room)


def _rule(above: list[int], below: list[int]) -> str:
    """The line between two rows: arms wherever two neighbouring bits belong to different cells."""
    line = []
    for at in range(65):
        bit, between = divmod(at, 2)
        if between:
            line.append("─" if _cell(above, bit) != _cell(below, bit) else " ")
            continue
        left = bit > 0 and _cell(above, bit - 1) != _cell(below, bit - 1)
        right = bit < 32 and _cell(above, bit) != _cell(below, bit)
        up = _cell(above, bit - 1) != _cell(above, bit)
        down = _cell(below, bit - 1) != _cell(below, bit)
        arms = "l" * left + "r" * right + "u" * up + "d" * down
        line.append(_ARMS.get(arms, " "))
    return "".join(line).rstrip()


def _cell(row: list[int], bit: int) -> int:
    return row[bit] if 0 <= bit < len(row) else -1


# ---- the fields, the octets -----------------------------------------------------------------------------------------


def _list(layer: Layer, words: CardWords, width: int, paint: _Paint) -> Iterator[str]:
    """The fields one below another: name, value, meaning."""
    heads = ljust(words.field, _NAME), ljust(words.hexadecimal, _HEX), ljust(words.decimal, _DECIMAL)
    yield "".join(heads) + words.meaning
    before = _NAME + _HEX + _DECIMAL
    for field in layer.fields:
        digits = field.hexadecimal if len(field.hexadecimal) <= _MOST_DIGITS else field.hexadecimal[:7] + "…"
        meaning = wrapped(field.meaning, max(width - before, 20))
        name = paint(field, field.name) + " " * (_NAME - columns(field.name))
        start = f"{name}{ljust(digits, _HEX)}"
        if columns(field.decimal) < _DECIMAL:
            yield f"{start}{ljust(field.decimal, _DECIMAL)}{meaning.pop(0) if meaning else ''}".rstrip()
        else:
            yield f"{start}{field.decimal}"
        yield from (" " * before + line for line in meaning)


def _octets(found: list[Layer], words: CardWords, paint: _Paint) -> Iterator[str]:
    """All octets, layer by layer, a bar wherever a field ends; with colours, each in that of its field."""
    every = sum(len(layer.octets) for layer in found)
    yield words.octets_in_type.format(octets=f"{every:,}")
    yield ""
    at = 0
    for layer in found:
        octets, more = layer.octets, 0
        if layer.key == "data" and len(octets) >= _MOST_DATA + _PER_LINE:
            octets, more = octets[:_MOST_DATA], len(octets) - _MOST_DATA
        owners = list(_owners(layer))
        for start in range(0, len(octets), _PER_LINE):
            here = range(start, min(start + _PER_LINE, len(octets)))
            line = ""
            for k in here:
                ends = k + 1 < len(octets) and owners[k] is not owners[k + 1]
                line += paint(owners[k], f"{octets[k]:02x}") + ("│" if ends else " ")
            characters = "".join(chr(octets[k]) if 32 <= octets[k] < 127 else "." for k in here)
            name = ljust("" if start else layer.name, _LAYER)
            yield f"{name}{at + start:04x} {line}{'   ' * (_PER_LINE - len(here))} {characters}"
        if more:
            yield " " * (_LAYER + 5) + words.more_octets.format(count=f"{more:,}")
        at += len(octets)


def _owners(layer: Layer) -> Iterator[Field]:
    """The field of every octet; of an octet that two share, the first."""
    for bit in range(0, len(layer.octets) * 8, 8):
        yield next(field for field in layer.fields if field.start + field.bits > bit)
