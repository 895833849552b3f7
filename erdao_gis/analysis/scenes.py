"""What a measure needs of an image: an open raster, read window by window."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from affine import Affine
from rasterio.enums import MaskFlags

from erdao_gis.analysis._inputs import Floats, Mask
from erdao_gis.analysis._ndvi import GreenTest, green_test
from erdao_gis.errors import SchemaError

__all__ = ["QualityBand", "Scene"]

Span = tuple[tuple[int, int], tuple[int, int]]

# Cells read at once: a few tens of megabytes, however large the scene.
_WINDOW_CELLS = 8_000_000


class Scene(Protocol):
    """An open raster; every rasterio dataset is one.

    Bands count from 1; ``nodatavals``, ``scales`` and ``offsets`` hold one entry a band.

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
    def mask_flag_enums(self) -> Sequence[Sequence[MaskFlags]]: ...  # noqa: D102
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
        """Tell which cells are not seen.

        Raises
        ------
        SchemaError
            If the band holds no whole numbers.
        """
        if not np.issubdtype(cells.dtype, np.integer):
            raise SchemaError("analysis_quality_type", {"band": self.band, "type": cells.dtype})
        hidden = np.isin(cells, np.array(self.values, dtype=np.int64))
        pattern = sum(1 << bit for bit in set(self.bits))
        if pattern:
            hidden |= (cells.astype(np.int64) & pattern) != 0
        return hidden


@dataclass(frozen=True, kw_only=True, eq=False)
class GreenReader:
    """Reads windows of a scene as two masks: green, and not seen."""

    scene: Scene
    red_nir: tuple[int, int]
    test: GreenTest
    clouds: QualityBand | Mask | None

    def read(self, span: Span) -> list[npt.NDArray[Any]]:
        """Read what one window needs: the only step that touches the file."""
        bands = list(self.red_nir)
        if isinstance(self.clouds, QualityBand):
            # All bands of one call share a type; the quality band keeps its own.
            quality = [self.scene.read(self.clouds.band, window=span)]
        else:
            quality = []
        masks = [self.scene.read_masks(bands, window=span)] if self._masked_otherwise() else []
        return [self.scene.read(bands, window=span), *quality, *masks]

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
        if isinstance(self.clouds, QualityBand):
            seen &= ~self.clouds.hides(others.pop(0))
        elif self.clouds is not None:
            seen &= ~self.clouds[slice(*span[0]), slice(*span[1])]
        if others:
            seen &= (others[0] > 0).all(axis=0)
        if seen.all():
            return green, None
        green &= seen
        return green, ~seen

    def _masked_otherwise(self) -> bool:
        """Tell whether a mask band or an alpha band says more than the nodata value."""
        flags = {flag for band in self.red_nir for flag in self.scene.mask_flag_enums[band - 1]}
        return bool(flags & {MaskFlags.per_dataset, MaskFlags.alpha})


def green_reader(
    scene: Scene,
    threshold: float,
    red_nir: tuple[int, int],
    clouds: QualityBand | Mask | None,
) -> GreenReader:
    """Check bands, types and masks of a scene and prepare to read it.

    Raises
    ------
    SchemaError
        No such band, a threshold, scale or mask that does not fit.
    """
    asked = (*red_nir, clouds.band) if isinstance(clouds, QualityBand) else red_nir
    if not all(1 <= band <= scene.count for band in asked) or red_nir[0] == red_nir[1]:
        raise SchemaError("analysis_no_band", {"bands": asked, "count": scene.count})
    if isinstance(clouds, np.ndarray) and (
        clouds.shape != (scene.height, scene.width) or clouds.dtype != np.bool_
    ):
        facts = {"found": f"{clouds.shape} {clouds.dtype}", "shape": (scene.height, scene.width)}
        raise SchemaError("analysis_cloud_mask", facts)
    red, nir = (band - 1 for band in red_nir)
    test = green_test(
        threshold,
        (scene.dtypes[red], scene.dtypes[nir]),
        (scene.scales[red], scene.scales[nir]),
        (scene.offsets[red], scene.offsets[nir]),
    )
    return GreenReader(scene=scene, red_nir=red_nir, test=test, clouds=clouds)


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
