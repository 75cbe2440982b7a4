"""tcpsim: TCP's handshake, data and teardown, simulated to the letter of RFC 9293."""

__version__ = "0.1.0"
