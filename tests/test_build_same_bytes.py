"""What the repository keeps under maps/ is what the build makes, byte for byte."""

import re
import sys
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

NAMED_PYTHON = (3, 11)
"""The Python whose build is kept; what others build may differ in the last digit."""

RUN = re.compile(r'(?<="run":")[0-9a-f]{16}')
"""The id of a run hashes the versions that computed it: another Python has another one."""
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")
ROOT = Path(__file__).parents[1]


def test_the_environment_is_the_pinned_one() -> None:
    """Byte equality is promised for the pinned versions; the suite runs with them."""
    lines = (ROOT / ".ci" / "constraints.txt").read_text("utf-8").splitlines()
    asked = [Requirement(line) for line in lines]
    pinned = {each.name: each for each in asked if not each.marker or each.marker.evaluate()}
    for name in ("folium", "branca", "geopandas", "numpy", "rasterio", "shapely", "pyproj",
                 "pandas"):  # fmt: skip
        assert version(name) in pinned[name].specifier


def test_the_kept_maps_are_what_the_build_makes(atlas: Path) -> None:
    """The same bytes with the named Python; another one agrees to the last written digit."""
    kept = {path.name: path.read_bytes() for path in (ROOT / "maps").iterdir()}
    made = {path.name: path.read_bytes() for path in atlas.iterdir()}
    assert kept.keys() == made.keys()
    if sys.version_info[:2] == NAMED_PYTHON:
        assert [name for name in made if made[name] != kept[name]] == []
    for name, page in made.items():
        words, numbers = _parted(page.decode())
        kept_words, kept_numbers = _parted(kept[name].decode())
        assert words == kept_words
        far = [pair for pair in zip(numbers, kept_numbers, strict=True) if not _as_written(*pair)]
        assert far == []


def _parted(page: str) -> tuple[list[str], list[str]]:
    page = RUN.sub("", page)
    return NUMBER.split(page), NUMBER.findall(page)


def _as_written(one: str, other: str) -> bool:
    """Tell whether two numbers differ by one unit of the last written digit at the most."""
    digits = max(len(text.partition(".")[2]) for text in (one, other))
    return abs(Decimal(one) - Decimal(other)) <= Decimal(1).scaleb(-digits)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("1.25", "1.26", True), ("1.25", "1.27", False), ("12", "13", True), ("0.1", "0.10", True)],
)
def test_numbers_are_held_against_their_last_digit(one: str, other: str, same: bool) -> None:
    """The comparison across Pythons can fail."""
    assert _as_written(one, other) is same
