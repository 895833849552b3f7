"""How commands put things on the screen: words, tables, JSON."""

import json
import math
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from erdao_gis.errors import Language, visible
from erdao_gis.wording import word

if TYPE_CHECKING:
    import pandas as pd


def say(key: str, language: Language, facts: Mapping[str, object] | None = None) -> None:
    """Print one line out of the table of words."""
    text = word("cli", key, language)
    click.echo(text.format_map(facts) if facts else text)


def show_json(data: object) -> None:
    """Print ``data`` as JSON; Chinese as it is where the screen can show it."""
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    click.echo(json.dumps(data, ensure_ascii=not utf8, allow_nan=False, indent=1))


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def show_table(rows: Sequence[Sequence[object]], heads: Sequence[str]) -> None:
    """Print a table whose columns stand under one another, Chinese counted as two cells."""
    texts = [[str(cell) for cell in row] for row in [heads, *rows]]
    widths = [max(_width(row[i]) for row in texts) for i in range(len(heads))]
    for number, row in enumerate(texts):
        cells = [cell + " " * (w - _width(cell)) for cell, w in zip(row, widths, strict=True)]
        click.echo("  ".join(cells).rstrip())
        if number == 0:
            click.echo("  ".join("-" * width for width in widths))


def table_rows(table: "pd.DataFrame") -> list[dict[str, object]]:
    """Give the rows of a table as JSON has them; what is missing or endless is null."""
    plain = table.astype(object).where(table.notna(), None)
    return [
        {str(name): None if _endless(value) else value for name, value in row.items()}
        for row in plain.to_dict("records")
    ]


def _endless(value: object) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


def show_frame(table: "pd.DataFrame") -> None:
    """Print a table with its headings; what is missing is empty, areas have two decimals."""
    show_table(
        [[_cell(value) for value in row.values()] for row in table_rows(table)],
        [str(name) for name in table.columns],
    )


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:,.2f}" if isinstance(value, float) else visible(value)
