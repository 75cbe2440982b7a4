"""packetdrill: scripts in the language in which TCP stacks are tested, with tcpsim as the stack under test.

Lives here: reading the language, running a script in virtual time, comparing what is sent with what is expected. Must
not be known here: scenarios, drawing.
"""
