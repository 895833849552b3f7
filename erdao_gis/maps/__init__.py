"""Maps as single files that open offline: the only place that knows folium."""

from erdao_gis.maps.atlas.atlas import write_atlas
from erdao_gis.maps.atlas.plan_page import plan_content, plan_map, write_plan_page
from erdao_gis.maps.balance.balance_page import write_balance_page
from erdao_gis.maps.notebook import add_layer
from erdao_gis.maps.page.compose import page_html, page_map
from erdao_gis.maps.page.page_content import PageContent, PageGroup, PageLayer, PageLink, PlanEntry
from erdao_gis.maps.parcels.draft_page import draft_content, write_draft_page
from erdao_gis.maps.parcels.parcels_page import parcels_content, write_parcels_page
from erdao_gis.wording import Pair

__all__ = [
    "PageContent",
    "PageGroup",
    "PageLayer",
    "PageLink",
    "Pair",
    "PlanEntry",
    "add_layer",
    "draft_content",
    "page_html",
    "page_map",
    "parcels_content",
    "plan_content",
    "plan_map",
    "write_atlas",
    "write_balance_page",
    "write_draft_page",
    "write_parcels_page",
    "write_plan_page",
]
