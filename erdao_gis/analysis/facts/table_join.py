"""A table joined to parcels by their code; what does not match is listed both ways."""

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from erdao_gis.analysis.facts.given_parcels import parcels_given
from erdao_gis.errors import SchemaError
from erdao_gis.wording import label_list


@dataclass(frozen=True, kw_only=True, eq=False)
class ParcelJoin:
    """Parcels with the columns of a table, and what did not find its other half."""

    parcels: gpd.GeoDataFrame
    "All parcels in their order; the table's columns are missing where nothing matched."
    parcels_alone: pd.Index
    "Codes of the parcels without a row in the table."
    rows_alone: pd.DataFrame
    "Rows of the table whose code no parcel has, or that have none."
    rows_repeated: pd.DataFrame
    "Rows of codes that the table has more than once: none of them was joined."
    ledger: dict[str, int]
    "rows = joined + alone + repeated; parcels = joined + without_row + ambiguous."


def join_parcel_table(parcels: gpd.GeoDataFrame, table: pd.DataFrame, on: str) -> ParcelJoin:
    """Join a table (a land-release notice, a list of limits) to parcels by code.

    Parameters
    ----------
    parcels
        In metres (EPSG:4551), index: the parcel codes as text.
    table
        One row for each parcel; its other columns must not be those of the parcels.
    on
        The table's column with the codes, as text. Blanks around a code do not count.

    Raises
    ------
    CRSError, GeometryError
        Parcels in degrees, or invalid.
    SchemaError
        No such column, codes that are no text, parcels that occur twice, or columns of the same
        name on both sides.

    Examples
    --------
    >>> from shapely import box
    >>> plots = gpd.GeoDataFrame(geometry=[box(0, 0, 9, 9)], index=["A"], crs=4551)
    >>> notice = pd.DataFrame({"地块编号": ["A", "B"], "容积率": [2.0, 1.5]})
    >>> joined = join_parcel_table(plots, notice, "地块编号")
    >>> joined.parcels["容积率"].tolist(), joined.rows_alone["地块编号"].tolist()
    ([2.0], ['B'])
    """
    parcels_given(parcels)
    if on not in table.columns:
        facts = {"column": on, "columns": label_list(table.columns)}
        raise SchemaError("parcels_join_no_key", facts)
    both = [str(name) for name in table.columns if name != on and name in parcels.columns]
    if both:
        raise SchemaError("parcels_join_columns", {"columns": ", ".join(both)})
    _require_text(pd.Series(parcels.index, index=parcels.index), str(parcels.index.name or "index"))
    _require_text(table[on], on)
    keys = table[on].astype("str").str.strip()
    known = keys.isin(parcels.index)
    repeated = keys.duplicated(keep=False) & keys.notna() & known
    alone = ~known
    fitting = table[known & ~repeated].drop(columns=on)
    fitting.index = pd.Index(keys[known & ~repeated], name=parcels.index.name)
    joined = parcels.join(fitting)
    ambiguous = parcels.index[parcels.index.isin(keys[repeated])]
    without = parcels.index[~parcels.index.isin(keys)]
    ledger = {
        "rows": len(table),
        "joined": len(fitting),
        "alone": int(alone.sum()),
        "repeated": int(repeated.sum()),
        "parcels": len(parcels),
        "without_row": len(without),
        "ambiguous": len(ambiguous),
    }
    return ParcelJoin(
        parcels=joined,
        parcels_alone=without,
        rows_alone=table[alone],
        rows_repeated=table[repeated],
        ledger=ledger,
    )


def _require_text(codes: "pd.Series[str]", column: str) -> None:
    """Refuse numbers: a 19-digit code that was one has lost its last digits already."""
    wrong = codes.notna() & ~codes.map(lambda value: isinstance(value, str)).astype(bool)
    if wrong.any():
        facts = {"column": column, "ids": label_list(codes[wrong].tolist())}
        raise SchemaError("parcels_codes_not_text", facts)
