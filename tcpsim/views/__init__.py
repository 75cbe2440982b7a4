"""views: one function per way to look at a trace.

    text.text(trace)               the timeline, for a terminal
    ladder.ladder(trace)           the sequence diagram, on matplotlib axes; ladder.save(axes, path) writes it
    document.to_document(trace)    the trace as a JSON document

Lives here: reading a trace (`spans`, `telling`), its words (`wording`), its geometry (`layout` and the modules named
after it, which know no ink), and its ink. Must not be known here: how the trace was made. A view asks the trace,
never the simulation. matplotlib is imported only where lines are drawn.
"""
