"""The sequence diagram: a trace in, a picture out.

    ladder(trace)           draws it on matplotlib axes
    picture(trace, "svg")   the bytes of a file

`plan` says what there is to show, `axis` how far down it stands, `lanes` how far to the right, `labels` and `beside`
where its words are; `layout` brings them together as plain `shapes`, `pages` cuts what is too tall for a page, and
`pen` draws. Only `pen` knows ink.
"""

from tcpsim.views.ladder.options import LadderOptions
from tcpsim.views.ladder.picture import MOST_HOSTS, MOST_SEGMENTS, TooMuchToDraw, drawable, ladder, picture

__all__ = ["MOST_HOSTS", "MOST_SEGMENTS", "LadderOptions", "TooMuchToDraw", "drawable", "ladder", "picture"]
