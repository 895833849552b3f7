"""Imagery: GeoTIFFs that need not be trusted, what their bands show, and when they were taken.

What is known of products (names of bands and sensors, quality bands, tags of dates) are rows of
``layers/imagery/*.csv``; what only the user knows stands in a sidecar, ``<scene's stem>.toml``.
"""

from erdao_gis.files.scenes.bands import SceneBands, SceneQuality
from erdao_gis.files.scenes.opening import Scene, find_scenes, open_scene
from erdao_gis.files.scenes.scene_writing import write_scene

__all__ = ["Scene", "SceneBands", "SceneQuality", "find_scenes", "open_scene", "write_scene"]
