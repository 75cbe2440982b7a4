"""What must hold at every moment of every run: rows X01 to X06 and X10, and the states two ends can be in together.

    broken        what is raised when something does not hold
    endpoint      one end of a connection, by itself
    joint_states  the pairs of states that two ends may be in, and every way from one state to another, as data
    abstraction   the same by tokens under way: from one pair of states to the next there is a way in the RFC's figure
    observer      a whole world, followed record by record; joins the others
    fixture       makes every world of every test be observed

Nothing here asks tcpsim what would be right: it is told what was done (records, TCBs) and holds that against the RFC.
"""

from invariants.broken import Broken
from invariants.endpoint import Endpoint, follow
from invariants.observer import Observer

__all__ = ["Broken", "Endpoint", "Observer", "follow"]
