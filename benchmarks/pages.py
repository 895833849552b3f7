"""Page of the plan against plain folium: build time by stage, size, and outside addresses.

Run: ``python benchmarks/pages.py``. Both pages show the same layers; the counts are compared
first. Times are medians of several runs in one process.
"""

import re
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import folium
import geopandas as gpd

from erdao_gis.catalogue import derive, layer_names, read_layer
from erdao_gis.maps import page_html, plan_content

RUNS = 5


def timed(work: Callable[[], object]) -> tuple[float, object]:
    """Take the median seconds of ``RUNS`` runs, and the last result."""
    seconds = []
    result: object = None
    for _ in range(RUNS):
        begun = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds), result


def read_all() -> dict[str, gpd.GeoDataFrame]:
    """Read every layer of the page."""
    return {name: read_layer(name) for role in ("plan", "base") for name in layer_names(role=role)}


def plain_folium(frames: dict[str, gpd.GeoDataFrame]) -> str:
    """Render the page a user would write: one GeoJson a layer, with a popup of its columns."""
    chart = folium.Map(location=(43.885, 125.45), zoom_start=12, tiles=None)
    for name, frame in frames.items():
        placed = frame.loc[frame.geometry.notna()].to_crs(4326)
        if placed.empty:
            continue
        fields = [column for column in ("name_zh", "evidence", "source") if column in placed]
        popup = folium.GeoJsonPopup(fields=fields)
        group = folium.FeatureGroup(name=name)
        folium.GeoJson(placed, popup=popup).add_to(group)
        group.add_to(chart)
    folium.LayerControl().add_to(chart)
    return str(chart.get_root().render())


def outside(page: str) -> int:
    """Count the outside addresses that a page asks for as scripts or style sheets."""
    markup = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    return len(set(re.findall(r'(?:src|href)="(https?://[^"]+)"', markup)))


def main() -> None:
    """Measure and print."""
    reading, frames = timed(read_all)
    deriving, _ = timed(derive)
    collecting, content = timed(plan_content)
    rendering, ours = timed(lambda: page_html(content))
    plain, theirs = timed(lambda: plain_folium(frames))
    features = sum(int(frame.geometry.notna().sum()) for frame in frames.values())
    shown = sum(
        int(layer.frame.geometry.notna().sum())
        for layer in (*content.backdrop, *(one for group in content.groups for one in group.layers))
    )
    if shown != features:
        message = f"the pages do not show the same: {shown} and {features} features"
        raise SystemExit(message)
    with tempfile.TemporaryDirectory() as folder:
        sizes = []
        for name, page in (("ours", ours), ("plain", theirs)):
            file = Path(folder) / f"{name}.html"
            file.write_text(str(page), "utf-8")
            sizes.append(file.stat().st_size / 1024)
    print(f"features on both pages            {features}")
    print(f"read all layers                   {reading:.3f} s")
    print(f"run all recipes                   {deriving:.3f} s")
    print(f"read, check and collect the plan  {collecting:.3f} s")
    print(f"render our page                   {rendering:.3f} s")
    print(f"render plain folium               {plain:.3f} s")
    print(f"time, plain / ours (render)       {plain / rendering:.1f}")
    print(f"size of ours (scripts inside)     {sizes[0]:.0f} KB")
    print(f"size of plain (scripts outside)   {sizes[1]:.0f} KB")
    print(f"outside addresses, ours / plain   {outside(str(ours))} / {outside(str(theirs))}")


if __name__ == "__main__":
    main()
