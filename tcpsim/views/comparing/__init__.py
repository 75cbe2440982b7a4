"""comparing: two runs side by side, the first difference marked.

    difference(left, right)     aligns two traces; the `Difference` is text, a picture, and a list of rows

`aligning` says what belongs beside what, `side_by_side` sets that in two columns, `picture` draws the two ladders.
"""

from tcpsim.views.comparing.difference import Difference, Side, difference

__all__ = ["Difference", "Side", "difference"]
