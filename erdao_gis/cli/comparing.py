"""Command that compares the parcels of two dates, or with those of a file."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from erdao_gis.cli.catalogue import AS_JSON
from erdao_gis.cli.lineage import WORKSPACE, tell
from erdao_gis.cli.parcels import INTO, SHOWN
from erdao_gis.cli.screen import show_frame, show_json, table_rows
from erdao_gis.errors import Language, visible
from erdao_gis.wording import word

_ATTRIBUTES = 20
_SEEN_M2 = 0.005  # with two decimals less is nothing

if TYPE_CHECKING:
    import pandas as pd

    from erdao_gis.parcels import Comparison


@click.command()
@WORKSPACE
@click.option("--since", help="此日终为变化前 / the end of this day is the state before.")
@click.option("--until", help="此日终为变化后，默认现状 / of this day: after (default: now).")
@click.option(
    "--with",
    "other",
    type=click.Path(path_type=Path),
    help="与此文件中的地块比较（工作区为前，文件为后） / compare with the parcels of this file "
    "(workspace before, file after).",
)
@click.option(
    "--datum",
    type=click.Choice(["CGCS2000", "WGS84", "GCJ-02", "BD-09"]),
    default="CGCS2000",
    help="文件坐标的基准 / datum of the file's coordinates.",
)
@click.option("--crs", help="无坐标系文件的坐标系，如 EPSG:4551 / CRS of a file that has none.")
@INTO
@AS_JSON
@click.pass_context
def compare(  # noqa: PLR0913  # one parameter an option
    context: click.Context,
    workspace: Path,
    since: str | None,
    until: str | None,
    other: Path | None,
    datum: str,
    crs: str | None,
    into: Path | None,
    *,
    as_json: bool,
) -> None:
    """比较两个日期或两份地块 / Compare the parcels of two dates, or with those of a file."""
    from erdao_gis.parcels import compare_dates, compare_with_file, write_comparison
    from erdao_gis.reports.parcel_changes import write_changes_map

    language: Language = context.obj
    if (since is None) == (other is None) or (until is not None and since is None):
        raise click.UsageError(word("lineage", "since_or_with", language))
    if other is not None:
        found = compare_with_file(workspace, other, crs=crs, datum=datum)
    else:
        found = compare_dates(workspace, since or "", until)
    paths: list[Path] = []
    if into:
        paths = [*write_comparison(found, into, language), write_changes_map(found, into, language)]
    if as_json:
        show_json(_comparison_record(found) | {"written": [str(path) for path in paths]})
    else:
        _show_comparison(found, language)
        for path in paths:
            tell("written", language, path=str(path))
    context.exit(1 if len(found.rejects) else 0)


def _comparison_record(found: "Comparison") -> dict[str, object]:
    return {
        "before": found.before_label,
        "after": found.after_label,
        "changes": table_rows(found.table),
        "totals": table_rows(found.totals.reset_index()),
        "attributes": table_rows(found.attributes),
        "common_shift_m": found.common_shift_m,
        "account": {str(key): value for key, value in found.account.items()},
        "rejects": table_rows(found.rejects),
    }


def _show_comparison(found: "Comparison", language: Language) -> None:
    from erdao_gis.parcels.lineage.comparison_tables import (
        account_table,
        attributes_table,
        changes_table,
        comparison_headings,
        counted_how,
        totals_table,
    )

    for line in (*comparison_headings(found, language), *counted_how(found, language)):
        click.echo(visible(line))
    changed = ~found.table["change"].isin(["unchanged", "altered"])
    _show_first(changes_table(found, language)[changed.to_numpy()], language)
    if len(found.attributes):
        tell("attributes", language, number=len(found.attributes))
        _show_first(attributes_table(found, language), language, most=_ATTRIBUTES)
    totals = totals_table(found, language)
    show_frame(totals[(found.totals["pairs"] > 0).to_numpy()])
    click.echo()
    account = account_table(found, language)
    show_frame(
        account[(found.account.abs() >= _SEEN_M2).to_numpy() | ~account.index.isin((3, 6, 7, 8))]
    )
    if len(found.rejects):
        tell("rejects", language, number=len(found.rejects))
        for row in found.rejects.head(SHOWN).to_dict("records"):
            click.echo(f"- {row['row']} {visible(row['id'])}: {row[f'reason_{language}']}")


def _show_first(table: "pd.DataFrame", language: Language, *, most: int = SHOWN) -> None:
    """Print the first rows of a table, and how many more there are."""
    if not len(table):
        return
    show_frame(table.head(most))
    if len(table) > most:
        tell("more", language, number=len(table) - most)
    click.echo()
