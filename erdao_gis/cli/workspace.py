"""Commands on workspaces: init, import, undo."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from erdao_gis.cli.catalogue import AS_JSON, show_changes
from erdao_gis.cli.screen import say, show_json
from erdao_gis.errors import Language

if TYPE_CHECKING:
    from erdao_gis.catalogue import PreparedImport

SHOWN = 20


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--title", default="", help="名称 / its name on maps.")
@click.option(
    "--sample",
    is_flag=True,
    help="写入虚构的样例镇，供学习与测试 / write the fictional sample town to learn on.",
)
@click.pass_obj
def init(language: Language, folder: Path, title: str, *, sample: bool) -> None:
    """新建工作区 / Make a workspace for the district's own data, or the sample town."""
    if sample:
        from erdao_gis.sample import write_sample

        write_sample(folder)
        say("sample_written", language, {"path": str(folder)})
        return
    from erdao_gis.catalogue import create_workspace

    create_workspace(folder, title=title)
    say("initialised", language, {"path": str(folder)})
    say("next_steps", language, {"path": str(folder)})


def _pairs(_context: click.Context, _option: click.Parameter, texts: tuple[str, ...]) -> object:
    for text in texts:
        if "=" not in text:
            problem = f"'{text}': 应为 文件列=图层列 / expected HEADING=COLUMN"
            raise click.BadParameter(problem)
    return dict(text.split("=", 1) for text in texts)


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--as", "layer", required=True, help="导入为哪个图层 / layer to import it as.")
@click.option(
    "--workspace",
    type=click.Path(path_type=Path),
    default=Path(),
    help="工作区（默认当前文件夹） / workspace (default: this folder).",
)
@click.option(
    "--datum",
    type=click.Choice(["CGCS2000", "WGS84", "GCJ-02", "BD-09"]),
    default="CGCS2000",
    help="文件坐标的基准 / datum of the file's coordinates.",
)
@click.option("--crs", help="无坐标系文件的坐标系，如 EPSG:4551 / CRS of a file that has none.")
@click.option("--map", "columns", multiple=True, callback=_pairs, help="文件列=图层列 / OLD=NEW.")
@click.option("--inner-layer", help="GPKG 内的图层名 / layer inside a GeoPackage.")
@click.option("--source", default="", help="数据提供方 / who supplied it.")
@click.option("--as-of", default="", help="数据时点 / date or year of the data.")
@click.option("--partial", is_flag=True, help="只覆盖部分区域 / covers only part of the district.")
@click.option(
    "--accept-datum",
    is_flag=True,
    help="已确认位置无误 / the place was looked at and is right.",
)
@click.option("--dry-run", is_flag=True, help="只看不写 / show changes, write nothing.")
@AS_JSON
@click.pass_context
def import_file(  # noqa: PLR0913, PLR0917  # one parameter an option
    context: click.Context,
    file: Path,
    layer: str,
    workspace: Path,
    datum: str,
    crs: str | None,
    columns: dict[str, str],
    inner_layer: str | None,
    source: str,
    as_of: str,
    *,
    partial: bool,
    accept_datum: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """导入区里的数据 / Bring the district's own data into a workspace."""
    from erdao_gis.catalogue import ImportOptions, apply_import, open_workspace, prepare_import

    opened = open_workspace(workspace)
    options = ImportOptions(
        datum=datum,
        columns=columns,
        crs=crs,
        inner_layer=inner_layer,
        source=source,
        as_of=as_of,
        partial=partial,
        accept_datum=accept_datum,
    )
    prepared = prepare_import(opened, file, layer, options)
    if not as_json:
        _show_import(prepared, context.obj)
    if dry_run:
        if as_json:
            show_json(prepared.as_dict())
        else:
            say("import_dry", context.obj)
        context.exit(1 if prepared.faults else 0)
    changes = apply_import(opened, prepared)
    if as_json:
        show_json(prepared.as_dict() | {"changes": [change.as_dict() for change in changes]})
        return
    show_changes(changes, context.obj)
    say("import_done", context.obj, {"path": str(workspace)})


def _show_import(prepared: "PreparedImport", language: Language) -> None:
    from erdao_gis.catalogue import layer_schema

    title = layer_schema(prepared.layer).title(language)
    facts = {"file": prepared.path.name, "layer": prepared.layer, "title": title}
    say("import_title", language, facts)
    counts = {
        "count_in": len(prepared.frame) + len(prepared.rejects),
        "count_out": len(prepared.frame),
        "rejects": len(prepared.rejects),
    }
    say("import_counts", language, counts)
    for key, table in (("import_reject", prepared.rejects), ("import_warning", prepared.warnings)):
        for entry in table.head(SHOWN).to_dict("records"):
            facts = {"row": entry["row"], "reason": entry[f"reason_{language}"]}
            say(key, language, facts)
    pairs = ", ".join(f"{old} → {new}" for old, new in prepared.mapped.items())
    say("import_mapping", language, {"pairs": pairs or "–"})
    say("import_kept", language, {"names": ", ".join(prepared.kept) or "–"})
    if prepared.datum_fit:
        say("datum_note", language, {"note": prepared.datum_fit.message(language)})
    difference = {
        "added": len(prepared.added),
        "changed": len(prepared.changed),
        "removed": len(prepared.removed),
        "unchanged": prepared.unchanged,
    }
    say("import_diff", language, difference)
    for fault in prepared.faults[:SHOWN]:
        click.echo(f"- [{fault.rule}] {fault.message(language)}")


@click.command()
@click.argument("workspace", type=click.Path(path_type=Path), default=Path())
@click.pass_obj
def undo(language: Language, workspace: Path) -> None:
    """撤销上一次导入 / Take back the last import."""
    from erdao_gis.catalogue import open_workspace, undo_import

    layer, changes = undo_import(open_workspace(workspace))
    say("undone", language, {"layer": layer})
    show_changes(changes, language)
