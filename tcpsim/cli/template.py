"""What `tcpsim new` writes."""

from typing import Final

TEMPLATE: Final = """\
# A tcpsim scenario: one experiment, and what must be seen in it.
#   tcpsim run THIS_FILE                    what happens, as text
#   tcpsim run THIS_FILE --plot out.svg     and as a picture
#   tcpsim explain THIS_FILE                why
tcpsim: 1
title: SYN lost once
about: A connection opens although its first segment is lost, because a SYN is sent again until it is answered.
rfc: [9293 §3.5, 6298 §2.1]

profile: rfc9293                  # or linux, freebsd, teaching, or {base: linux, msl: 5s}

network:
  delay: 20ms                     # one way; also: jitter, loss, duplicate, reorder, corrupt, rate

apps:                             # ordinary socket calls, one after the other; they block as real ones do
  client: [connect, {send: hello}, {recv: 2}, close]
  server: [listen, accept, {recv: 5}, {send: ok}, {recv: eof}, close]

faults:                           # aimed: the n-th segment of a kind that a host sends
  - drop: client SYN              # also: duplicate, delay, corrupt; nth: 2, nth: all

expect:                           # what must be seen; without it this would be a film, not a test
  - count: {client SYN: 2}
  - received: {server: hello, client: ok}
  - final: {client: CLOSED, server: CLOSED}
  - because: a lost SYN is sent again after the initial retransmission time-out
    retransmitted: {client SYN: 1s}

what_if:                          # the same with another rule: tcpsim run THIS_FILE --what-if "as before 2011"
  as before 2011:
    about: RFC 2988 let the first time-out be three seconds. RFC 6298 made it one.
    profile: {rto_initial: 3s}
    expect:
      - retransmitted: {client SYN: 3s}
"""
