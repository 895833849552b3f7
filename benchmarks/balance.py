"""The command `erdao parcels balance` on a generated workspace, with its page and without.

Run ``python benchmarks/balance.py``; it prints the median seconds of three runs in processes of
their own, as a user waits and as the processor works, for 6,000 and 20,000 parcels over 5,000
areas of land use and 18 units.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import parcels as grid
import shapely

from erdao_gis.catalogue import Workspace, create_workspace, write_supplied
from erdao_gis.land_use import class_codes

RUNS = 3
LAND_USES = 5_000
SIZES = ((100, 60), (160, 125))
"""Parcels across and along."""


def coded(chance: np.random.Generator, frame: gpd.GeoDataFrame, prefix: str) -> gpd.GeoDataFrame:
    """Give each area a class of any level by chance."""
    codes = chance.choice(sorted(class_codes("2023")), len(frame))
    index = [f"{prefix}{number:05d}" for number in range(len(frame))]
    return frame.set_axis(index).assign(land_use_code=codes, edition="2023", evidence="A")


def workspace(folder: Path, columns: int, rows: int) -> Workspace:
    """Write parcels in rows between streets, land use all over the ground, and units."""
    chance = np.random.default_rng(7)
    plots, around = grid.town(chance, columns, rows)
    spots = shapely.MultiPoint(grid.ORIGIN + chance.uniform(0, grid.SIDE, (LAND_USES, 2)))
    ground = shapely.box(*grid.ORIGIN, *(grid.ORIGIN + grid.SIDE))
    cells = shapely.get_parts(shapely.voronoi_polygons(spots, extend_to=ground))
    land = grid.frame(shapely.intersection(cells, ground))
    made = create_workspace(folder, fictional=True)
    layers = {"parcels": coded(chance, plots, "P"), "land_use": coded(chance, land, "L")}
    layers |= {name: around[name] for name in ("zones", "subdistricts")}
    for name, frame in layers.items():
        whole = frame.assign(register_id=None, name_zh=frame.index)
        write_supplied(made, name, whole, {"file": "-", "completeness": "complete"})
    return made


def worked() -> float:
    """Return the seconds that the processor worked for other processes of ours."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def seconds(folder: Path, into: Path, *more: str) -> tuple[float, float]:
    """Time the command: median seconds as a user waits for it, and of the processor."""
    command = [sys.executable, "-m", "erdao_gis", "parcels", "balance", str(folder)]
    waited, busy = [], []
    for _ in range(RUNS):
        begun, before = time.perf_counter(), worked()
        subprocess.run([*command, "--into", str(into), *more], check=True, capture_output=True)
        waited.append(time.perf_counter() - begun)
        busy.append(worked() - before)
    return statistics.median(waited), statistics.median(busy)


def main() -> int:
    """Measure and print."""
    for columns, rows in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            made = workspace(Path(folder) / "town", columns, rows)
            for name, more in (("with its page", ()), ("tables only", ("--no-page",))):
                waited, busy = seconds(made.folder, Path(folder) / "out", *more)
                print(f"{columns * rows} parcels, {name}: {waited:.1f} s "
                      f"({busy:.1f} s of the processor)")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
