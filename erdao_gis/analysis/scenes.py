"""What a measure needs of an image: an open raster, read window by window."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from affine import Affine

from erdao_gis.analysis.kernels.frame_inputs import Floats, Mask
from erdao_gis.analysis.kernels.ndvi import GreenTest, green_test
from erdao_gis.errors import SchemaError

Span = tuple[tuple[int, int], tuple[int, int]]

# Cells read at once: a few tens of megabytes, however large the scene.
_WINDOW_CELLS = 8_000_000
# Flags of a band whose hidden cells its nodata value tells, or a band of their own (alpha).
_SEEN_OTHERWISE = ({"all_valid"}, {"nodata"}, {"per_dataset", "alpha"})


class Scene(Protocol):
    """An open raster; every rasterio dataset is one.

    Bands count from 1; ``nodatavals``, ``scales``, ``offsets``, ``colorinterp`` and
    ``mask_flag_enums`` hold one entry a band, the last two members of enumerations.

    A window is read while others are measured: two cores are busy without GDAL's own
    ``num_threads``. Each block is read once, yet GDAL keeps it, up to 5 % of the machine's memory;
    within ``rasterio.Env(GDAL_CACHEMAX=64_000_000)``, in bytes, a large scene takes less memory
    and less time.
    """

    @property
    def crs(self) -> Any: ...  # noqa: ANN401, D102 (rasterio is untyped)
    @property
    def transform(self) -> Affine: ...  # noqa: D102
    @property
    def width(self) -> int: ...  # noqa: D102
    @property
    def height(self) -> int: ...  # noqa: D102
    @property
    def count(self) -> int: ...  # noqa: D102
    @property
    def dtypes(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def nodatavals(self) -> Sequence[float | None]: ...  # noqa: D102
    @property
    def scales(self) -> Sequence[float]: ...  # noqa: D102
    @property
    def offsets(self) -> Sequence[float]: ...  # noqa: D102
    @property
    def block_shapes(self) -> Sequence[tuple[int, int]]: ...  # noqa: D102
    @property
    def colorinterp(self) -> Sequence[Enum]: ...  # noqa: D102
    @property
    def mask_flag_enums(self) -> Sequence[Sequence[Enum]]: ...  # noqa: D102
    def read(self, indexes: Any, *, window: Any) -> npt.NDArray[Any]: ...  # noqa: ANN401, D102
    def read_masks(self, indexes: Any, *, window: Any) -> npt.NDArray[Any]: ...  # noqa: ANN401, D102


@dataclass(frozen=True, kw_only=True)
class QualityBand:
    """A band of the scene that tells which cells show no ground: clouds, shadow, fill.

    Examples
    --------
    >>> QualityBand.sentinel2_scl(5).values
    (0, 1, 3, 8, 9, 10, 11)
    """

    band: int
    "Number of the band in the scene, from 1."
    values: tuple[int, ...] = ()
    "Values that mean: not seen."
    bits: tuple[int, ...] = ()
    "Bits, from 0, any of which means: not seen."

    @classmethod
    def sentinel2_scl(cls, band: int) -> "QualityBand":
        """Scene classification of Sentinel-2 L2A: fill, defects, shadow, clouds, cirrus, snow."""
        return cls(band=band, values=(0, 1, 3, 8, 9, 10, 11))

    @classmethod
    def landsat_qa_pixel(cls, band: int) -> "QualityBand":
        """QA_PIXEL of Landsat Collection 2: fill, dilated cloud, cirrus, cloud, shadow, snow."""
        return cls(band=band, bits=(0, 1, 2, 3, 4, 5))

    def hides(self, cells: npt.NDArray[Any]) -> Mask:
        """Tell which cells are not seen; of a floating-point band also those that hold no number.

        Raises
        ------
        SchemaError
            If the band holds other than whole numbers.
        """
        if np.issubdtype(cells.dtype, np.floating):
            unknown: Mask = ~np.isfinite(cells)
            whole = np.rint(np.where(unknown, 0, cells)).astype(np.int64)
            if (unknown | (whole == cells)).all():
                return unknown | self.hides(whole)
        if not np.issubdtype(cells.dtype, np.integer):
            raise SchemaError("analysis_quality_type", {"band": self.band, "type": cells.dtype})
        hidden = np.isin(cells, np.array(self.values, dtype=np.int64))
        pattern = sum(1 << bit for bit in set(self.bits))
        if pattern:
            hidden |= (cells.astype(np.int64) & pattern) != 0
        return hidden


Clouds = QualityBand | Sequence[QualityBand] | Mask | None
"""What hides the ground: bands of the scene, or an array that is true where nothing is seen."""


@dataclass(frozen=True, kw_only=True, eq=False)
class GreenReader:
    """Reads windows of a scene as two masks: green, and not seen."""

    scene: Scene
    red_nir: tuple[int, int]
    test: GreenTest
    quality: tuple[QualityBand, ...]
    alpha: tuple[int, ...]
    "Bands whose 0 means: not seen."
    clouds: Mask | None
    masked: bool
    "Whether the file has a mask that neither nodata nor alpha tells."

    def read(self, span: Span) -> list[npt.NDArray[Any]]:
        """Read what one window needs: the only step that touches the file."""
        bands = list(self.red_nir)
        # All bands of one call share a type; the others keep their own.
        others = [quality.band for quality in self.quality] + list(self.alpha)
        cells = [self.scene.read(bands, window=span)]
        cells += [self.scene.read(band, window=span) for band in others]
        return cells + ([self.scene.read_masks(bands, window=span)] if self.masked else [])

    def masks(self, span: Span, cells: list[npt.NDArray[Any]]) -> tuple[Mask, Mask | None]:
        """Return which cells of a window that was read are green, and which are not seen.

        None instead of the second where all are seen, which is most of most scenes.
        """
        (red, nir), *others = cells
        green, seen = self.test(red, nir)
        for band, values in zip(self.red_nir, (red, nir), strict=True):
            nodata = self.scene.nodatavals[band - 1]
            if nodata is not None and not np.isnan(nodata):
                seen &= values != nodata
        for quality in self.quality:
            seen &= ~quality.hides(others.pop(0))
        for _ in self.alpha:
            seen &= others.pop(0) > 0
        if self.clouds is not None:
            seen &= ~self.clouds[slice(*span[0]), slice(*span[1])]
        if self.masked:
            seen &= (others.pop(0) > 0).all(axis=0)
        if seen.all():
            return green, None
        green &= seen
        return green, ~seen


def green_reader(
    scene: Scene,
    threshold: float,
    red_nir: tuple[int, int],
    clouds: Clouds,
) -> GreenReader:
    """Check bands, types and masks of a scene and prepare to read it.

    Raises
    ------
    SchemaError
        No such band, complex numbers, a threshold, scale or mask that does not fit.
    """
    mask = clouds if isinstance(clouds, np.ndarray) else None
    if clouds is None or mask is not None:
        quality: tuple[QualityBand, ...] = ()
    else:
        quality = (clouds,) if isinstance(clouds, QualityBand) else tuple(clouds)
    asked = (*red_nir, *(each.band for each in quality))
    if not all(1 <= band <= scene.count for band in asked) or red_nir[0] == red_nir[1]:
        raise SchemaError("analysis_no_band", {"bands": asked, "count": scene.count})
    if mask is not None and (mask.shape != (scene.height, scene.width) or mask.dtype != np.bool_):
        facts = {"found": f"{mask.shape} {mask.dtype}", "shape": (scene.height, scene.width)}
        raise SchemaError("analysis_cloud_mask", facts)
    red, nir = (band - 1 for band in red_nir)
    types = scene.dtypes[red], scene.dtypes[nir]
    if any(name.startswith("complex") for name in types):
        raise SchemaError("analysis_complex", {"types": ", ".join(types)})
    test = green_test(
        threshold,
        types,
        (scene.scales[red], scene.scales[nir]),
        (scene.offsets[red], scene.offsets[nir]),
    )
    # A band that is read as something else is no alpha, whatever its colour is called.
    alpha = (
        band
        for band, colour in enumerate(scene.colorinterp, start=1)
        if colour.name == "alpha" and band not in asked
    )
    flags = ({flag.name for flag in scene.mask_flag_enums[band]} for band in (red, nir))
    return GreenReader(
        scene=scene,
        red_nir=red_nir,
        test=test,
        quality=quality,
        alpha=tuple(alpha),
        clouds=mask,
        masked=any(each not in _SEEN_OTHERWISE for each in flags),
    )


def windows(scene: Scene, bounds: Floats) -> Iterator[Span]:
    """Part the scene into windows of whole blocks, leaving out those that no bounds touch.

    Parameters
    ----------
    scene
        The scene.
    bounds
        Columns and rows (west, north, east, south edges) of the units, one row each.
    """
    block_rows, block_columns = scene.block_shapes[0]
    columns = scene.width
    if block_rows * columns > _WINDOW_CELLS:
        columns = max(1, _WINDOW_CELLS // block_rows // block_columns) * block_columns
    rows = max(1, _WINDOW_CELLS // columns // block_rows) * block_rows
    for top in range(0, scene.height, rows):
        bottom = min(top + rows, scene.height)
        level = bounds[(bounds[:, 1] < bottom) & (bounds[:, 3] > top)]
        for left in range(0, scene.width, columns):
            right = min(left + columns, scene.width)
            if ((level[:, 0] < right) & (level[:, 2] > left)).any():
                yield (top, bottom), (left, right)
