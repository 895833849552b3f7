"""The words of errors and rejects: both languages, the same facts."""

import csv
import re
from importlib import resources

import pytest


def _rows(table: str) -> list[dict[str, str]]:
    folder = resources.files("erdao_gis.shipped") / "strings" / "messages"
    with (folder / f"{table}.csv").open("r", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def _placeholders(row: dict[str, str], language: str) -> set[str]:
    text = "".join(row[f"{part}_{language}"] for part in ("found", "expected", "remedy"))
    return set(re.findall(r"{(\w+)}", text))


@pytest.mark.parametrize("table", ["crs", "files"])
def test_both_languages_tell_the_same_facts(table: str) -> None:
    """Each row has its parts in Chinese and English, with the same placeholders."""
    for row in _rows(table):
        assert _placeholders(row, "zh") == _placeholders(row, "en"), row["key"]
        for part in ("found", "expected", "remedy"):
            assert bool(row[f"{part}_zh"]) == bool(row[f"{part}_en"]), row["key"]
        assert row["found_zh"], row["key"]
