"""Translate the land-use codes of a workspace's layer from one edition into another."""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from erdao_gis.catalogue import (
    Change,
    Workspace,
    change_layer,
    layer_schema,
    open_workspace,
    read_layer,
    supply_record,
    write_supplied,
)
from erdao_gis.errors import SchemaError, WorkspaceError
from erdao_gis.land_use import land_use_classes, recode_land_use, recoding
from erdao_gis.parcels.lineage.books import state_of_files
from erdao_gis.parcels.lineage.recorded_changes import require_same_files

_COLUMN = "land_use_code"
_SAID = 10
_M2_A_HA = 10_000.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Recoding:
    """What translating the codes of a layer did, or would do."""

    layer: str
    from_edition: str
    to_edition: str
    features: int
    "Features of the layer."
    without_code: int
    "Those that have no code, before and after."
    pairs: pd.DataFrame
    """One row for each pair of an old and a new code: ``from_code``, ``to_code``, ``count``,
    ``area_ha``, the names of both in both languages, ``certainty`` and ``note_zh``,
    ``note_en``."""
    rows: pd.DataFrame
    """One row a feature that has a code, in the order of the layer: index ``id``; ``name_zh``,
    ``from_code``, ``to_code`` (missing where unknown) and ``area_ha``."""
    unknown: tuple[tuple[object, str], ...]
    "Feature and code that the old edition does not have."
    uncertain: tuple[tuple[object, str], ...]
    "Feature and code whose translation a person should look at."
    written: bool
    changes: tuple[Change, ...]
    "Plan features that were derived again and changed."

    @property
    def changed(self) -> int:
        """Features whose code is another one now."""
        differ = self.pairs["from_code"] != self.pairs["to_code"]
        return int(self.pairs.loc[differ, "count"].sum())

    @property
    def renamed(self) -> pd.DataFrame:
        """Rows of `pairs` whose code stays while the class has another name now."""
        same = self.pairs["from_code"] == self.pairs["to_code"]
        return self.pairs[same & (self.pairs["from_name_zh"] != self.pairs["to_name_zh"])]

    @property
    def unchanged(self) -> int:
        """Features whose code stays."""
        return int(self.pairs["count"].sum()) - self.changed


def recode_parcels(
    workspace: Workspace | Path | str,
    from_edition: str,
    to_edition: str,
    *,
    layer: str = "parcels",
    accept_unknown: bool = False,
    dry_run: bool = False,
) -> Recoding:
    """Translate the land-use codes of a layer that the district supplied, all in one pass.

    The old codes stay in ``land_use_code_<from_edition>``; parcels retired before keep theirs.

    Parameters
    ----------
    workspace
        A workspace or its folder.
    from_edition, to_edition
        Of `EDITIONS`, with a table between them.
    layer
        ``parcels`` or ``land_use``.
    accept_unknown
        Also translate where some codes are not of the old edition; they stay in the old column
        only, and the new code is empty.
    dry_run
        Only tell; write nothing.

    Returns
    -------
    Recoding
        Features = changed + unchanged + unknown + without code. Where no feature has a code
        nothing is written.

    Raises
    ------
    SchemaError
        Unknown codes that were not accepted (not in a dry run), codes of the third land survey,
        a layer whose edition is another one, or that was translated already.
    WorkspaceError
        The workspace has no such layer of its own, or another run changed it meanwhile.

    Examples
    --------
    >>> import tempfile
    >>> from erdao_gis.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     recode_parcels(write_sample(Path(folder) / "town"), "2020", "2023")
    Traceback (most recent call last):
        ...
    erdao_gis.errors.SchemaError: ...
    """
    opened = open_workspace(workspace)
    schema = layer_schema(layer)
    if schema.column(_COLUMN) is None or schema.column("edition") is None:
        raise SchemaError("lineage_no_codes", {"layer": layer})
    if not opened.supplied_path(layer).exists():
        raise WorkspaceError("lineage_not_supplied", {"layer": layer})
    state = state_of_files(opened, layer)
    frame = read_layer(layer, opened)
    said = set(frame["edition"].dropna())
    if said == {to_edition} != {from_edition}:
        raise SchemaError("lineage_already", {"layer": layer, "edition": to_edition})
    kept = f"{_COLUMN}_{from_edition}"
    if kept in frame.columns and frame[kept].notna().any():
        raise SchemaError("lineage_recoded_before", {"layer": layer, "column": kept})
    recoded = recode_land_use(frame, from_edition, to_edition)
    unknown, uncertain = recoded.attrs["unknown"], recoded.attrs["uncertain"]
    changes: tuple[Change, ...] = ()
    known = recoded[_COLUMN].notna()
    writes = not dry_run and bool(known.any() or unknown)
    if writes:
        if unknown and not accept_unknown:
            shown = ", ".join(f"{key} ({code})" for key, code in unknown[:_SAID])
            facts = {"layer": layer, "edition": from_edition, "number": len(unknown)}
            raise SchemaError("lineage_unknown_codes", facts | {"shown": shown})
        record = {"completeness": frame.attrs["completeness"]} | supply_record(layer, opened)
        record |= {"edition": to_edition, "edition_from": "recoded"}

        def put() -> None:
            require_same_files(opened, layer, state)
            write_supplied(opened, layer, gpd.GeoDataFrame(recoded), record)

        changes = change_layer(opened, layer, put)
    rows = _rows(gpd.GeoDataFrame(recoded), kept)
    return Recoding(
        layer=layer,
        from_edition=from_edition,
        to_edition=to_edition,
        features=len(frame),
        without_code=len(frame) - int(known.sum()) - len(unknown),
        pairs=_pairs(rows, from_edition, to_edition),
        rows=rows,
        unknown=unknown,
        uncertain=uncertain,
        written=writes,
        changes=changes,
    )


def _rows(recoded: gpd.GeoDataFrame, kept: str) -> pd.DataFrame:
    """Give old and new code of each feature that has one."""
    rows = pd.DataFrame(
        {
            "name_zh": recoded.get("name_zh"),
            "from_code": recoded[kept].astype("str").str.strip(),
            "to_code": recoded[_COLUMN],
            "area_ha": recoded.area / _M2_A_HA,
        },
        index=recoded.index,
    )
    told = recoded[kept].notna() & (rows["from_code"] != "")
    told_rows: pd.DataFrame = rows.loc[told.to_numpy(bool)]
    return told_rows


def _pairs(rows: pd.DataFrame, from_edition: str, to_edition: str) -> pd.DataFrame:
    """Count the pairs of codes, those that changed first, with their names in both editions."""
    known = rows[rows["to_code"].notna()]
    codes = known.astype({"to_code": "str"}).groupby(["from_code", "to_code"])["area_ha"]
    pairs = codes.agg(count="size", area_ha="sum").reset_index()
    for side, edition in (("from", from_edition), ("to", to_edition)):
        names = land_use_classes(edition)
        for language in ("zh", "en"):
            told = pairs[f"{side}_code"].map(names[f"name_{language}"])
            pairs[f"{side}_name_{language}"] = told
    table = recoding(from_edition, to_edition)
    for column, otherwise in (("certainty", "certain"), ("note_zh", ""), ("note_en", "")):
        pairs[column] = pairs["from_code"].map(table[column]).fillna(otherwise)
    same = pairs["from_code"] == pairs["to_code"]
    return (
        pairs.assign(same=same)
        .sort_values(["same", "from_code"], ignore_index=True)
        .drop(columns="same")
    )
