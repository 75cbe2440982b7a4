"""The sequence diagram: a trace in, a picture out.

    ladder(trace)           draws it on matplotlib axes
    picture(trace, "svg")   the bytes of a file

`plan` says what there is to show, `axis` how far down it stands, `lanes` how far to the right, `labels` and `beside`
where its words are; `layout` brings them together as plain `shapes`, and `pen` draws those. Only `pen` knows ink.
"""

from tcpsim.views.ladder.options import LadderOptions
from tcpsim.views.ladder.pen import MOST_HOSTS, MOST_SEGMENTS, TooMuchToDraw, ladder
from tcpsim.views.ladder.picture import drawable, picture

__all__ = ["MOST_HOSTS", "MOST_SEGMENTS", "LadderOptions", "TooMuchToDraw", "drawable", "ladder", "picture"]
