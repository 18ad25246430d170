"""The number printed on every page: which form, which page, which application; with a check sum.

Sixty-four bits in two rows of 32 cells, most significant first: 16 of the form, 8 of the page, 24 of the
application's serial (0: none), 16 of CRC-16/XMODEM over the others.
"""

from __future__ import annotations

import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

ROWS: Final = 2
COLUMNS: Final = 32
SERIAL_MOST: Final = (1 << 24) - 1


@dataclass(frozen=True, slots=True)
class PageCode:
    """What a page says of itself."""

    form: int
    page: int
    serial: int = 0


def cells_of(code: PageCode) -> list[bool]:
    """The cells, row by row; True is black."""
    payload = code.form.to_bytes(2) + code.page.to_bytes(1) + code.serial.to_bytes(3)
    whole = int.from_bytes(payload + binascii.crc_hqx(payload, 0).to_bytes(2))
    count = ROWS * COLUMNS
    return [bool(whole >> (count - 1 - at) & 1) for at in range(count)]


def read_cells(cells: Sequence[bool]) -> PageCode | None:
    """The code of cells; None when the check sum does not hold (all white and all black never do)."""
    data = sum(1 << at for at, black in enumerate(reversed(cells)) if black).to_bytes(8)
    payload, check = data[:6], int.from_bytes(data[6:])
    if not any(payload) or binascii.crc_hqx(payload, 0) != check:
        return None
    return PageCode(int.from_bytes(payload[:2]), payload[2], int.from_bytes(payload[3:]))
