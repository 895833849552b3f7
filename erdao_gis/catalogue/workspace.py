"""A workspace: a folder of the district's own data that stands over the shipped layers.

It holds only what differs::

    myplan/
      erdao.toml               names the folder as a workspace
      layers/<layer>.gpkg      supplied data, EPSG:4551, full precision
      layers/<layer>.json      which file it came from, of what date, how complete
      layers/<layer>_mapping.csv     headings of the district's files, kept for the next import
      layers/<layer>_operations.csv  splits and mergers; <layer>_retired.gpkg what they replaced
      derived/<layer>.geojson  plan features re-derived from supplied data
      history/<n>/             what each import replaced, for undo
      maps/                    pages that `erdao build` writes

Reading never guesses a workspace from the current folder: it is given, or the shipped layers
are read.
"""

import hashlib
import json
import tomllib
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import geopandas as gpd
import pandas as pd

from erdao_gis.catalogue.geojson import layer_frame
from erdao_gis.catalogue.schema import Layer, layer_schema
from erdao_gis.crs import WORKING, to_working
from erdao_gis.errors import Language, UnsafeInputError, WorkspaceError
from erdao_gis.files import checked_path, read_features, write_text_atomic

MARKER = "erdao.toml"
PARTS = ("layers", "derived", "history", "maps")


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """An opened workspace."""

    folder: Path
    "Where it lies."
    title: str
    "Its name, for map titles."
    fictional: bool
    "True for the sample town: nothing in it lies over the real district."

    def title_in(self, language: Language) -> str:
        """Its name in one language, where it is written as ``中文 / English``.

        >>> Workspace(folder=Path(), title="示例镇 / Sample town", fictional=True).title_in("en")
        'Sample town'
        """
        halves = self.title.split(" / ", 1)
        return halves[0] if language == "zh" else halves[-1]

    def supplied_path(self, name: str) -> Path:
        """File of the supplied layer ``name``, whether it exists or not."""
        return self.folder / "layers" / f"{name}.gpkg"

    def record_path(self, name: str) -> Path:
        """File that tells where the supplied layer ``name`` came from."""
        return self.folder / "layers" / f"{name}.json"

    def mapping_path(self, name: str) -> Path:
        """File with the headings that imports of the layer ``name`` were told, for the next one."""
        return self.folder / "layers" / f"{name}_mapping.csv"

    def operations_path(self, name: str) -> Path:
        """File with the splits, mergers and renumberings of the layer ``name``."""
        return self.folder / "layers" / f"{name}_operations.csv"

    def retired_path(self, name: str) -> Path:
        """File with the features of ``name`` that such operations took out of force."""
        return self.folder / "layers" / f"{name}_retired.gpkg"

    def kept_paths(self, name: str) -> tuple[Path, ...]:
        """All files of the supplied layer ``name``: a change may write them, an undo restores."""
        return (
            self.supplied_path(name),
            self.record_path(name),
            self.mapping_path(name),
            self.operations_path(name),
            self.retired_path(name),
        )

    @property
    def unfinished_path(self) -> Path:
        """File that stands there while a layer is changed; left behind, the change was cut off."""
        return self.folder / "history" / "unfinished"

    def derived_path(self, name: str) -> Path:
        """File of the re-derived features of the layer ``name``, whether it exists or not."""
        return self.folder / "derived" / f"{name}.geojson"


def _quoted(text: str) -> str:
    """Return ``text`` as a TOML basic string."""
    kept = "".join(character for character in text if character.isprintable())
    return '"' + kept.replace("\\", "\\\\").replace('"', '\\"') + '"'


def create_workspace(folder: Path | str, *, title: str = "", fictional: bool = False) -> Workspace:
    """Make an empty workspace.

    Parameters
    ----------
    folder
        New or empty folder.
    title
        Name shown on its maps; the folder's name if empty.
    fictional
        Mark it as a fictional place (the sample town).

    Raises
    ------
    WorkspaceError
        The folder holds other files already.
    """
    path = Path(folder)
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise WorkspaceError("workspace_not_empty", {"folder": str(path)})
    name = title or path.resolve().name
    text = f"[workspace]\ntitle = {_quoted(name)}\nfictional = {str(fictional).lower()}\n"
    write_text_atomic(path / MARKER, text)
    for part in PARTS:
        (path / part).mkdir(parents=True)
    return Workspace(folder=path, title=name, fictional=fictional)


def open_workspace(folder: Path | str | Workspace, *, unfinished: bool = False) -> Workspace:
    """Open the workspace in ``folder``.

    Parameters
    ----------
    folder
        The folder; an opened workspace is returned as it is.
    unfinished
        Open it even if a change was cut off half way, to take that change back.

    Raises
    ------
    WorkspaceError
        The folder has no readable ``erdao.toml``, or a change of it is under way or was cut off:
        its layers would be half old and half new.
    """
    if isinstance(folder, Workspace):
        return folder
    path = Path(folder)
    try:
        table = tomllib.loads((path / MARKER).read_text("utf-8"))["workspace"]
        title, fictional = table["title"], table["fictional"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        facts = {"folder": str(path), "problem": f"{type(error).__name__}: {error}"}
        raise WorkspaceError("not_a_workspace", facts) from error
    if not isinstance(title, str) or not isinstance(fictional, bool):
        facts = {"folder": str(path), "problem": f"title={title!r}, fictional={fictional!r}"}
        raise WorkspaceError("not_a_workspace", facts)
    for part in PARTS:
        if (path / part).is_symlink():
            # A workspace that was received must not reach beyond itself.
            raise UnsafeInputError("workspace_link", {"folder": str(path), "part": part})
    opened = Workspace(folder=path, title=title, fictional=fictional)
    if opened.unfinished_path.exists() and not unfinished:
        raise WorkspaceError("change_cut_off", {"folder": str(path)})
    return opened


def _shipped_path(name: str) -> Traversable:
    return resources.files("erdao_gis.shipped") / "vector" / f"{name}.geojson"


def read_shipped(name: str) -> gpd.GeoDataFrame:
    """Read a shipped layer: EPSG:4551, index ``id``, null geometries kept."""
    layer = layer_schema(name)
    return layer_frame(layer, _shipped_path(name).read_text("utf-8"))


def read_supplied(name: str, workspace: Workspace) -> gpd.GeoDataFrame | None:
    """Read what the district supplied for the layer ``name``; None if nothing."""
    path = workspace.supplied_path(name)
    if not path.exists():
        return None
    known = supply_record(name, workspace).get("layer_sha256")
    if known and known != hashlib.sha256(path.read_bytes()).hexdigest():
        raise WorkspaceError("layer_changed", {"file": str(path), "folder": str(workspace.folder)})
    table = read_features(path, null_geometry="keep")
    if len(table.rejects) or not {"id", "register_id"} <= set(table.frame.columns):
        facts = {"file": str(path), "folder": str(workspace.folder), "number": len(table.rejects)}
        raise WorkspaceError("layer_damaged", facts)
    frame = to_working(table.frame).set_index("id").sort_index()
    for column in layer_schema(name).columns:
        if column.name not in ("id", *frame.columns):
            # What was supplied before the catalogue had this column says nothing of it.
            kind = "float64" if column.type == "number" else object
            frame[column.name] = pd.Series(None, index=frame.index, dtype=kind)
    return frame


def read_derived(name: str, workspace: Workspace) -> gpd.GeoDataFrame | None:
    """Read the features of ``name`` re-derived in the workspace; None if none."""
    path = workspace.derived_path(name)
    if not path.exists() and not path.is_symlink():
        return None
    known = checked_path(path)
    try:
        return layer_frame(layer_schema(name), known.read_text("utf-8"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        facts = {"file": str(path), "problem": f"{type(error).__name__}: {error}"}
        raise WorkspaceError("record_damaged", facts) from error


def overlaid(base: gpd.GeoDataFrame, over: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    """Rows of ``over`` take the place of rows of ``base`` with the same id; new ones join."""
    if over is None or over.empty:
        return base
    kept = base.loc[~base.index.isin(over.index)]
    if kept.empty:
        return over.reindex(columns=[*dict.fromkeys([*base.columns, *over.columns])])
    joined = pd.concat([kept, over]).sort_index()
    return gpd.GeoDataFrame(joined, geometry="geometry", crs=WORKING)


def read_layer(name: str, workspace: Workspace | Path | str | None = None) -> gpd.GeoDataFrame:
    """Read a layer of the plan, of the base map or of the district's own data.

    Parameters
    ----------
    name
        One of `layer_names`.
    workspace
        Folder of a workspace; without it the shipped layers are read.

    Returns
    -------
    geopandas.GeoDataFrame
        EPSG:4551 (CGCS2000, metres), index ``id``, unplaced elements kept with a null geometry.
        ``attrs`` tells ``layer`` and ``completeness`` (complete, partial or empty).

    Raises
    ------
    NotInPlanError
        There is no such layer.
    WorkspaceError
        The folder is no workspace.

    Examples
    --------
    >>> nodes = read_layer("nodes")
    >>> len(nodes), nodes.crs.to_epsg()
    (8, 4551)
    """
    layer = layer_schema(name)
    opened = None if workspace is None else open_workspace(workspace)
    frame = _read(layer, opened)
    frame.attrs = {"layer": name, "completeness": _completeness(layer, opened)}
    return frame


def _read(layer: Layer, workspace: Workspace | None) -> gpd.GeoDataFrame:
    shipped = read_shipped(layer.name)
    if workspace is None:
        return shipped
    # A fictional town has no place in the real district's layers.
    base = shipped.iloc[:0] if workspace.fictional else shipped
    supplied = read_supplied(layer.name, workspace)
    if layer.role == "plan":
        return overlaid(overlaid(base, read_derived(layer.name, workspace)), supplied)
    return base if supplied is None else supplied


def supply_record(name: str, workspace: Workspace) -> dict[str, str]:
    """Read what was said of the supplied layer ``name`` at its import; empty if none is.

    Keys, all values text: ``file``, ``sha256``, ``source``, ``as_of``, ``datum`` and
    ``completeness`` of the outlines; ``edition`` of codes that did not state it, and
    ``edition_from``, what that rests on (told, file, codes, layer, assumed or recoded);
    ``joined_file``, ``joined_sha256``, ``joined_source`` and ``joined_as_of`` of the tables that
    were joined, in their order, separated by ``"; "``; ``joined_columns``, the columns that they
    filled, as a JSON list; ``layer_sha256`` of the layer's own file.
    """
    path = workspace.record_path(name)
    if not path.exists():
        return {}
    known = checked_path(path)
    try:
        record = json.loads(known.read_text("utf-8"))
        return {key: str(record[key]) for key in ("completeness", *record)}
    except (OSError, ValueError, KeyError, TypeError) as error:
        facts = {"file": str(path), "problem": f"{type(error).__name__}: {error}"}
        raise WorkspaceError("record_damaged", facts) from error


def _completeness(layer: Layer, workspace: Workspace | None) -> str:
    if workspace is None:
        return layer.completeness
    record = supply_record(layer.name, workspace)
    # A real plan layer is complete by its register; a fictional one by what it was given.
    if record and (layer.role != "plan" or workspace.fictional):
        return record["completeness"]
    return "empty" if workspace.fictional else layer.completeness
