"""packetdrill: scripts in the language in which TCP stacks are tested, with tcpsim as the stack under test.

Lives here: reading the language, running a script in virtual time, comparing what is sent with what is expected. Must
not be known here: scenarios, drawing.

    script = load("handshake.pkt", {"TFO_COOKIE": "0123456789abcdef"})   # or parse(text, name); raises ScriptError
"""

from tcpsim.packetdrill.errors import Mistake, ScriptError
from tcpsim.packetdrill.parser import load, parse
from tcpsim.packetdrill.script import Script

__all__ = ["Mistake", "Script", "ScriptError", "load", "parse"]
