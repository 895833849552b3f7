"""A comparison of parcels as tables with headings for people, as a workbook and as a layer."""

from pathlib import Path

import pandas as pd

from erdao_gis.catalogue import layer_schema
from erdao_gis.days import is_day
from erdao_gis.errors import Language
from erdao_gis.files import write_bytes_atomic, write_features
from erdao_gis.parcels.answers import notices
from erdao_gis.parcels.lineage.compared_ground import changed_ground
from erdao_gis.parcels.lineage.comparison import SCENARIO, Comparison
from erdao_gis.wording import word, words
from erdao_gis.workbooks.plain_tables import Sheet, workbook_bytes


def side_name(label: str, language: Language) -> str:
    """Name a side of a comparison: a date, a file, a scenario, or the workspace as it is."""
    if label == SCENARIO:
        return word("lineage", "a_scenario", language)
    if is_day(label):
        return word("lineage", "end_of_day", language).format(date=label)
    return label or word("lineage", "as_it_is", language)


def comparison_headings(found: Comparison, language: Language) -> tuple[str, ...]:
    """Say what is compared, and that parcels are drafted for illustration if any is.

    Returns
    -------
    tuple of str
        Lines to stand over tables and on the map.

    Examples
    --------
    >>> import tempfile
    >>> from erdao_gis.parcels.lineage.comparison import compare_dates
    >>> from erdao_gis.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     found = compare_dates(write_sample(Path(folder) / "town"), "2020-01-01")
    >>> comparison_headings(found, "en")
    ('Before: the end of 2020-01-01. After: the workspace as it is.',)
    """
    sides = [side_name(label, language) for label in (found.before_label, found.after_label)]
    said = word("lineage", "compared", language).format(before=sides[0], after=sides[1])
    shift = found.common_shift_m
    told = []
    if shift is not None:
        facts = {"east": f"{shift[0]:+.2f}", "north": f"{shift[1]:+.2f}"}
        told.append(word("lineage", "common_shift", language).format(**facts))
    return (said, *told, *(notices(found.after, language) or notices(found.before, language)))


def counted_how(found: Comparison, language: Language) -> tuple[str, ...]:
    """Say which ground of a redrawn parcel counts as changed; nothing if none was redrawn."""
    redrawn = (found.table["change"] == "redrawn").any()
    return (word("lineage", "redrawn_counts", language),) if redrawn else ()


def change_name(change: str, language: Language) -> str:
    """Name a change for people; of several operations all of them, in their order.

    Examples
    --------
    >>> change_name("split;merged", "zh")
    '分割→合并'
    """
    return "→".join(word("lineage", f"change_{one}", language) for one in change.split(";"))


def changes_table(found: Comparison, language: Language, *, full: bool = False) -> pd.DataFrame:
    """Give the changes under headings for people, what changed first.

    Parameters
    ----------
    found
        From `compare`, `compare_dates` or `compare_with_file`.
    language
        Of headings and words.
    full
        Also tell what was lost and gained.
    """
    names = [change_name(change, language) for change in found.table["change"]]
    columns = ["change", "from_id", "to_id", "area_m2", "shared_m2"]
    columns += ["gone_m2", "new_m2"] if full else []
    table = found.table.assign(change=names)[columns]
    return table.set_axis([word("lineage", f"head_{name}", language) for name in columns], axis=1)


def totals_table(found: Comparison, language: Language) -> pd.DataFrame:
    """Give the totals under headings for people."""
    told = words("lineage")
    table = found.totals.reset_index()
    table["change"] = [change_name(change, language) for change in table["change"]]
    return table.set_axis([told[f"head_{name}"][language] for name in table.columns], axis=1)


def attributes_table(found: Comparison, language: Language) -> pd.DataFrame:
    """Give the figures and words that differ under headings for people."""
    layer = layer_schema("parcels")
    titles = {column.name: column.title(language) for column in layer.columns}
    columns = ["id", "column", "old", "new"]
    table = found.attributes.assign(column=found.attributes["column"].map(titles))[columns]
    return table.set_axis([word("lineage", f"head_{name}", language) for name in columns], axis=1)


def account_table(found: Comparison, language: Language) -> pd.DataFrame:
    """Give the account of areas under headings for people."""
    told = words("lineage")
    table = found.account.rename_axis("item").rename("value").reset_index()
    table["item"] = table["item"].map(lambda item: told[f"account_{item}"][language])
    return table.set_axis([told[f"head_{name}"][language] for name in table.columns], axis=1)


def write_comparison(found: Comparison, folder: Path | str, language: Language) -> list[Path]:
    """Write ``compare.xlsx`` (changes, attributes, totals, account, rejects) and ``compare.gpkg``.

    The GeoPackage has the ground that changed, for a map; without changes it is not written.

    Parameters
    ----------
    found
        From `compare`, `compare_dates` or `compare_with_file`.
    folder
        Where to; made when missing.
    language
        Of headings and words.

    Returns
    -------
    list of pathlib.Path
        The files written; text out of data never becomes a formula in the workbook.

    Examples
    --------
    >>> import tempfile
    >>> from erdao_gis.parcels.lineage.comparison import compare_dates
    >>> from erdao_gis.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     found = compare_dates(write_sample(Path(folder) / "town"), "2020-01-01")
    ...     [path.name for path in write_comparison(found, folder, "en")]
    ['compare.xlsx']
    """
    over = comparison_headings(found, language)
    reason = f"reason_{language}"
    rejects = found.rejects[["row", "id", reason]]
    heads = [word("lineage", f"head_{name}", language) for name in ("row", "id", "reason")]
    sheets = {
        "changes": changes_table(found, language, full=True),
        "attributes": attributes_table(found, language),
        "totals": totals_table(found, language),
        "account": account_table(found, language),
        "rejects": rejects.set_axis(heads, axis=1),
    }
    made = [
        Sheet(
            title=word("lineage", f"sheet_{key}", language),
            table=table,
            notices=(*over, *(counted_how(found, language) if key == "changes" else ())),
        )
        for key, table in sheets.items()
    ]
    target = Path(folder)
    written = [write_bytes_atomic(target / "compare.xlsx", workbook_bytes(made))]
    ground = changed_ground(found)
    if len(ground):
        names = [change_name(change, language) for change in ground["change"]]
        named = ground.assign(change_name=names)
        written.append(write_features(named, target / "compare.gpkg"))
    return written
