"""export: a run in the notations that other tools read.

    rfc_figure.rfc_figure(trace)    a figure in the manner of RFC 9293, figures 6 to 13
    mermaid.mermaid(trace)          a Mermaid sequenceDiagram
    plantuml.plantuml(trace)        a PlantUML sequence diagram
    markdown.markdown(trace)        a page of Markdown, with a table
    comma_separated.csv(trace)      a row for each transmission, with commas between

Each is a function from a trace to text that ends in a newline, the same every time. Lives here: those notations, and
what must be escaped in them. Must not be known here: files, and how the trace was made.
"""
