"""Interface words in Chinese and English, out of ``layers/strings/<table>.csv``."""

import csv
import functools
from importlib import resources

from erdao_gis.errors import Language


@functools.cache
def words(table: str) -> dict[str, dict[str, str]]:
    """Read one table of words: key -> {"zh": ..., "en": ...}.

    >>> words("cli")["layer"]["zh"]
    '图层'
    """
    path = resources.files("erdao_gis.shipped") / "strings" / f"{table}.csv"
    with path.open("r", encoding="utf-8") as stream:
        return {row["key"]: {"zh": row["zh"], "en": row["en"]} for row in csv.DictReader(stream)}


def word(table: str, key: str, language: Language) -> str:
    """Return one word in ``language``.

    >>> word("cli", "layer", "en")
    'Layer'
    """
    return words(table)[key][language]
