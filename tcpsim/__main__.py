"""`python -m tcpsim`: the command, where no script of that name is on the path."""

import sys

from tcpsim.cli import main

if __name__ == "__main__":
    sys.exit(main())
