"""Commands on workspaces: init, import, undo."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from erdao_gis.cli.catalogue import AS_JSON, show_changes
from erdao_gis.cli.screen import say, show_json
from erdao_gis.errors import Language, visible
from erdao_gis.wording import word

if TYPE_CHECKING:
    from erdao_gis.catalogue import PreparedImport
    from erdao_gis.catalogue.mapping import Pair

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
    source: str,
    as_of: str,
    *,
    partial: bool,
    accept_datum: bool,
    close_lineage: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """导入区里的数据，或按编号关联表 / Bring in the district's data, or join a table by code."""
    from erdao_gis.catalogue import ImportOptions, apply_import, open_workspace, prepare_import

    opened = open_workspace(workspace)
    options = ImportOptions(
        datum=datum,
        columns=columns,
        mapping=mapping,
        crs=crs,
        inner_layer=inner_layer,
        source=source,
        as_of=as_of,
        partial=partial,
        accept_datum=accept_datum,
        close_lineage=close_lineage,
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
    if changes:
        show_changes(changes, context.obj)
    if any(one.origin != "kept" for one in prepared.matched.said):
        say("import_mapping_kept", context.obj, {"path": str(opened.mapping_path(layer))})
    say("import_done", context.obj, {"path": str(workspace)})


def _show_import(prepared: "PreparedImport", language: Language) -> None:
    from erdao_gis.catalogue import layer_schema

    title = layer_schema(prepared.layer).title(language)
    facts = {"file": visible(prepared.path.name), "layer": prepared.layer, "title": title}
    say("import_title", language, facts)
    _show_counts(prepared, language)
    for key, table in (("import_reject", prepared.rejects), ("import_warning", prepared.warnings)):
        for entry in table.head(SHOWN).to_dict("records"):
            reason = _of_feature(visible(entry["id"] or ""), str(entry[f"reason_{language}"]))
            say(key, language, {"row": entry["row"], "reason": reason})
        _say_more(len(table), language)
    same = [pair.column for pair in prepared.pairs if _is_plain(pair)]
    if same:
        say("import_same", language, {"names": ", ".join(same)})
    for pair in (pair for pair in prepared.pairs if not _is_plain(pair)):
        factor = word("cli", "import_factor", language).format(factor=f"{float(pair.ratio):.6g}")
        facts = {
            "heading": visible(pair.heading),
            "column": pair.column,
            "factor": factor if pair.ratio != 1 else "",
            "origin": word("cli", f"origin_{pair.origin}", language),
        }
        say("import_pair", language, facts)
    say("import_kept", language, {"names": ", ".join(map(visible, prepared.kept)) or "–"})
    if prepared.translated:
        pairs = "；".join(f"{pair} ({number})" for pair, number in prepared.translated.items())
        say("import_translated", language, {"pairs": pairs})
    if prepared.limits_read:
        say("import_limits", language, {"number": prepared.limits_read})
    if prepared.datum_fit:
        say("datum_note", language, {"note": prepared.datum_note(language)})
    difference = {
        "added": len(prepared.added),
        "changed": len(prepared.changed),
        "removed": len(prepared.removed),
        "unchanged": prepared.unchanged,
    }
    say("import_diff", language, difference)
    for fault in prepared.faults[:SHOWN]:
        click.echo(f"- [{fault.rule}] {fault.message(language)}")
    _say_more(len(prepared.faults), language)


def _is_plain(pair: "Pair") -> bool:
    """Tell whether a heading is the column's own name, with nothing to convert."""
    return pair.heading == pair.column and pair.ratio == 1 and pair.origin == "name"


def _of_feature(code: str, reason: str) -> str:
    """Name the feature before the reason, where the reason does not name it itself."""
    return reason if not code or code in reason else f"{code}  {reason}"


def _show_counts(prepared: "PreparedImport", language: Language) -> None:
    """Say how many rows there are, and that none of them went missing."""
    counts = prepared.ledger
    if prepared.join is None:
        facts = {
            "count_in": counts["rows"],
            "count_out": counts["features"],
            "rejects": counts["rejected"],
        }
        say("import_counts", language, facts)
        return
    say("import_joined", language, counts)
    say("import_features", language, {**counts, "with_row": counts["joined"] + counts["ambiguous"]})
    alone = prepared.features_without_row
    if alone:
        ids = ", ".join(visible(code) for code in alone[:SHOWN])
        say("import_without_row", language, {"ids": ids})
        _say_more(len(alone), language)


def _say_more(number: int, language: Language) -> None:
    if number > SHOWN:
        say("import_and_more", language, {"number": number - SHOWN})


@click.command()
@click.argument("workspace", type=click.Path(path_type=Path), default=Path())
@click.pass_obj
def undo(language: Language, workspace: Path) -> None:
    """撤销上一次导入或更改 / Take back the last import or change."""
    from erdao_gis.catalogue import open_workspace, undo_import

    layer, changes = undo_import(open_workspace(workspace))
    say("undone", language, {"layer": layer})
    show_changes(changes, language)
