"""The layout of a TIFF file: whether all its blocks are there.

A writer that was killed leaves a file that opens without a word and reads as zeros where
blocks are missing.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from erdao_gis.errors import FormatError

_OFFSETS = (273, 324)  # strips, tiles
_COUNTS = (279, 325)
# Bytes of each TIFF type.
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4} | {
    16: 8,
    17: 8,
    18: 8,
}
_WIDTHS = {1: "u1", 3: "u2", 4: "u4", 13: "u4", 16: "u8", 18: "u8"}
_MOST_TAGS = 4096
_MOST_BLOCKS = 50_000_000


@dataclass(frozen=True)
class BlockLayout:
    """Blocks of the full-resolution image.

    Parameters
    ----------
    blocks
        Number of strips or tiles, all bands.
    missing
        Those that were never written and read as nodata or zero.
    """

    blocks: int
    missing: int


@dataclass(frozen=True)
class _Entry:
    """One tag of the directory."""

    kind: int
    count: int
    value: bytes

    def start(self, order: str) -> int:
        """Where the values lie when they do not fit here."""
        return int(struct.unpack(order + ("Q" if len(self.value) == 8 else "I"), self.value)[0])  # noqa: PLR2004 - BigTIFF

    def end(self, order: str) -> int:
        """Give the byte after the values; 0 when they lie in the directory."""
        size = self.count * _SIZES.get(self.kind, 1)
        return 0 if size <= len(self.value) else self.start(order) + size


def block_layout(path: Path) -> BlockLayout:
    """Read where the blocks of a TIFF lie, and compare that with the file's size.

    Parameters
    ----------
    path
        A checked path to a TIFF file.

    Raises
    ------
    FormatError
        The directory or a block reaches beyond the end of the file: it was cut off.
    """
    size = path.stat().st_size
    cut_off = FormatError("raster_cut_off", {"file": path.name})
    with path.open("rb") as stream:
        try:
            order, tags = _directory(stream)
            offsets = _numbers(stream, order, next(tags[tag] for tag in _OFFSETS if tag in tags))
            counts = _numbers(stream, order, next(tags[tag] for tag in _COUNTS if tag in tags))
        except (struct.error, ValueError, KeyError, StopIteration, OSError, OverflowError) as error:
            raise cut_off from error
    ends = [entry.end(order) for entry in tags.values()]
    if max(ends) > size or len(offsets) != len(counts):
        raise cut_off
    if len(offsets) and int((offsets + counts).max()) > size:
        raise cut_off
    return BlockLayout(len(offsets), int(((offsets == 0) | (counts == 0)).sum()))


def _directory(stream: BinaryIO) -> tuple[str, dict[int, _Entry]]:
    """Read the first directory of a classic or a big TIFF; struct.error when it is cut off."""
    head = stream.read(16)
    order = "<" if head[:2] == b"II" else ">"
    big = struct.unpack(order + "H", head[2:4])[0] == 43  # noqa: PLR2004 - the version of BigTIFF
    word, number, width = ("Q", "Q", 20) if big else ("I", "H", 12)
    start = struct.unpack(order + word, head[8:16] if big else head[4:8])[0]
    stream.seek(start)
    count = struct.unpack(order + number, stream.read(struct.calcsize("=" + number)))[0]
    if count > _MOST_TAGS:
        raise ValueError(count)
    tags: dict[int, _Entry] = {}
    for _ in range(count):
        entry = stream.read(width)
        tag, kind, values = struct.unpack(order + "HH" + word, entry[: width - (8 if big else 4)])
        tags[tag] = _Entry(kind, values, entry[width - (8 if big else 4) :])
    return order, tags


def _numbers(stream: BinaryIO, order: str, entry: _Entry) -> npt.NDArray[np.uint64]:
    """Give the values of a tag, which lie in the directory when they fit, else elsewhere."""
    kind = np.dtype(order + _WIDTHS[entry.kind])
    if entry.count > _MOST_BLOCKS:
        raise ValueError(entry.count)
    needed = entry.count * kind.itemsize
    data = entry.value
    if needed > len(data):
        stream.seek(entry.start(order))
        data = stream.read(needed)
    return np.frombuffer(data[:needed], dtype=kind, count=entry.count).astype(np.uint64)
