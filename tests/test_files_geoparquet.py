"""GeoParquet: exact values, stated CRS, the optional package asked for by name."""

import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from pyarrow import parquet

from erdao_gis.errors import FormatError, MissingDependencyError, UnsafeInputError
from erdao_gis.files import Limits, read_features


def _parquet(folder: Path, crs: int | None = 4551) -> Path:
    frame = gpd.GeoDataFrame(
        {"code": ["01", None], "parcel": pd.array([2201050010010012345, None], dtype="Int64")},
        geometry=[shapely.Point(460000, 4860000), None],
        crs=crs,
    )
    frame.to_parquet(folder / "a.parquet")
    return folder / "a.parquet"


def test_values_are_exact(tmp_path: Path) -> None:
    """Codes and 19-digit numbers beside missing ones keep every digit."""
    table = read_features(_parquet(tmp_path), null_geometry="keep")
    assert table.frame["parcel"].tolist() == ["2201050010010012345", None]
    assert table.frame["code"].tolist() == ["01", None]
    assert table.frame.crs.to_epsg() == 4551


def test_null_crs_needs_one(tmp_path: Path) -> None:
    """A file that says that nobody knows its CRS is read with crs= only."""
    path = _parquet(tmp_path, crs=None)
    assert read_features(path, crs=4551).features_out == 1


def test_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without pyarrow the error says which extra to install."""
    path = _parquet(tmp_path)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingDependencyError) as caught:
        read_features(path)
    assert "erdao-gis[parquet]" in str(caught.value)


def test_file_cut_off_is_noticed(tmp_path: Path) -> None:
    """An interrupted copy lacks the end, where the directory is."""
    path = _parquet(tmp_path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(FormatError) as caught:
        read_features(path)
    assert caught.value.key == "parquet_damaged"


def test_table_without_shapes_is_refused(tmp_path: Path) -> None:
    """Plain Parquet is not GeoParquet."""
    parquet.write_table(pa.table({"a": [1]}), tmp_path / "a.parquet")
    with pytest.raises(FormatError) as caught:
        read_features(tmp_path / "a.parquet")
    assert caught.value.key == "parquet_without_geo"


def test_rows_and_bytes_have_limits(tmp_path: Path) -> None:
    """What the directory declares is counted before anything is unpacked."""
    path = _parquet(tmp_path)
    for limits in (Limits(features=1), Limits(unpacked_bytes=10)):
        with pytest.raises(UnsafeInputError):
            read_features(path, limits=limits)
