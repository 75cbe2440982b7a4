"""The public face in Python: `run`, and the `Run` that holds what happened and every way to look at it.

    facts       what happened, and whether it was what was expected
    notations   the same as JSON, CSV, a data frame, Mermaid, PlantUML, a figure of the RFC, Markdown
    looks       `Run`: as text and pictures, explained, card by card, step by step
    running     `run`, `what_if`, `diff`

Lives here: the joining of a scenario's outcome with the views, which know nothing of each other. Must not be known
here: files other than scenarios, printing, exiting.
"""

from tcpsim.api.looks import Run
from tcpsim.api.running import diff, run, what_if

__all__ = ["Run", "diff", "run", "what_if"]
