"""Commands on workspaces: init, import, undo."""

from pathlib import Path

import click

from erdao_gis.cli.catalogue import AS_JSON, show_changes
from erdao_gis.cli.import_preview import show_import
from erdao_gis.cli.screen import say, show_json
from erdao_gis.errors import Language


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
    # A heading may hold the sign, a column does not.
    parts = [text.rpartition("=") for text in texts]
    pairs = [(heading, column) for heading, _, column in parts]
    if len(dict(pairs)) < len(pairs):
        raise click.BadParameter("同一文件列指明了两次 / a heading is told twice")
    return dict(pairs)


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
@click.option(
    "--map",
    "columns",
    multiple=True,
    callback=_pairs,
    help="文件列=图层列[:单位]；留空则不对应 / HEADING=COLUMN[:UNIT]; HEADING= leaves it alone.",
)
@click.option(
    "--mapping",
    type=click.Path(path_type=Path),
    help="列对应表（CSV 或 XLSX：heading,column,unit） / table of such pairs.",
)
@click.option("--inner-layer", help="GPKG 内的图层名或工作表名 / layer or sheet inside the file.")
@click.option(
    "--header-row",
    type=click.IntRange(min=1),
    help="表头所在行号（默认自动判断） / row of the headings in a CSV or sheet (default: found).",
)
@click.option(
    "--pad-codes",
    is_flag=True,
    help="补回用地代码丢失的前导零（701→0701） / put the zero back before land-use codes.",
)
@click.option("--source", default="", help="数据提供方 / who supplied it.")
@click.option("--as-of", default="", help="数据时点 / date or year of the data.")
@click.option("--partial", is_flag=True, help="只覆盖部分区域 / covers only part of the district.")
@click.option(
    "--accept-datum",
    is_flag=True,
    help="已确认位置无误 / the place was looked at and is right.",
)
@click.option(
    "--close-lineage",
    is_flag=True,
    help="以新边界为准，结束分割合并记录 / let new outlines end the record of splits and mergers.",
)
@click.option(
    "--edition",
    default="",
    help="用地代码的版本，填入未注明的行 / edition of the land-use codes where none is stated.",
)
@click.option(
    "--replace",
    multiple=True,
    metavar="COLUMN",
    help="该列以文件为准，如 land_use_code；可重复 / column in which the file wins; repeatable.",
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
    mapping: Path | None,
    inner_layer: str | None,
    header_row: int | None,
    source: str,
    as_of: str,
    edition: str,
    replace: tuple[str, ...],
    *,
    partial: bool,
    pad_codes: bool,
    accept_datum: bool,
    close_lineage: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """导入区里的数据，或按编号关联表 / Bring in the district's data, or join a table by code."""
    from erdao_gis.catalogue import open_workspace
    from erdao_gis.intake import ImportOptions, apply_import, prepare_import

    opened = open_workspace(workspace)
    options = ImportOptions(
        datum=datum,
        columns=columns,
        mapping=mapping,
        crs=crs,
        inner_layer=inner_layer,
        header_row=header_row,
        pad_codes=pad_codes,
        source=source,
        as_of=as_of,
        partial=partial,
        accept_datum=accept_datum,
        close_lineage=close_lineage,
        edition=edition,
        replace=replace,
    )
    prepared = prepare_import(opened, file, layer, options)
    if not as_json:
        # What forbids writing is told once: here, or by the refusal.
        show_import(prepared, context.obj, faults=dry_run)
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
    if changes:
        show_changes(changes, context.obj)
    if any(one.origin != "kept" for one in prepared.matched.said):
        say("import_mapping_kept", context.obj, {"path": str(opened.mapping_path(layer))})
    say("import_done", context.obj, {"path": str(workspace)})


@click.command()
@click.argument("workspace", type=click.Path(path_type=Path), default=Path())
@click.pass_obj
def undo(language: Language, workspace: Path) -> None:
    """撤销上一次导入或更改 / Take back the last import or change."""
    from erdao_gis.catalogue import open_workspace
    from erdao_gis.intake import undo_import

    layer, changes = undo_import(open_workspace(workspace, unfinished=True))
    say("undone", language, {"layer": layer})
    if changes:
        show_changes(changes, language)
