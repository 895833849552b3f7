"""Words in Chinese and English: `Pair`, and the tables ``layers/strings/<table>.csv``."""

import csv
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources

from erdao_gis.errors import Language

_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One text in both languages."""

    zh: str
    """Chinese."""
    en: str
    """English; where it is empty the Chinese text is shown."""

    def text(self, language: Language) -> str:
        """Return the text in ``language``.

        >>> Pair(zh="道路", en="").text("en")
        '道路'
        """
        return self.zh if language == "zh" else self.en or self.zh


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


def pair(table: str, key: str, facts: Mapping[str, object] | None = None) -> Pair:
    """Return a row of a word table in both languages, its places filled with ``facts``.

    Facts that are pairs are filled in their own language.

    >>> pair("maps", "percent", {"name": Pair(zh="绿地率", en="Green ratio")}).zh
    '绿地率（%）'
    """
    texts = words(table)[key]
    if not facts:
        return Pair(**texts)
    given = {
        language: {
            name: getattr(fact, language) if isinstance(fact, Pair) else fact
            for name, fact in facts.items()
        }
        for language in ("zh", "en")
    }
    return Pair(zh=texts["zh"].format_map(given["zh"]), en=texts["en"].format_map(given["en"]))


def label_list(labels: Iterable[object]) -> str:
    """Name the first few of many rows in a message.

    >>> label_list(range(8))
    '0, 1, 2, 3, 4 … (+3)'
    """
    every = [str(label) for label in labels]
    more = f" … (+{len(every) - _SHOWN})" if len(every) > _SHOWN else ""
    return ", ".join(every[:_SHOWN]) + more
