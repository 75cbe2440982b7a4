"""The statechart as text: Mermaid's stateDiagram-v2 and Graphviz's language, from the same table.

`transitions` can write both, and does not serve here. Its labels are the names of triggers, not the events and actions
of figure 5, and rows that share their ends are run together; it marks the state that a model is in and the one before,
but not the way that it took, with its numbers; and it wants a model, and a machine of a heavier class than the lean one
that every connection here moves by.

Lives here: what stands in such a file. Must not be known here: places, which those tools find themselves.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from tcpsim.tcp.states import LISTEN, SYN_RECEIVED, SYN_SENT, TRANSITIONS, State
from tcpsim.views.statechart.layout import row_of
from tcpsim.views.statechart.paths import Way
from tcpsim.views.statechart.places import ROUTES
from tcpsim.views.theme import Theme
from tcpsim.views.theme import theme as theme_of

FORMS: Final = ("mermaid", "graphviz")
_SIGNS: Final = str.maketrans(dict.fromkeys(":;#<>{}", " "))
_EARLY: Final = frozenset({LISTEN, SYN_SENT, SYN_RECEIVED})  # from which CLOSED is the one at the top
_AGAIN: Final = "CLOSED_again"  # the CLOSED at the bottom of the figure, where connections end
# States that stand side by side in the figure.
_LEVEL: Final = (("SYN_RECEIVED", "SYN_SENT"), ("FIN_WAIT_1", "CLOSE_WAIT"), ("FIN_WAIT_2", "CLOSING", "LAST_ACK"),
                 ("TIME_WAIT", _AGAIN))  # fmt: skip


class _Label(NamedTuple):
    """An event, an action, and the steps that were taken because of it as (side, host, numbers)."""

    event: str
    action: str
    steps: list[tuple[int, str, list[int]]]


class _Edge(NamedTuple):
    """An arc: the names of its ends, and what is written at it: one label, or, of the whole table, one a row."""

    source: str
    destination: str
    labels: list[_Label]

    @property
    def sides(self) -> list[int]:
        """Whose ways went along it."""
        return sorted({side for label in self.labels for side, _, _ in label.steps})


def statechart_text(
    form: str, ways: Sequence[Way] = (), *, every: bool = False, theme: str = "light", title: str = ""
) -> str:
    """The statechart as text for another tool: `form` is "mermaid" or "graphviz". Ways are marked and numbered.

    It has the arcs of figure 5 and those that were taken; `every` row of the table, if asked for. Raises ValueError for
    another form, and for a theme that is not there.
    """
    writer = {"mermaid": _mermaid, "graphviz": _graphviz}.get(form)
    if writer is None:
        raise ValueError(f"no form {form!r} of the statechart: there are {' and '.join(FORMS)}")
    edges = _edges(ways, every=every)
    return "\n".join(writer(edges, _visited(edges), theme_of(theme), title)) + "\n"


def _edges(ways: Sequence[Way], *, every: bool) -> list[_Edge]:
    """The arcs in the order of the figure or of the table. Of the whole table, rows that share their ends share one."""
    edges: dict[tuple[str, ...], _Edge] = {}
    labels: dict[tuple[str, ...], _Label] = {}

    def labelled(source: State, destination: State, event: str, action: str) -> _Label:
        ends = source.name, _AGAIN if destination is State.CLOSED and source not in _EARLY else destination.name
        edge = edges.setdefault(ends if every else (*ends, event, action), _Edge(*ends, []))
        label = labels.get((*ends, event, action))
        if label is None:
            label = labels[*ends, event, action] = _Label(event, action, [])
            edge.labels.append(label)
        return label

    for row in TRANSITIONS if every else [row_of(route) for route in ROUTES if not route.spare]:
        labelled(row.source, row.destination, row.event, row.action)
    for side, way in enumerate(ways):
        for step in way.steps:
            steps = labelled(step.source, step.destination, step.event, step.action).steps
            if not steps or steps[-1][0] != side:
                steps.append((side, way.host, []))
            steps[-1][2].append(step.number)
    return list(edges.values())


def _visited(edges: list[_Edge]) -> list[str]:
    """The ends of every arc that was taken."""
    return list(dict.fromkeys(end for edge in edges if edge.sides for end in (edge.source, edge.destination)))


def _nodes(edges: list[_Edge]) -> dict[str, State]:
    """Every state by what it is called in the text."""
    again = {_AGAIN: State.CLOSED} if any(edge.destination == _AGAIN for edge in edges) else {}
    return {**{state.name: state for state in State}, **again}


def _told(label: _Label) -> str:
    """The numbers of steps: ` [client 1, server 2]`; more than four of one host are cut short."""
    told = ", ".join(
        f"{host} {' '.join(map(str, numbers[:4]))}{'…' * (len(numbers) > 4)}" for _, host, numbers in label.steps
    )
    return f" [{told}]" if told else ""


# ---- Mermaid --------------------------------------------------------------------------------------------------------


def _mermaid(edges: list[_Edge], visited: list[str], look: Theme, title: str) -> Iterator[str]:
    """Mermaid can colour states, but no arcs: the numbers of the steps stand in their labels."""
    if title:
        yield from ("---", f"title: {_quoted(title)}", "---")
    yield "stateDiagram-v2"
    yield "    direction TB"
    for name, state in _nodes(edges).items():
        if name != str(state):
            yield f'    state "{state}" as {name}'
    for edge in edges:
        words = (" / ".join(filter(None, (label.event, label.action))) + _told(label) for label in edge.labels)
        yield f"    {edge.source} --> {edge.destination} : {'<br>'.join(map(_plain, words))}"
    if visited:
        yield f"    classDef visited fill:{look.states[State.ESTABLISHED]},stroke:{look.text},stroke-width:2px"
        yield f"    class {','.join(visited)} visited"


def _plain(words: str) -> str:
    """Words that Mermaid takes for words: these signs have a meaning of their own there."""
    return " ".join(words.translate(_SIGNS).split())


# ---- Graphviz -------------------------------------------------------------------------------------------------------


def _graphviz(edges: list[_Edge], visited: list[str], look: Theme, title: str) -> Iterator[str]:
    font = 'fontname="DejaVu Sans"'
    yield "digraph tcp {"
    yield f'    graph [bgcolor="{look.paper}", nodesep=0.9, ranksep=0.55, fontcolor="{look.text}", {font}'
    yield f"           {f'label={_quoted(title)}, labelloc=t, labeljust=l, ' if title else ''}fontsize=16]"
    yield f'    node [shape=box, style="rounded,filled", width=1.6, fontsize=12, fontcolor="{look.text}", {font}]'
    yield f'    edge [fontsize=10, fontcolor="{look.text}", color="{look.outline}", {font}]'
    for name, state in _nodes(edges).items():
        line = f'color="{look.text}", penwidth=2' if name in visited else f'color="{look.outline}"'
        fill = look.states[state] if name in visited or not visited else look.paper
        yield f'    {name} [label="{state}", fillcolor="{fill}", {line}]'
    for edge in edges:
        yield f"    {edge.source} -> {edge.destination} [{_looks(edge, look)}]"
    for names in _LEVEL if all(len(edge.labels) == 1 for edge in edges) else ():  # else they are in each other's way
        yield f"    {{ rank=same; {'; '.join(names)} }}"
    yield "}"


def _looks(edge: _Edge, look: Theme) -> str:
    """One label stands in lines, event over action; of several each has a line."""
    if len(edge.labels) == 1:
        (label,) = edge.labels
        lines = [*filter(None, (label.event, label.action)), *filter(None, [_told(label).strip()])]
    else:
        lines = [" / ".join(filter(None, (label.event, label.action))) + _told(label) for label in edge.labels]
    written = f"label={_quoted(' ' + (chr(10) + ' ').join(lines))}"
    if not edge.sides:
        return written
    colours = ":".join(look.sides[side].colour for side in edge.sides)
    return f'{written}, color="{colours}", penwidth=2.4'


def _quoted(words: str) -> str:
    """A string in double quotes, for both."""
    escaped = words.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
