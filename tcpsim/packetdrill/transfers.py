"""The system calls that read and write: `read`, `recv`, `recvmsg`, …, `write`, `send`, `sendmsg`, ….

All of a kind are one: octets with flags. Lives here: what they wait for, what they return, and which error comes first.
Must not be known here: how a socket came to its connection (`calls`).
"""

from collections.abc import Callable
from typing import Final

from tcpsim.packetdrill.descriptors import Descriptor
from tcpsim.packetdrill.expressions import Field, Struct
from tcpsim.packetdrill.failures import CallFails, CannotRun, Failed
from tcpsim.packetdrill.program import Asked, Course, Program, refused
from tcpsim.sim.connection import Connection
from tcpsim.tcp.states import CLOSED, SYN_RECEIVED
from tcpsim.tcp.tcb import Tcb
from tcpsim.tcp.user_calls import CallRefused, receive, send, why_it_ended

_NOT_DONE: Final = ("MSG_ERRQUEUE", "MSG_FASTOPEN", "MSG_EOF", "MSG_EOR")

# ---- writing ---------------------------------------------------------------------------------------------------------


def _write(program: Program, asked: Asked) -> Course:
    return _send_octets(program, asked, lambda: asked.buffer(1, asked.number(2)), 0)


def _writev(program: Program, asked: Asked) -> Course:
    return _send_octets(program, asked, lambda: asked.zeros(asked.pieces(asked.value(1), asked.value(2))), 0)


def _send(program: Program, asked: Asked) -> Course:
    return _send_octets(program, asked, lambda: asked.buffer(1, asked.number(2)), asked.number(3))


def _sendmsg(program: Program, asked: Asked) -> Course:
    message = _message(asked)
    return _send_octets(program, asked, lambda: asked.zeros(_message_length(asked, message)), asked.number(2))


def _send_octets(program: Program, asked: Asked, octets: Callable[[], bytes], flags: int) -> Course:
    """Hand octets to TCP, as far as there is room; the rest waits for room, or is not taken.

    A cork keeps back what fills no segment until it is taken off; MSG_MORE, which is Linux's, for this call only: the
    next acknowledgment sends it.
    """
    descriptor = asked.descriptor()
    _refuse_what_is_not_done(asked, flags)
    dont_wait = descriptor.nonblocking or asked.flag("MSG_DONTWAIT", flags)
    yield from _until_it_may_write(program, descriptor, dont_wait=dont_wait)
    text = octets()
    connection = _may_write(program, descriptor)
    tcb = connection.tcb
    asked.begun()
    descriptor.more = asked.flag("MSG_MORE", flags)
    more = descriptor.more or descriptor.corked
    urgent = asked.flag("MSG_OOB", flags)
    taken = 0
    while text:
        fits = min(tcb.send_room, len(text))
        if fits:
            last = fits == len(text)
            effects = send(
                tcb,
                text[:fits],
                program.now,
                push=not (last and more),  # what fills the buffer is pushed, or room might never come
                until_acknowledged=last and more and not descriptor.corked,
                urgent=urgent and last,
            )
            asked.carry_out(connection, effects)
            text = text[fits:]
            taken += fits
            continue
        if dont_wait:
            break
        yield None
        if taken and (tcb.state is CLOSED or _is_shut(tcb)):  # why it was not more is told with the next call
            break
        _may_write(program, descriptor)
    if text and not taken:
        raise CallFails("EAGAIN")
    return taken


def _until_it_may_write(program: Program, descriptor: Descriptor, *, dont_wait: bool) -> Course:
    """Before the handshake is done, a program waits, or is told at once: that is the platform's."""
    refusal = program.platform.write_while_opening
    while descriptor.opening:
        if dont_wait or refusal != "EAGAIN":
            raise CallFails(refusal)
        yield None
    return 0


def _may_write(program: Program, descriptor: Descriptor) -> Connection:
    """The connection to write to. Raises CallFails where that cannot be done, or cannot be done any more."""
    platform = program.platform
    connection = descriptor.connection
    if connection is None:
        raise CallFails(platform.write_unconnected)
    tcb = connection.tcb
    if tcb.state is CLOSED:
        if platform.write_tells_error and tcb.error is not None:
            raise refused(why_it_ended(tcb, "3.10.2"))
        raise CallFails("EPIPE")
    if _is_shut(tcb):
        raise CallFails("EPIPE")
    return connection


def _is_shut(tcb: Tcb) -> bool:
    return tcb.outgoing.fin_queued or tcb.outgoing.fin_sent


# ---- reading ---------------------------------------------------------------------------------------------------------


def _read(program: Program, asked: Asked) -> Course:
    return _receive_octets(program, asked, asked.number(2), 0, buffer=1)


def _readv(program: Program, asked: Asked) -> Course:
    return _receive_octets(program, asked, asked.pieces(asked.value(1), asked.value(2)), 0)


def _recv(program: Program, asked: Asked) -> Course:
    return _receive_octets(program, asked, asked.number(2), asked.number(3), buffer=1)


def _recvmsg(program: Program, asked: Asked) -> Course:
    message = _message(asked)
    if message.get("msg_control") is not None:
        raise CannotRun("recvmsg() with msg_control")
    taken = yield from _receive_octets(program, asked, _message_length(asked, message), asked.number(2))
    flags = message.get("msg_flags")
    if flags is not None and asked.number_of(flags):
        raise Failed(f"recvmsg() sets no msg_flags, and {asked.number_of(flags):#x} were expected")
    return taken


def _receive_octets(program: Program, asked: Asked, count: int, flags: int, *, buffer: int | None = None) -> Course:
    """Wait for octets, for the end of the stream, or for what ended the connection.

    `buffer` is which argument says where they go, in calls that have just one.
    """
    descriptor = asked.descriptor()
    _refuse_what_is_not_done(asked, flags)
    if asked.flag("MSG_OOB", flags):
        raise CallFails("EINVAL")
    connection = descriptor.connection
    if connection is None:
        raise CallFails("ENOTCONN")
    asked.begun()
    if count < 0:
        raise CallFails("EINVAL")
    tcb, incoming = connection.tcb, connection.tcb.incoming
    whole = asked.flag("MSG_WAITALL", flags) and not asked.flag("MSG_PEEK", flags)
    wanted = count if whole else min(count, 1)
    taken = 0
    while taken < wanted:
        if descriptor.deaf and not program.platform.reads_after_shutdown:
            incoming.read()
        if incoming.unread and tcb.state is not SYN_RECEIVED:
            if buffer is not None:
                asked.must_be_buffer(buffer, count)
            taken += len(_take(program, asked, connection, count - taken, flags))
        elif taken and (incoming.ended or tcb.state is CLOSED):
            break
        elif incoming.ended or tcb.state is CLOSED or descriptor.deaf:
            return _end_of_stream(tcb)
        elif descriptor.nonblocking or asked.flag("MSG_DONTWAIT", flags):
            if not taken:
                raise CallFails("EAGAIN")
            break
        else:
            yield None
    return taken


def _take(program: Program, asked: Asked, connection: Connection, most: int, flags: int) -> bytes:
    """Octets that have come; with MSG_PEEK they stay where they are."""
    tcb = connection.tcb
    if asked.flag("MSG_PEEK", flags):
        return b"".join(tcb.incoming.chunks)[:most]
    try:
        octets, effects = receive(tcb, most, program.now)
    except CallRefused as refusal:
        raise refused(refusal) from None
    asked.carry_out(connection, effects)
    return octets


def _end_of_stream(tcb: Tcb) -> int:
    """Nothing more will come: 0, or once what ended the connection."""
    if tcb.state is CLOSED and tcb.error is not None and tcb.error.errno and not tcb.error_told:
        raise refused(why_it_ended(tcb, "3.10.3"))
    return 0


# ---- messages --------------------------------------------------------------------------------------------------------


def _message(asked: Asked) -> Struct:
    """The msghdr of a call, which is its second argument."""
    value = asked.value(1)
    if type(value) is not Struct:
        raise Failed(f"{asked.call.name}(): its second argument is a message, as in {{msg_iov(1)=[{{..., 10}}]}}")
    return value


def _message_length(asked: Asked, message: Struct) -> int:
    """How long the pieces of a message are together."""
    for item in message.items:
        if type(item) is Field and item.name == "msg_iov":
            return asked.pieces(item.value, item.count)
    return 0


def _refuse_what_is_not_done(asked: Asked, flags: int) -> None:
    for name in _NOT_DONE:
        if asked.flag(name, flags):
            raise CannotRun(name)


CALLS: Final[dict[str, tuple[int, Callable[[Program, Asked], int | Course]]]] = {
    "read": (3, _read),
    "readv": (3, _readv),
    "recv": (4, _recv),
    "recvfrom": (6, _recv),
    "recvmsg": (3, _recvmsg),
    "write": (3, _write),
    "writev": (3, _writev),
    "send": (4, _send),
    "sendto": (6, _send),
    "sendmsg": (3, _sendmsg),
}
