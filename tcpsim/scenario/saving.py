"""A file written whole or not at all: no reader ever finds half a scenario, or loses the one that was there.

Lives here: octets and the file that takes them. Must not be known here: what they mean.
"""

import os
from pathlib import Path


def write_whole(target: Path, octets: bytes) -> None:
    """Write a file: the octets go to one beside it, which then takes its place. A symbolic link stays one.

    What is no ordinary file (a named pipe, /dev/null) is written to as it is. Raises OSError where it cannot be done.
    """
    if target.exists() and not target.is_file():
        target.write_bytes(octets)  # nothing may take its place
    else:
        _replace(linked(target), octets)


def linked(file: Path) -> Path:
    """What a symbolic link points to, so that the link stays one."""
    return Path(os.path.realpath(file)) if file.is_symlink() else file


def _replace(target: Path, octets: bytes) -> None:
    from tempfile import mkstemp

    descriptor, name = mkstemp(dir=target.parent, prefix=".tcpsim-")
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(octets)
        beside.chmod(_permissions(target))
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _permissions(target: Path) -> int:
    """Those of the file that is replaced, or those that a new one would have."""
    if target.exists():
        return target.stat().st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
