"""Land-use codes of a file that is imported: read in their edition, held against the layer's."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd

from erdao_gis.catalogue.schema import Layer
from erdao_gis.errors import Finding, SchemaError
from erdao_gis.intake.joining import places_of_rows
from erdao_gis.intake.mapping import Matched
from erdao_gis.intake.preview import ImportOptions
from erdao_gis.intake.replacing import codes_left, no_kept_codes
from erdao_gis.land_use import PRESENT_EDITION, require_edition
from erdao_gis.land_use.file_edition import (
    CODE,
    EDITION,
    FileEdition,
    blank_cells,
    file_edition,
    is_class,
    names_against_codes,
    one_edition,
    put_codes_for_names,
)

_NO_EDITION = FileEdition(edition="", origin="")


@dataclass(frozen=True, kw_only=True, eq=False)
class LandUses:
    """Rows of a file with their land use in codes of one edition."""

    rows: pd.DataFrame
    said: pd.DataFrame
    "The rows without an edition that their file does not state."
    edition: FileEdition = _NO_EDITION
    translated: Mapping[str, int] = field(default_factory=dict)
    "Names of land-use classes that became codes (城镇住宅用地 → 0701), with their number."
    notes: tuple[Finding, ...] = ()
    kept: pd.DataFrame = field(default_factory=no_kept_codes)
    "Codes of the layer that a joined table did not change: id, layer, table, why."


def require_sayings(layer: Layer, options: ImportOptions) -> None:
    """Refuse an edition for a layer without codes, and columns to be replaced that are none.

    Raises
    ------
    SchemaError
        Either of them, or an edition that does not exist.
    """
    if options.edition:
        require_edition(options.edition)
        if layer.column(EDITION) is None:
            raise SchemaError("edition_not_here", {"layer": layer.name})
    unknown = [name for name in options.replace if layer.column(name) is None or name == "id"]
    if unknown:
        names = ", ".join(name for name in layer.column_names if name != "id")
        facts = {"column": unknown[0], "layer": layer.name, "names": names}
        raise SchemaError("replace_unknown", facts)


def uses_of_outlines(
    layer: Layer,
    rows: pd.DataFrame,
    matched: Matched,
    options: ImportOptions,
    before: gpd.GeoDataFrame | None,
) -> LandUses:
    """Tell the edition of the codes of outlines, and put codes for names in it.

    Parameters
    ----------
    layer
        One without a column ``edition`` has its rows back as they are.
    rows
        Fitted to the layer; index: row of the file.
    matched
        Its headings.
    options
        What the person says; ``edition`` fills empty cells.
    before
        The layer as supplied so far; None if nothing was.
    """
    column = layer.column(EDITION)
    if column is None:
        return LandUses(rows=rows, said=rows)
    given = rows[EDITION] if EDITION in rows else _nothing(rows)
    codes = rows[CODE] if CODE in rows else _nothing(rows)
    silent = blank_cells(given)
    had = one_edition(before[EDITION]) if before is not None else ""
    asked = codes[silent & ~blank_cells(codes)]
    edition = file_edition(asked, told=options.edition, stated=one_edition(given), layer=had)
    editions = _texts(given).where(~silent, edition.edition or PRESENT_EDITION)
    table, translated, notes = _coded(rows, editions, matched, layer)
    filled = table
    if edition.known or (edition.edition and column.required):
        filled = table.assign(**{EDITION: editions.astype(object)})
    return LandUses(
        rows=filled,
        said=table,
        edition=edition,
        translated=translated,
        notes=(*edition.notes, *notes),
    )


def uses_of_table(
    layer: Layer,
    rows: pd.DataFrame,
    matched: Matched,
    options: ImportOptions,
    features: gpd.GeoDataFrame,
) -> LandUses:
    """Put codes for names in the edition of the features, and leave them their valid codes.

    Parameters
    ----------
    layer, rows, matched, options
        As for `uses_of_outlines`; ``replace`` with ``land_use_code`` lets the table win.
    features
        The layer as supplied, index: ids.
    """
    column = layer.column(EDITION)
    if column is None:
        return LandUses(rows=rows, said=rows)
    places = places_of_rows(features.index, rows)
    had = one_edition(features[EDITION])
    own = features.loc[blank_cells(features[EDITION]) & ~blank_cells(features[CODE]), CODE]
    basis = had or file_edition(own, told="", stated="", layer="").edition
    given = _texts(rows[EDITION]) if EDITION in rows else _nothing(rows)
    silent = blank_cells(given)
    codes = rows[CODE] if CODE in rows else _nothing(rows)
    asked = codes[silent & ~blank_cells(codes)]
    edition = file_edition(
        asked, told=options.edition, stated=one_edition(given), layer=basis, layer_first=True
    )
    held = _texts(features[EDITION]).where(
        ~blank_cells(features[EDITION]), basis or edition.edition or PRESENT_EDITION
    )
    here = pd.Series(edition.edition or PRESENT_EDITION, index=rows.index, dtype=object)
    if not options.edition:
        for row, place in places.items():
            here[row] = held.iloc[place]
    editions = given.where(~silent, here)
    table, translated, notes = _coded(rows, editions, matched, layer)
    if CODE not in rows and not options.edition:
        return LandUses(rows=table, said=table, edition=_NO_EDITION, notes=notes)
    kept = no_kept_codes()
    if CODE in rows:
        left = codes_left(
            features.assign(**{EDITION: held}),
            table.assign(**{EDITION: given.where(~silent, editions)}),
            places,
            words=rows[CODE],
            heading=_own_heading(layer, matched),
            replace=CODE in options.replace,
        )
        kept = left.kept
        table = left.rows
        table[EDITION] = given.where(~blank_cells(table[EDITION]), None)
    wanted = options.edition or had
    if not wanted and (edition.origin in {"file", "codes"} or column.required):
        wanted = edition.edition
    table = _with_editions(table, features, places, wanted=wanted)
    if EDITION in table and EDITION not in rows and table[EDITION].isna().all():
        table = table.drop(columns=EDITION)
    return LandUses(
        rows=table,
        said=table,
        edition=edition,
        translated=translated,
        notes=(*edition.notes, *notes),
        kept=kept,
    )


def _with_editions(
    rows: pd.DataFrame, features: gpd.GeoDataFrame, places: Mapping[int, int], *, wanted: str
) -> pd.DataFrame:
    """Fill the edition beside codes that the table brings, and beside the layer's that fit it."""
    if not wanted:
        return rows
    told = rows[EDITION].astype(object).copy() if EDITION in rows else _nothing(rows)
    coded = ~blank_cells(rows[CODE]) if CODE in rows else pd.Series(False, index=rows.index)
    open_ones = blank_cells(features[EDITION]).to_numpy(bool)
    codes = features[CODE].to_numpy(object)
    for row, place in places.items():
        fits = open_ones[place] and is_class(str(codes[place]).strip(), wanted)
        if pd.isna(told[row]) and (coded[row] or fits):
            told[row] = wanted
    return rows.assign(**{EDITION: told})


def _nothing(rows: pd.DataFrame) -> "pd.Series[str]":
    return pd.Series(None, index=rows.index, dtype=object)


def _texts(values: "pd.Series[str]") -> "pd.Series[str]":
    return values.map(lambda value: str(value).strip(), na_action="ignore").astype(object)


def _coded(
    rows: pd.DataFrame, editions: "pd.Series[str]", matched: Matched, layer: Layer
) -> tuple[pd.DataFrame, Mapping[str, int], tuple[Finding, ...]]:
    """Put codes for names, and hold other columns with names against the codes."""
    if CODE not in rows:
        return rows, {}, ()
    codes, translated = put_codes_for_names(rows[CODE], editions)
    table = rows.assign(**{CODE: codes})
    mapped = {pair.heading for pair in matched.pairs}
    others = [
        str(name)
        for name in rows.columns
        if name not in layer.column_names and name not in mapped and rows[name].dtype == object
    ]
    return table, translated, tuple(names_against_codes(table, editions, others))


def _own_heading(layer: Layer, matched: Matched) -> str:
    """Name the column that keeps the table's words: as in the table, if the layer has it not."""
    pair = matched.pair_of(CODE)
    heading = pair.heading if pair else CODE
    taken = {name.casefold() for name in (*layer.column_names, "fid", "geom", "geometry")}
    return f"{heading}_2" if heading.casefold() in taken else heading
