"""The only bytes in and out: files are recognised by content, bounded, and written whole."""

from erdao_gis.files.atomic import atomic_file, write_bytes_atomic, write_text_atomic
from erdao_gis.files.features import FeatureTable, read_features
from erdao_gis.files.headings import TableHints
from erdao_gis.files.own_layers import read_own_features
from erdao_gis.files.paths import checked_path, safe_file_name
from erdao_gis.files.recognition import FileKind, recognise
from erdao_gis.files.scenes import (
    Scene,
    SceneBands,
    SceneQuality,
    find_scenes,
    open_scene,
    write_scene,
)
from erdao_gis.files.size_limits import DEFAULT_LIMITS, Limits
from erdao_gis.files.writing import geojson_text, write_features

__all__ = [
    "DEFAULT_LIMITS",
    "FeatureTable",
    "FileKind",
    "Limits",
    "Scene",
    "SceneBands",
    "SceneQuality",
    "TableHints",
    "atomic_file",
    "checked_path",
    "find_scenes",
    "geojson_text",
    "open_scene",
    "read_features",
    "read_own_features",
    "recognise",
    "safe_file_name",
    "write_bytes_atomic",
    "write_features",
    "write_scene",
    "write_text_atomic",
]
