"""jupyter: tcpsim in a notebook.

    %load_ext tcpsim.jupyter        then %%tcpsim runs a cell of YAML
    tcpsim.sliders("x.yaml")        runs it again with another loss, delay or RTO

The picture that a run shows is `Run._repr_mimebundle_`, the stepper `Run.step()`. ipywidgets is imported
where it is used: without it, one sentence says how to install it. Must not be known here: how anything is
simulated or drawn.
"""

from typing import Any

from tcpsim.jupyter.sliders import sliders

__all__ = ["load_ipython_extension", "sliders"]


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext tcpsim.jupyter` calls: from then on there is `%%tcpsim`."""
    from tcpsim.jupyter.cells import Cells

    shell.register_magic_function(Cells(shell).run, "cell", "tcpsim")
