"""Maps as single files that open offline: the only place that knows folium."""

from typing import TYPE_CHECKING

from erdao_gis.first_use import on_first_use

if TYPE_CHECKING:
    from erdao_gis.maps.atlas.atlas import write_atlas
    from erdao_gis.maps.atlas.plan_page import plan_content, plan_map, write_plan_page
    from erdao_gis.maps.balance.balance_page import write_balance_page
    from erdao_gis.maps.notebook import add_layer
    from erdao_gis.maps.page.compose import page_html, page_map
    from erdao_gis.maps.page.page_content import (
        PageContent,
        PageGroup,
        PageLayer,
        PageLink,
        PlanEntry,
    )
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

__getattr__, __dir__ = on_first_use(
    __name__,
    {
        "PageContent": "erdao_gis.maps.page.page_content",
        "PageGroup": "erdao_gis.maps.page.page_content",
        "PageLayer": "erdao_gis.maps.page.page_content",
        "PageLink": "erdao_gis.maps.page.page_content",
        "Pair": "erdao_gis.wording",
        "PlanEntry": "erdao_gis.maps.page.page_content",
        "add_layer": "erdao_gis.maps.notebook",
        "draft_content": "erdao_gis.maps.parcels.draft_page",
        "page_html": "erdao_gis.maps.page.compose",
        "page_map": "erdao_gis.maps.page.compose",
        "parcels_content": "erdao_gis.maps.parcels.parcels_page",
        "plan_content": "erdao_gis.maps.atlas.plan_page",
        "plan_map": "erdao_gis.maps.atlas.plan_page",
        "write_atlas": "erdao_gis.maps.atlas.atlas",
        "write_balance_page": "erdao_gis.maps.balance.balance_page",
        "write_draft_page": "erdao_gis.maps.parcels.draft_page",
        "write_parcels_page": "erdao_gis.maps.parcels.parcels_page",
        "write_plan_page": "erdao_gis.maps.atlas.plan_page",
    },
)
