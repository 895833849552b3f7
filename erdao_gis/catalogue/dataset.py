"""The district and its data, opened once: the shipped layers, or a workspace over them.

Whoever measures, draws, reports or publishes takes a `Dataset`. It reads each layer once, and
what it gives out cannot change what it holds, so that all figures of a run rest on the same
ground. `Dataset.with_layers` gives the same district with other layers: a scenario, another
date, a test; nothing is written for it.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, TypeVar, cast

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from erdao_gis.catalogue.held_frames import (
    frame_hash,
    given_out,
    require_fit,
    unchangeable,
    with_every_column,
)
from erdao_gis.catalogue.layer_text import layer_frame, shipped_text
from erdao_gis.catalogue.provenance import LayerRecord, layer_record
from erdao_gis.catalogue.schema import Completeness, Layer, layer_names, layer_schema
from erdao_gis.catalogue.statistics import FILE as STATISTICS_FILE
from erdao_gis.catalogue.statistics import read_statistics, shipped_statistics_hash
from erdao_gis.catalogue.supplied_files import (
    SuppliedFile,
    file_sha256,
    file_stamp,
    read_supplied,
    supplied_files,
)
from erdao_gis.catalogue.workspace import Workspace, open_workspace
from erdao_gis.crs import GEOGRAPHIC, WORKING, to_working
from erdao_gis.errors import WorkspaceError
from erdao_gis.files import Scene, checked_path, find_scenes
from erdao_gis.wording import Pair

Made = TypeVar("Made")

SCENES = "scenes"
"""Folder of imagery in a workspace, and its name among the hashes."""

STATISTICS = "statistics"
"""Name of the reported figures among the hashes."""

_SCENE_FILES = (".tif", ".tiff", ".toml")
# Many corners: a parallel is no straight line in the working system.
_CORNER_DEGREES = 0.005


class Dataset:
    """The layers, scenes and statistics of the district, or of a workspace over it.

    Made by `Dataset.open`; never changed afterwards.

    Attributes
    ----------
    workspace
        The workspace whose data stand over the shipped layers; None for those alone.

    Examples
    --------
    >>> district = Dataset.open()
    >>> len(district.layer("nodes")), district.layer("nodes").attrs["completeness"]
    (8, 'complete')
    """

    def __init__(
        self,
        workspace: Workspace | None,
        *,
        files: Mapping[str, SuppliedFile],
        scene_files: Mapping[Path, tuple[int, int]],
        given: Mapping[str, _Given],
        layers: Mapping[str, gpd.GeoDataFrame],
        made: Mapping[object, _Made],
    ) -> None:
        self.workspace = workspace
        self._files = files
        self._scene_files = scene_files
        self._given = given
        self._layers = dict(layers)
        self._made = dict(made)

    @classmethod
    def open(cls, place: Place = None, *, replacing: str = "") -> Dataset:
        """Open the shipped layers, or a workspace over them.

        Parameters
        ----------
        place
            A workspace or its folder; None for the shipped layers; a dataset is returned as it is.
        replacing
            Layer that is about to be replaced: where its file was changed by hand or is gone, the
            layer counts as not supplied, so that a new import can mend it.

        Raises
        ------
        WorkspaceError
            The folder is no workspace, one of a newer version, or is being changed; a layer of it
            has changed since its import, or lacks its file or its record. Each file is named.
        UnsafeInputError
            A part of it leads elsewhere.
        """
        if isinstance(place, Dataset):
            return place
        workspace = None if place is None else open_workspace(place)
        files = {} if workspace is None else supplied_files(workspace, replacing)
        scene_files = _scene_files(workspace)
        return cls(workspace, files=files, scene_files=scene_files, given={}, layers={}, made={})

    # --- what it is ---

    @property
    def fictional(self) -> bool:
        """Whether it is the fictional sample town: nothing shipped lies below it."""
        return self.workspace is not None and self.workspace.fictional

    @property
    def title(self) -> Pair | None:
        """Title of the workspace; None for the shipped layers."""
        if self.workspace is None:
            return None
        return Pair(zh=self.workspace.title_in("zh"), en=self.workspace.title_in("en"))

    # --- layers ---

    def layer(self, name: str) -> gpd.GeoDataFrame:
        """Read a layer of the plan, of the base map or of the district's own data, once.

        Parameters
        ----------
        name
            One of `layer_names`.

        Returns
        -------
        geopandas.GeoDataFrame
            EPSG:4551 (CGCS2000, metres), index ``id``, unplaced elements kept with a null
            geometry, with every column of the catalogue. ``attrs`` tells ``layer`` and
            ``completeness`` (complete, partial or empty). Change it freely: it is yours.

        Raises
        ------
        NotInPlanError
            There is no such layer.
        WorkspaceError
            Its file is damaged, or has changed or gone since the dataset was opened.
        """
        if name not in self._layers:
            layer = layer_schema(name)
            given = self._given.get(name)
            frame = self._read(layer) if given is None else given.frame
            attrs = {"layer": name, "completeness": self.record(name).completeness}
            self._layers[name] = unchangeable(with_every_column(layer, frame), attrs)
        return given_out(self._layers[name])

    def supplied(self, name: str) -> gpd.GeoDataFrame | None:
        """Read what the district supplied for a layer, the shipped rows left out; None if nothing.

        Raises
        ------
        NotInPlanError, WorkspaceError
            As `layer`.
        """
        layer, file = layer_schema(name), self._files.get(name)
        return None if file is None else with_every_column(layer, read_supplied(file))

    def record(self, name: str) -> LayerRecord:
        """Tell where a layer comes from: file, date, edition, completeness and hash."""
        layer = layer_schema(name)
        return self.once(("record", name), lambda: self._record(layer), of=[name])

    def complete_on(self, name: str) -> BaseGeometry | None:
        """Return the land on which a layer is complete, in EPSG:4551.

        None means everywhere. Of a partial layer of which nothing says where it is complete, and
        of an empty one, the land is empty.

        >>> Dataset.open().complete_on("zones") is None
        True
        >>> round(Dataset.open().complete_on("roads").area / 1e6)
        71
        """
        if self.record(name).completeness == "complete":
            return None
        box = self.record(name).complete_bbox
        if box is None:
            return shapely.Polygon()
        land = shapely.segmentize(shapely.box(*box), _CORNER_DEGREES)
        moved: BaseGeometry = to_working(gpd.GeoSeries([land], crs=GEOGRAPHIC)).iloc[0]
        return moved

    def with_layers(self, **frames: gpd.GeoDataFrame) -> Dataset:
        """Return the same district with other layers; nothing is written.

        Parameters
        ----------
        **frames
            Layer -> its rows: EPSG:4551, index ``id``, columns of the catalogue (more only where
            the layer has them already). ``attrs["completeness"]`` holds; a frame that does not
            tell it is as complete as the layer was, and complete where that was empty.

        Raises
        ------
        NotInPlanError
            There is no such layer.
        CRSError
            Another CRS, or none.
        SchemaError
            Columns that the layer does not have or required ones that are missing, text where
            numbers stand, null or repeated ids; all are named.

        Examples
        --------
        >>> district = Dataset.open()
        >>> fewer = district.layer("nodes").iloc[:3]
        >>> len(district.with_layers(nodes=fewer).layer("nodes")), len(district.layer("nodes"))
        (3, 8)
        """
        given = {name: self._fitted(name, frame) for name, frame in frames.items()}
        return Dataset(
            self.workspace,
            files=self._files,
            scene_files=self._scene_files,
            given={**self._given, **given},
            layers={key: each for key, each in self._layers.items() if key not in given},
            made={
                key: each
                for key, each in self._made.items()
                if each.of is not None and not each.of.intersection(given)
            },
        )

    def _fitted(self, name: str, frame: gpd.GeoDataFrame) -> _Given:
        """Hold a frame against its layer, and say what it is."""
        layer, before, record = layer_schema(name), self.layer(name), self.record(name)
        require_fit(layer, frame, before)
        stated = frame.attrs.get("completeness") or record.completeness
        if stated == "empty" and len(frame):
            stated = "complete"
        numbers = {c.name: frame[c.name].astype("float64") for c in layer.columns
                   if c.type == "number" and c.name in frame.columns}  # fmt: skip
        named = frame if frame.geometry.name == "geometry" else frame.rename_geometry("geometry")
        # Ids are text as a file has it, whatever type pandas took them for.
        ids = pd.Index([str(key) for key in named.index], name="id", dtype=object)
        kept = unchangeable(named.assign(**numbers).set_axis(ids), {})
        told = replace(record, origin="given", completeness=stated, hash=frame_hash(kept, stated))
        return _Given(frame=kept, record=told)

    # --- scenes and statistics ---

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """Scenes of the workspace, the oldest first; none for the shipped layers.

        Raises
        ------
        FormatError, SchemaError
            A scene is damaged, or nobody can tell which of several is the latest.
        """
        if self.workspace is None:
            return ()
        folder = self.workspace.folder / SCENES
        return self.once(SCENES, lambda: find_scenes(folder), of=[SCENES])

    @property
    def statistics(self) -> pd.DataFrame:
        """Reported figures: what the outline states, and what the district filled in."""
        workspace = self.workspace
        table = self.once(STATISTICS, lambda: read_statistics(workspace), of=[STATISTICS])
        return table.copy()

    # --- what is made of it ---

    def once(
        self, key: object, make: Callable[[], Made], *, of: Collection[str] | None = None
    ) -> Made:
        """Return what ``make`` gives, made only once for this key.

        Parameters
        ----------
        key
            Hashable; tells graphs, covers and tables apart.
        make
            Makes it out of the dataset; a pure function of it and the key.
        of
            Layers that it rests on, so that a scenario which leaves them alone shares it; of all
            if None.
        """
        if key not in self._made:
            self._made[key] = _Made(make(), None if of is None else frozenset(of))
        return cast("Made", self._made[key].thing)

    def hashes(self, names: Iterable[str] | None = None) -> dict[str, str]:
        """Return the SHA-256 of what is read of each layer, of the scenes and the statistics.

        Parameters
        ----------
        names
            Layers, ``scenes`` and ``statistics``; all of them if None.

        Raises
        ------
        WorkspaceError
            Scenes were changed, added or taken away since the dataset was opened.
        """
        found: dict[str, str] = {}
        for name in [*layer_names(), SCENES, STATISTICS] if names is None else names:
            if name in (SCENES, STATISTICS):
                make = functools.partial(self._hashes_beside, name)
                found |= self.once(("hash", name), make, of=[name])
            else:
                found[name] = self.record(name).hash
        return found

    def _hashes_beside(self, name: str) -> dict[str, str]:
        """Hash the files of the scenes or of the statistics, whether they can be read or not."""
        folder = None if self.workspace is None else self.workspace.folder
        if name == SCENES:
            now = _scene_files(self.workspace)
            moved = dict(now.items() ^ self._scene_files.items())
            if moved:
                facts = {"file": ", ".join(str(path) for path in sorted(moved))}
                raise WorkspaceError("layer_moved_meanwhile", facts)
            return {f"{SCENES}/{path.name}": file_sha256(path) for path in now}
        found = {} if self.fictional else {name: shipped_statistics_hash()}
        if folder is not None and (folder / STATISTICS_FILE).is_file():
            found[STATISTICS_FILE] = file_sha256(folder / STATISTICS_FILE)
        return found

    def hash(self, names: Iterable[str] | None = None) -> str:
        """Return one SHA-256 of all that `hashes` lists."""
        text = "\n".join(f"{name} {value}" for name, value in self.hashes(names).items())
        return hashlib.sha256(text.encode()).hexdigest()

    # --- reading ---

    def _read(self, layer: Layer) -> gpd.GeoDataFrame:
        supplied = self.supplied(layer.name)
        if layer.role != "plan" and supplied is not None:
            return supplied
        shipped = shipped_layer(layer.name)
        if self.workspace is None:
            return shipped
        # A fictional town has no place in the real district's layers.
        base = shipped.iloc[:0] if self.fictional else shipped
        return _overlaid(_overlaid(base, self._derived(layer)), supplied)

    def _derived(self, layer: Layer) -> gpd.GeoDataFrame | None:
        """Read the features re-derived in the workspace; None if none."""
        path = self._derived_path(layer)
        if path is None:
            return None
        try:
            return layer_frame(layer, self._derived_bytes(layer, path).decode("utf-8"))
        except (OSError, ValueError, KeyError, TypeError) as error:
            facts = {"file": str(path), "problem": f"{type(error).__name__}: {error}"}
            raise WorkspaceError("record_damaged", facts) from error

    def _derived_bytes(self, layer: Layer, path: Path) -> bytes:
        """Read the file once, for its features and for its hash."""
        return self.once(("derived", layer.name), path.read_bytes, of=[layer.name])

    def _derived_path(self, layer: Layer) -> Path | None:
        if self.workspace is None or layer.role != "plan":
            return None
        path = self.workspace.derived_path(layer.name)
        return checked_path(path) if path.exists() or path.is_symlink() else None

    def _record(self, layer: Layer) -> LayerRecord:
        if layer.name in self._given:
            return self._given[layer.name].record
        file = self._files.get(layer.name)
        told = dict(file.told) if file else {}
        base = not self.fictional and (layer.role == "plan" or file is None)
        # A plan layer is complete by its register; another by what it was given.
        said = told.get("completeness", "empty")
        stated = layer.completeness if base else cast("Completeness", said)
        parts = [file.sha256 if file else "", stated]
        if base:
            parts.append(hashlib.sha256(shipped_text(layer.name).encode()).hexdigest())
        derived = self._derived_path(layer)
        if derived is not None:
            parts.append(hashlib.sha256(self._derived_bytes(layer, derived)).hexdigest())
        return layer_record(
            told,
            layer=layer.name,
            origin="supplied" if file else "shipped" if base else "none",
            completeness=stated,
            complete_bbox=layer.complete_bbox if base and file is None else None,
            digest=hashlib.sha256(" ".join(parts).encode()).hexdigest(),
        )


Place = Dataset | Workspace | Path | str | None
"""What can be opened: a dataset, a workspace or its folder; None is what this package ships."""


def read_layer(name: str, place: Place = None) -> gpd.GeoDataFrame:
    """Read one layer: short for ``Dataset.open(place).layer(name)``.

    Parameters
    ----------
    name
        One of `layer_names`.
    place
        A workspace or its folder; without it the shipped layers are read.

    Returns
    -------
    geopandas.GeoDataFrame
        As `Dataset.layer`.

    Raises
    ------
    NotInPlanError, WorkspaceError, UnsafeInputError
        As `Dataset.open` and `Dataset.layer`.

    Examples
    --------
    >>> nodes = read_layer("nodes")
    >>> len(nodes), nodes.crs.to_epsg()
    (8, 4551)
    """
    return Dataset.open(place).layer(name)


@functools.cache
def _shipped(name: str) -> gpd.GeoDataFrame:
    return unchangeable(layer_frame(layer_schema(name), shipped_text(name)), {})


def shipped_layer(name: str) -> gpd.GeoDataFrame:
    """Read a shipped layer as it is, whatever a workspace says: EPSG:4551, index ``id``.

    >>> len(shipped_layer("nodes"))
    8
    """
    return given_out(_shipped(name))


def _scene_files(workspace: Workspace | None) -> dict[Path, tuple[int, int]]:
    """Look at the scenes and what stands beside them: no figure may come of others."""
    files = [] if workspace is None else sorted((workspace.folder / SCENES).glob("*"))
    return {path: file_stamp(path) for path in files if path.suffix.lower() in _SCENE_FILES}


class _Made(NamedTuple):
    thing: object
    of: frozenset[str] | None


@dataclass(frozen=True, kw_only=True)
class _Given:
    frame: gpd.GeoDataFrame
    record: LayerRecord


def _overlaid(base: gpd.GeoDataFrame, over: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    """Rows of ``over`` take the place of rows of ``base`` with the same id; new ones join."""
    if over is None or over.empty:
        return base
    kept = base.loc[~base.index.isin(over.index)]
    if kept.empty:
        return over.reindex(columns=[*dict.fromkeys([*base.columns, *over.columns])])
    joined = pd.concat([kept, over]).sort_index()
    return gpd.GeoDataFrame(joined, geometry="geometry", crs=WORKING)
