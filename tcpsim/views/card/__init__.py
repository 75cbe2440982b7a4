"""The segment card: one segment as its headers, bit by bit, and the encapsulation around it.

    card(segment)      a Card: .plot(), .text(), .save(path)

`content` takes the octets apart into fields, `layout` places them as plain `shapes`, `drawing` gives them ink, and
`typed` sets them as text.
"""

from tcpsim.views.card.segment_card import Card, CardOptions, card

__all__ = ["Card", "CardOptions", "card"]
