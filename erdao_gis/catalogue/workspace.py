"""A workspace: a folder of the district's own data that stands over the shipped layers.

It holds only what differs::

    myplan/
      erdao.toml               names the folder as a workspace
      layers/<layer>.gpkg      supplied data, EPSG:4551, full precision
      layers/<layer>.json      which file it came from, of what date, how complete
      layers/<layer>_mapping.csv     headings of the district's files, kept for the next import
      layers/<layer>_operations.csv  splits and mergers; <layer>_retired.gpkg what they replaced
      derived/<layer>.geojson  plan features re-derived from supplied data
      history/<n>/             what each import replaced, for undo
      maps/                    pages that `erdao build` writes

Reading never guesses a workspace from the current folder: it is given, or the shipped layers
are read.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from erdao_gis.errors import Language, UnsafeInputError, WorkspaceError
from erdao_gis.files import write_text_atomic

MARKER = "erdao.toml"
FORMAT = 1
"""Number of the layout below; a workspace with a higher one was made by a newer version."""

PARTS = ("layers", "derived", "history", "maps")


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """An opened workspace."""

    folder: Path
    "Where it lies."
    title: str
    "Its name, for map titles."
    fictional: bool
    "True for the sample town: nothing in it lies over the real district."

    def title_in(self, language: Language) -> str:
        """Its name in one language, where it is written as ``中文 / English``.

        >>> Workspace(folder=Path(), title="示例镇 / Sample town", fictional=True).title_in("en")
        'Sample town'
        """
        halves = self.title.split(" / ", 1)
        return halves[0] if language == "zh" else halves[-1]

    def supplied_path(self, name: str) -> Path:
        """File of the supplied layer ``name``, whether it exists or not."""
        return self.folder / "layers" / f"{name}.gpkg"

    def record_path(self, name: str) -> Path:
        """File that tells where the supplied layer ``name`` came from."""
        return self.folder / "layers" / f"{name}.json"

    def mapping_path(self, name: str) -> Path:
        """File with the headings that imports of the layer ``name`` were told, for the next one."""
        return self.folder / "layers" / f"{name}_mapping.csv"

    def operations_path(self, name: str) -> Path:
        """File with the splits, mergers and renumberings of the layer ``name``."""
        return self.folder / "layers" / f"{name}_operations.csv"

    def retired_path(self, name: str) -> Path:
        """File with the features of ``name`` that such operations took out of force."""
        return self.folder / "layers" / f"{name}_retired.gpkg"

    def layer_paths(self, name: str) -> tuple[Path, ...]:
        """All files of the supplied layer ``name``: a change may write them, an undo restores."""
        return (
            self.supplied_path(name),
            self.record_path(name),
            self.mapping_path(name),
            self.operations_path(name),
            self.retired_path(name),
        )

    @property
    def unfinished_path(self) -> Path:
        """File that stands there while a layer is changed; left behind, the change was cut off."""
        return self.folder / "history" / "unfinished"

    def derived_path(self, name: str) -> Path:
        """File of the re-derived features of the layer ``name``, whether it exists or not."""
        return self.folder / "derived" / f"{name}.geojson"


def _quoted(text: str) -> str:
    """Return ``text`` as a TOML basic string."""
    kept = "".join(character for character in text if character.isprintable())
    return '"' + kept.replace("\\", "\\\\").replace('"', '\\"') + '"'


def create_workspace(folder: Path | str, *, title: str = "", fictional: bool = False) -> Workspace:
    """Make an empty workspace.

    Parameters
    ----------
    folder
        New or empty folder.
    title
        Name shown on its maps; the folder's name if empty.
    fictional
        Mark it as a fictional place (the sample town).

    Raises
    ------
    WorkspaceError
        The folder holds other files already.
    """
    path = Path(folder)
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise WorkspaceError("workspace_not_empty", {"folder": str(path)})
    name = title or path.resolve().name
    text = (
        f"[workspace]\nformat = {FORMAT}\ntitle = {_quoted(name)}\n"
        f"fictional = {str(fictional).lower()}\n"
    )
    write_text_atomic(path / MARKER, text)
    for part in PARTS:
        (path / part).mkdir(parents=True)
    return Workspace(folder=path, title=name, fictional=fictional)


def open_workspace(folder: Path | str | Workspace, *, unfinished: bool = False) -> Workspace:
    """Open the workspace in ``folder``.

    Parameters
    ----------
    folder
        The folder; an opened workspace is returned as it is.
    unfinished
        Open it even if a change was cut off half way, to take that change back.

    Raises
    ------
    WorkspaceError
        The folder has no readable ``erdao.toml``, or one of a newer version; or a change of it
        is under way or was cut off: its layers would be half old and half new.
    """
    if isinstance(folder, Workspace):
        return folder
    path = Path(folder)
    try:
        table = tomllib.loads((path / MARKER).read_text("utf-8"))["workspace"]
        title, fictional, number = table["title"], table["fictional"], table.get("format", FORMAT)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        facts = {"folder": str(path), "problem": f"{type(error).__name__}: {error}"}
        raise WorkspaceError("not_a_workspace", facts) from error
    if not isinstance(title, str) or not isinstance(fictional, bool):
        facts = {"folder": str(path), "problem": f"title={title!r}, fictional={fictional!r}"}
        raise WorkspaceError("not_a_workspace", facts)
    if not isinstance(number, int) or number > FORMAT:
        # What a newer version keeps there may change what a figure means.
        raise WorkspaceError("workspace_newer", {"folder": path, "found": number, "known": FORMAT})
    for part in (*PARTS, "scenes"):
        if (path / part).is_symlink():
            # A workspace that was received must not reach beyond itself.
            raise UnsafeInputError("workspace_link", {"folder": str(path), "part": part})
    opened = Workspace(folder=path, title=title, fictional=fictional)
    if opened.unfinished_path.exists() and not unfinished:
        raise WorkspaceError("change_cut_off", {"folder": str(path)})
    return opened
