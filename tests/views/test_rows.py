"""The transmissions as rows."""

from stories import MS, Story

from tcpsim.views.document import to_document
from tcpsim.views.rows import COLUMNS, rows


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
