"""Maps as single files that open offline: the only place that knows folium."""

from erdao_gis.maps.atlas import write_atlas
from erdao_gis.maps.content import PageContent, PageGroup, PageLayer, PageLink, Pair, PlanEntry
from erdao_gis.maps.notebook import add_layer
from erdao_gis.maps.page import page_html, page_map
from erdao_gis.maps.plan_page import plan_content, plan_map, write_plan_page

__all__ = [
    "PageContent",
    "PageGroup",
    "PageLayer",
    "PageLink",
    "Pair",
    "PlanEntry",
    "add_layer",
    "page_html",
    "page_map",
    "plan_content",
    "plan_map",
    "write_atlas",
    "write_plan_page",
]
