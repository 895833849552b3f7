"""Measures side by side with the usual tools: answers compared first, then the times.

    python benchmarks/measures.py            all sizes (some minutes, 5 GB of memory)
    python benchmarks/measures.py --quick    small sizes: do the answers agree?

Ends with status 1 where answers differ, or where a ratio at the stated size is below what is
required on two cores.
"""

import argparse
import functools
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import measures_rivals as rivals
import measures_town as town
import numpy as np
import rasterio

from erdao_gis import analysis

REACH_M = 300.0
WALK_MIN = 10.0
SPEED = 70.0
_ROUNDS = 3
# From here on the others, many times as long, run once.
_LONG_S = 0.1
# Bytes of blocks that GDAL keeps, for all alike: none is read twice, and fresh memory costs time.
_BLOCK_CACHE = 64_000_000
Run = Callable[[], rivals.Figures]


@dataclass(frozen=True)
class Contest:
    """One job and who does it."""

    name: str
    ours: Run
    others: dict[str, tuple[Run, float]]
    "Each with the difference that is allowed: of the worst unit, or of the mean if negative."
    required: dict[str, float] = field(default_factory=dict)


def green_ratio(units: int) -> Contest:
    """Green land by unit."""
    parcels = town.parcels(units)
    green = town.green(units // 4, town.side_of(units))
    return Contest(
        f"green_ratio {units:,} x {len(green):,}",
        lambda: analysis.green_ratio(parcels, green).to_numpy(),
        {"geopandas.overlay": (lambda: rivals.overlay(parcels, green), 1e-8)},
        {"geopandas.overlay": 4.0} if units >= 20_000 else {},
    )


def service_coverage(units: int) -> Contest:
    """Reach of facilities; GEOS's default of 16 segments is quicker and a little less exact."""
    parcels, spots = town.parcels(units), town.spots(units // 100, town.side_of(units))
    run = functools.partial(rivals.buffer_overlay, parcels, spots, REACH_M)
    return Contest(
        f"service_coverage {units:,} x {len(spots):,}",
        lambda: analysis.service_coverage(parcels, spots, REACH_M).to_numpy(),
        {
            "buffer+union+overlay, 32 segments": (lambda: run(32), 1e-8),
            "buffer+union+overlay, 16 segments": (lambda: run(16), -2e-3),
        },
        {"buffer+union+overlay, 16 segments": 3.0} if units >= 20_000 else {},
    )


def _cover(parcels: town.GeoDataFrame, path: str) -> rivals.Figures:
    with rasterio.open(path) as scene:
        return analysis.green_cover(parcels, scene, 0.3, red_nir=(1, 2))["green_cover"].to_numpy()


def green_cover(units: int, cell: float, kind: str, folder: Path) -> Contest:
    """Green cover from a scene file, decoding included."""
    parcels, path = town.parcels(units), str(folder / f"{units}_{cell:g}.tif")
    if not Path(path).exists():
        town.write_scene(path, town.side_of(units), cell, kind)
    others: dict[str, tuple[Run, float]] = {
        "exactextract": (lambda: rivals.by_exactextract(parcels, path), 1e-3),
    }
    if cell >= 10 and units <= 20_000:
        others["rasterstats"] = (lambda: rivals.by_rasterstats(parcels, path), -1e-2)
    required = {}
    if (units, cell) == (20_000, 10):
        required = {"exactextract": 3.0}
    elif (units, cell) == (200_000, 1):
        required = {"exactextract": 12.0}
    return Contest(
        f"green_cover {units:,} x {cell:g} m ({kind})",
        lambda: _cover(parcels, path),
        others,
        required,
    )


def walk_coverage(units: int) -> Contest:
    """Compare walks to the nearest facility, on a network that both are given."""
    side = town.side_of(units)
    parcels, spots = town.homes(units), town.spots(units // 200, side)
    graph = analysis.walking_graph(town.streets(side))
    network = rivals.as_networkx(graph)
    run = functools.partial(rivals.by_networkx, network, graph, parcels, spots)
    limit = WALK_MIN * SPEED
    return Contest(
        f"walk_coverage {units:,} x {len(spots):,}, {graph.node_count:,} nodes",
        lambda: analysis.walk_coverage(
            graph, parcels, spots, WALK_MIN, speed_m_per_min=SPEED
        ).to_numpy(),
        {
            "networkx, a search each": (lambda: (run(None) <= limit).astype(float), 0.0),
            "networkx, stopped at 10 min": (lambda: (run(limit) <= limit).astype(float), 0.0),
        },
        {"networkx, a search each": 5.0} if units >= 20_000 else {},
    )


def jobs(*, quick: bool, folder: Path) -> Iterator[tuple[str, Callable[[], Contest]]]:
    """All jobs by name; three sizes of each, or one small size."""
    for units in (600,) if quick else (5_000, 20_000, 50_000):
        for job in (green_ratio, service_coverage, walk_coverage):
            yield f"{job.__name__} {units}", functools.partial(job, units)
    sizes = ((600, 10),) if quick else ((5_000, 10), (20_000, 10), (80_000, 10))
    sizes += ((300, 1),) if quick else ((20_000, 1), (60_000, 1), (200_000, 1))
    for units, cell in sizes:
        kind = "uint16" if cell == 10 else "uint8"
        yield (
            f"green_cover {units} {cell} m",
            functools.partial(green_cover, units, cell, kind, folder),
        )


def _timed(run: Run, rounds: int) -> tuple[rivals.Figures, float]:
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        figures = run()
        times.append(time.perf_counter() - begin)
    return figures, statistics.median(times)


def held(contest: Contest) -> bool:
    """Run one contest, print it, and tell whether answers and required ratios hold."""
    mine, seconds = _timed(contest.ours, _ROUNDS)
    print(f"\n{contest.name}: {seconds:.3f} s, mean {np.nanmean(mine):.6f}")
    good = True
    for name, (run, allowed) in contest.others.items():
        theirs, others = _timed(run, 1 if seconds > _LONG_S else _ROUNDS)
        gap = np.abs(mine - theirs)
        worst = float(np.nanmax(gap))
        off = abs(float(np.nanmean(mine - theirs))) if allowed < 0 else worst
        agree = off <= abs(allowed) and bool(
            (np.isnan(mine) == np.isnan(theirs)).all() or allowed < 0
        )
        ratio, required = others / seconds, contest.required.get(name, 0.0)
        said = f", required {required:g}" if required else ""
        verdict = (
            "" if agree and ratio >= required else "   <-- " + ("slow" if agree else "differs")
        )
        print(
            f"  {name:36s} {others:8.3f} s   {ratio:6.1f} x{said}   worst unit {worst:.1e}{verdict}"
        )
        good &= agree and ratio >= required
    return good


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small sizes; answers only")
    parser.add_argument(
        "--only", default="", help="jobs whose name contains this, e.g. 'green_cover 200000'"
    )
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, rasterio.Env(GDAL_CACHEMAX=_BLOCK_CACHE):
        every = jobs(quick=chosen.quick, folder=Path(folder))
        fine = [held(make()) for name, make in every if chosen.only in name]
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main())
