"""views: one function per way to look at a trace.

    text.text(trace)               the timeline, for a terminal
    ladder.ladder(trace)           the sequence diagram, on matplotlib axes
    statechart.statechart(ways)    figure 5 of RFC 9293, with the ways that hosts took through it
    card.card(segment)             one segment bit by bit, and the layers around it
    figures.save(axes, path)       a picture as a file: SVG, PNG, PDF
    explaining.explain(trace)      why, in sentences with their RFC section
    document.to_document(trace)    the trace as a JSON document

Lives here: reading a trace (`spans`, `telling`), its words (`wording`; `languages` for each language), and what all
pictures share: colours (`theme`), widths of text (`metrics`), artists, a `canvas`, files. Must not be known here: how
the trace was made. A view asks the trace, never the simulation. matplotlib is imported only where lines are drawn.
"""
