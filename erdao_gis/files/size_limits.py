"""How large an input may be before it is refused: a small file must not fill the machine."""

from dataclasses import dataclass

from erdao_gis.errors import UnsafeInputError


@dataclass(frozen=True)
class Limits:
    """Upper bounds for one input file.

    Parameters
    ----------
    file_bytes
        Size of the file itself.
    text_bytes
        Size of a text file (GeoJSON, CSV), which is read whole.
    unpacked_bytes
        What an archive (zip, xlsx) may unpack to.
    members
        Files in an archive.
    features
        Rows of a layer.
    vertices
        Coordinates of a layer.
    cells
        Cells of a raster, all bands together.
    columns
        Columns of a table.
    values
        Rows times columns of a table.

    Examples
    --------
    >>> Limits(features=1000).features
    1000
    """

    file_bytes: int = 8_000_000_000
    text_bytes: int = 1_000_000_000
    unpacked_bytes: int = 4_000_000_000
    members: int = 1000
    features: int = 5_000_000
    vertices: int = 100_000_000
    cells: int = 50_000_000_000
    columns: int = 2000
    values: int = 200_000_000


DEFAULT_LIMITS = Limits()
"""Roomy for a district: 200,000 parcels use less than a tenth of each."""


def check_table_size(file: str, *, rows: int, columns: int, limits: Limits) -> None:
    """Refuse a table before room is made for all its values.

    Parameters
    ----------
    file
        Name of the file, for the message.
    rows, columns
        Of the table; every row has a value in every column, None where there is none.
    limits
        Of columns, and of rows times columns.

    Raises
    ------
    UnsafeInputError
        Beyond the limits.

    Examples
    --------
    >>> check_table_size("a.csv", rows=200_000, columns=60, limits=DEFAULT_LIMITS)
    """
    if columns > limits.columns:
        raise UnsafeInputError("too_many_columns", {"file": file, "limit": limits.columns})
    if rows * columns > limits.values:
        facts = {"file": file, "rows": rows, "columns": columns, "limit": limits.values}
        raise UnsafeInputError("too_many_values", facts)
