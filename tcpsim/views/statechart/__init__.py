"""The statechart: RFC 9293's figure 5, drawn from the one table, with the ways that hosts took through it.

    statechart(ways)         draws it on matplotlib axes
    statechart_text(form)    the same as text, for what draws Mermaid or Graphviz

`places` has the figure's geometry, by hand; `paths` reads ways off a trace; `layout` brings them together as plain
`shapes`, and `drawing` draws those. What arcs there are, and what is written at them, is the table's: tcp/states.py.
"""

from tcpsim.views.statechart.drawing import ChartOptions, picture, statechart
from tcpsim.views.statechart.paths import Step, Way, way_of, ways_of
from tcpsim.views.statechart.textual import FORMS, statechart_text

__all__ = ["FORMS", "ChartOptions", "Step", "Way", "picture", "statechart", "statechart_text", "way_of", "ways_of"]
