"""scenario: the language that experiments are written in.

Lives here: the YAML reader that knows the line of every mistake, the model of the language, segment patterns,
expectations, and a scenario's run. Must not be known here: drawing. pydantic and PyYAML are imported nowhere else.
"""
