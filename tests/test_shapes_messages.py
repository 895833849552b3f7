"""What a failed construction tells the planner."""

import csv
from importlib import resources

import pytest
from shapely import LineString, box

from erdao_gis import shapes
from erdao_gis.errors import GeometryError

PARTS = ("found", "expected", "remedy")


def rows() -> list[dict[str, str]]:
    """Read the message table of the constructions."""
    folder = resources.files("erdao_gis.shipped") / "strings" / "messages"
    with (folder / "shapes.csv").open("r", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["key"])
def test_every_message_is_whole_in_both_languages(row: dict[str, str]) -> None:
    """What was found, what was expected and what to do, none left empty."""
    assert all(row[f"{part}_{language}"] for part in PARTS for language in ("zh", "en"))


@pytest.mark.parametrize("side", shapes.SIDES)
def test_sides_are_named_in_the_language_of_the_message(side: str) -> None:
    """A Chinese message contains no English side."""
    with pytest.raises(GeometryError) as caught:
        shapes.side(box(0, 0, 10, 10), LineString([(90, 0), (99, 9)]), side=side)
    assert side in caught.value.message("en")
    assert side not in caught.value.message("zh")
