"""Why a script does not go on: it failed, it asks for what tcpsim does not do, or it would never end.

Whatever runs a part of a script raises one of these; the runner knows which line it was at.
"""


class Failed(Exception):  # noqa: N818 - the stack has failed the script; nothing is in error
    """Something was not as the script expects it. `details` are lines for below the sentence."""

    def __init__(self, why: str, *details: str) -> None:
        super().__init__(why)
        self.details = details


class CannotRun(Exception):  # noqa: N818 - neither the script nor the stack is in error
    """The script asks for something that tcpsim does not do. `construct` names it: `epoll_wait()`, `sysctl net.foo`."""

    def __init__(self, construct: str) -> None:
        super().__init__(construct)
        self.construct = construct


class Endless(Failed):
    """The script would go on for ever."""


class CallFails(Exception):  # noqa: N818 - a program is told so; that may be what the script expects
    """A system call returns -1, and this errno."""

    def __init__(self, errno: str) -> None:
        super().__init__(errno)
        self.errno = errno
