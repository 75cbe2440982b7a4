"""The transmissions as rows."""

from stories import MS, Story

from tcpsim.views.document import to_document
from tcpsim.views.rows import COLUMNS, rows
from tcpsim.wire.flags import SYN
from tcpsim.wire.segment import Segment


def test_numbers_that_do_not_belong_have_no_distance_in_rows_nor_in_json() -> None:
    story = Story()
    story.call(0, "client", "connect", None, story.segment("client server", "SYN"))
    story.inject(5 * MS, story.segment("client server", "ACK", -10, 1 << 31))
    story.inject(6 * MS, story.segment("client server", "ACK", 1 << 30, 1 << 31))
    table = [dict(zip(COLUMNS, row, strict=True)) for row in rows(story.trace)]
    assert [(row["relative_seq"], row["relative_ack"]) for row in table[1:]] == [(None, None)] * 2
    assert (table[0]["relative_seq"], table[0]["relative_ack"]) == (0, None)
    for row, flight in zip(table, to_document(story.trace)["flights"], strict=True):
        assert row["relative_seq"] == flight["segment"]["relative_seq"]


def test_a_segment_that_bears_no_hosts_address_is_sent_by_no_host() -> None:
    story = Story()
    story.inject(5 * MS, Segment("203.0.113.1", 1024, "192.0.2.2", 80, 7, 0, SYN, 9))
    (row,) = (dict(zip(COLUMNS, row, strict=True)) for row in rows(story.trace))
    (flight,) = to_document(story.trace)["flights"]
    assert (row["sender"], flight["sender"]) == (None, None)
    assert (row["receiver"], flight["receiver"]) == ("server", "server")
