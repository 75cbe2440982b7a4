"""The transmissions of a run as comma-separated values (RFC 4180), the columns of `rows`: for a spreadsheet.

Lives here: how a value is written. Must not be known here: which values there are.
"""

import csv as standard
from io import StringIO

from tcpsim.trace import Trace
from tcpsim.views.rows import COLUMNS, rows


def csv(trace: Trace) -> str:
    """A line of names, and a line for each transmission; a value that does not apply is empty."""
    out = StringIO()
    writer = standard.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows(trace))
    return out.getvalue()
