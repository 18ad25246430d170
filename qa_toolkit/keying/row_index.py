"""Where the rows of every record stand in a table, in little memory."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping

from qa_toolkit.keying.tables import Stretch


class RowIndex(Mapping[str, list[Stretch]]):
    """Stretches of rows by record; four numbers a stretch, so that a file of any size can be indexed.

    The stretches of a record are a ring: its id leads to the last one, and ``_after`` of that is the first.
    """

    def __init__(self) -> None:
        self._last: dict[str, int] = {}
        self._start, self._end = array("q"), array("q")
        self._line, self._after = array("q"), array("q")

    def add(self, record: str, stretch: Stretch, *, join: bool = True) -> None:
        """Adds a stretch, joined with the record's last one where they touch (``join``)."""
        last = self._last.get(record)
        if last is not None and join and self._end[last] == stretch.start:
            self._end[last] = stretch.end
            return
        new = len(self._start)
        for numbers, number in zip((self._start, self._end, self._line), stretch, strict=True):
            numbers.append(number)
        if last is None:
            self._after.append(new)
        else:
            self._after.append(self._after[last])
            self._after[last] = new
        self._last[record] = new

    def __getitem__(self, record: str) -> list[Stretch]:
        last = self._last[record]
        found, at = [], last
        while True:
            at = self._after[at]
            found.append(Stretch(self._start[at], self._end[at], self._line[at]))
            if at == last:
                return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._last)

    def __len__(self) -> int:
        return len(self._last)
