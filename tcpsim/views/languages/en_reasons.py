"""English: the sentences of explanations, but for those that the tables of TCP have."""

from typing import Final

from tcpsim.views.languages.reasons import Reasons

REASONS: Final = Reasons(
    title="Why: {title}",
    space=" ",
    headed="{what}: {why}",
    nothing="Nothing happened that needs explaining.",
    syn_takes="The SYN itself takes number {seq} ({wire} on the wire), so the first octet of data will be number {next}.",
    acks_syn=(
        "The answer says ack {ack} ({wire_ack} on the wire), because the SYN took number {number} ({wire}): an acknowledgment names the"
        " next number expected."
    ),
    acks_syn_alone="The answer says ack {ack}: it takes the SYN, number {number}, but not the {octets} that came with it.",
    acks_syn_and_data="The answer says ack {ack}, because the SYN took number {number} and the {octets} behind it theirs.",
    ack_takes_none="An ACK takes no number: the first octet of data will have number {seq}, as this ACK has.",
    syn_acknowledged="Its ack {ack} covers our SYN, which took number {number}.",
    fin_takes="The FIN takes number {seq}, as an octet would, so ack {next} will acknowledge it.",
    fin_takes_after_data=(
        "The segment begins with number {first} and has {octets}, then the FIN, which takes number {seq}: ack {next} will"
        " acknowledge it."
    ),
    acks_fin="The answer says ack {ack}, because the FIN took number {number}.",
    acks_fin_after_data=(
        "The answer says ack {ack}, because the segment began with number {first} and brought {octets}, and the FIN behind them took number"
        " {number}."
    ),
    fin_acknowledged="Its ack {ack} covers our FIN, which took number {number}.",
    until="2 MSL are {time} here: it waits until {end} s.",
    from_cookie=(
        "The SYN had been answered before, with a cookie, and nothing was kept of it: now the connection is made, in the state"
        " that it would have had."
    ),
    sent_in_vain="{label} was sent {count} times in vain, the first time at {start} s.",
    by_timer="No acknowledgment of it came within the retransmission time-out of {time}: the same numbers are sent again.",
    doubles="The time-out doubles: it waits {time} now.",
    same_again="It waits {time} again.",
    next_wait="It waits {time} now.",
    three_duplicates=(
        "Three duplicate ACKs of {ack} say that the segment with that number is missing while later ones arrive: it is sent"
        " again at once, without waiting for the timer."
    ),
    partial=(
        "The ACK of {ack} covers some of what was sent before the loss was noticed, but not all: what begins with {ack} is"
        " missing too, and is sent again at once."
    ),
    after_time_out=(
        "When the time-out expired, all that was in flight counted as lost. The ACK of {ack} makes room for more of it: what"
        " begins with {seq} is sent again."
    ),
    tail_loss=(
        "Nothing was sent behind it that could tell of its loss, so after {time}, sooner than the retransmission time-out,"
        " a tail-loss probe asks."
    ),
    syn_again="The peer's SYN came again: our answer may be lost, so it is sent again without waiting for the timer.",
    fin_again="The peer's FIN crossed ours: this stack sends its own again, with the acknowledgment of the peer's.",
    window_opened="The window is open again: what it had refused is sent at once.",
    text_again="The peer acknowledged our SYN but not the data that went with it: the data is sent again.",
    again="It is sent again under the same numbers.",
    window_probe=(
        "The peer's window is closed. Its opening could get lost, and then both would wait for ever: so a probe asks for"
        " it now and then."
    ),
    keep_alive_probe=(
        "Nothing has been heard for long. A probe with an old number must be answered by a peer that still has the"
        " connection."
    ),
    delayed="The acknowledgment was delayed by {time}: data might have carried it, but none came.",
    override="The window had room for a little only. More might have opened; after {time} what fits is sent.",
    starts_2msl_again="The last ACK had to be sent again, so 2 MSL ({time}) start again: it waits until {end} s.",
    expected_number="It begins with number {seq}; the next number expected is {next}.",
    window_closed="The next number expected is {next}, but the window is closed: there is no room for it.",
    only_sent_up_to="It acknowledges up to {ack}, but the next number to be sent is {next}.",
    answered="The answer is {label}.",
    not_asked_again="No challenge ACK is sent this time: there is a limit, lest an attacker make use of them (RFC 5961 §7).",
    loss={
        "loss": "The network lost it, by chance.",
        "dropped by fault": "The network lost it: the experiment aimed at this very segment.",
        "corrupted": "It was changed on the way: its checksum does not fit, so it is thrown away before TCP looks at it.",
        "no such host": "No host has the address it is sent to: nobody will ever answer.",
        "host down": "The host it was sent to is down: nobody is there to answer.",
        "unplugged": "A cable is unplugged: nothing gets through, and nobody is told.",
        "forgotten by a middlebox": (
            "A middlebox (a NAT, a firewall) has forgotten the idle conversation: it throws away what it does not know."
        ),
        "": "The network lost it.",
    },
    told_by_silence="Its sender can tell only by an acknowledgment that does not come.",
    ack_is_not_repeated="An ACK takes no number and is not sent again by itself: the next one says the same, and more.",
    reset_is_not_repeated="A reset is not sent again: the peer does not learn of it, unless it sends something.",
    cookie_is_not_repeated="Nothing is kept of it, so it is not sent again: the peer has to send its SYN again.",
    twice="The network delivered it twice, first at {first} s. TCP knows it by its numbers.",
    injected="No TCP sent this: the experiment put it on the wire, as an old duplicate or a forger would.",
    happened={
        "crash": "The host lost all it knew of its connections, and tells nobody: its peers hold half-open ones now.",
        "reboot": "The host is back and knows of no connection: it answers with a reset what belongs to one.",
        "kill": "The programs are killed: their kernel closes the sockets, with a FIN, or a reset where data was unread.",
        "unplug": "The cable is unplugged: nothing leaves or arrives, and TCP is not told.",
        "plug": "The cable is plugged in again: what is sent from now on gets through.",
    },
    icmp="The network tells the sender why it did not deliver a segment ({error}).",
    call_failed={
        "EADDRINUSE": "The address is taken: by a listener, or by a connection that may still be in TIME-WAIT.",
        "EADDRNOTAVAIL": "No local port is free for this: each pair of sockets can be used by one connection only.",
        "ECONNABORTED": "The connection was gone before the program accepted it.",
        "ECONNREFUSED": "The call learns that the connection was refused.",
        "ECONNRESET": "The call learns that the connection was reset.",
        "EDESTADDRREQ": "The call does not say whom to connect to.",
        "EHOSTUNREACH": "The call learns that the network could not reach the host.",
        "EINVAL": "The socket is not listening, so there is nothing to accept or to stop.",
        "EISCONN": "This socket has a connection already.",
        "EMSGSIZE": "The call learns that the network could not take so long a packet.",
        "ENETUNREACH": "There is no way to that network, or the address is no single host's.",
        "ENOPROTOOPT": "The call learns that the host has no TCP.",
        "ENOTCONN": "There is no connection for this call.",
        "EOPNOTSUPP": "The call learns that the network refused the route.",
        "EPIPE": "Nothing can be sent any more: this end has closed, or the connection is over.",
        "EPROTO": "The call learns that the network could not read a packet's header.",
        "ETIMEDOUT": "The call learns that the connection was given up: nobody answered in time.",
        "": "The call failed.",
    },
    not_as_expected="The program had expected {errno}, and stops here.",
)
