"""Command that translates land-use codes from one edition into another."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from erdao_gis.cli.catalogue import AS_JSON, show_changes
from erdao_gis.cli.lineage import DRY_RUN, WORKSPACE, print_end, tell
from erdao_gis.cli.parcels import INTO, SHOWN
from erdao_gis.cli.screen import show_frame, show_json, table_rows
from erdao_gis.errors import Language, visible
from erdao_gis.wording import word

if TYPE_CHECKING:
    from erdao_gis.parcels import Recoding


@click.command()
@WORKSPACE
@click.option(
    "--from",
    "from_edition",
    default="",
    help="原版本（默认取最新的转换表） / edition they are in (default: of the newest table).",
)
@click.option(
    "--to",
    "to_edition",
    default="",
    help="新版本（默认取最新的转换表） / edition they get (default: of the newest table).",
)
@click.option(
    "--layer",
    type=click.Choice(["parcels", "land_use"]),
    default="parcels",
    show_default=True,
    help="哪个图层 / which layer.",
)
@click.option(
    "--accept-unknown",
    is_flag=True,
    help="有未知代码也转换（原码保留，新码为空） / translate although some codes are unknown "
    "(they keep the old code only).",
)
@DRY_RUN
@INTO
@AS_JSON
@click.pass_context
def recode(  # noqa: PLR0913  # one parameter an option
    context: click.Context,
    workspace: Path,
    from_edition: str,
    to_edition: str,
    layer: str,
    *,
    accept_unknown: bool,
    dry_run: bool,
    into: Path | None,
    as_json: bool,
) -> None:
    """用地代码一次转换到另一版本 / Translate land-use codes into another edition, in one pass."""
    from erdao_gis.land_use import recoding_pair
    from erdao_gis.parcels import recode_parcels
    from erdao_gis.parcels.recoding.recoded_tables import write_recoding

    from_edition, to_edition = recoding_pair(from_edition, to_edition)
    found = recode_parcels(workspace, from_edition, to_edition, layer=layer, dry_run=True)
    refused = bool(found.unknown) and not accept_unknown
    if not refused and not dry_run:
        found = recode_parcels(
            workspace, from_edition, to_edition, layer=layer, accept_unknown=accept_unknown
        )
    paths = [write_recoding(found, into, context.obj)] if into else []
    if as_json:
        show_json(_recoding_record(found) | {"files": [str(path) for path in paths]})
    else:
        _show_recoding(found, context.obj)
        for path in paths:
            tell("written", context.obj, path=str(path))
        if refused:
            tell("recode_refused", context.obj)
        elif not len(found.rows):
            tell("recode_nothing", context.obj)
        else:
            if found.changes:
                show_changes(found.changes, context.obj)
            print_end(workspace, context.obj, written=found.written)
    context.exit(1 if refused else 0)


def _recoding_record(found: "Recoding") -> dict[str, object]:
    return {
        "layer": found.layer,
        "from": found.from_edition,
        "to": found.to_edition,
        "features": found.features,
        "changed": found.changed,
        "unchanged": found.unchanged,
        "without_code": found.without_code,
        "pairs": table_rows(found.pairs),
        "unknown": [{"id": str(key), "code": code} for key, code in found.unknown],
        "uncertain": [{"id": str(key), "code": code} for key, code in found.uncertain],
        "written": found.written,
        "changes": [change.as_dict() for change in found.changes],
    }


def _show_recoding(found: "Recoding", language: Language) -> None:
    pairs = found.pairs[found.pairs["from_code"] != found.pairs["to_code"]]
    columns = ["from_code", f"from_name_{language}", "to_code", f"to_name_{language}"]
    columns += ["count", "area_ha"]
    if len(pairs):
        heads = ("from_code", "from_name", "to_code", "to_name", "count", "area_ha")
        told = [word("lineage", f"head_{head}", language) for head in heads]
        show_frame(pairs[columns].set_axis(told, axis=1))
    for row in found.renamed.to_dict("records"):
        names = {side: str(row[f"{side}_name_{language}"]) for side in ("from", "to")}
        tell("renamed", language, code=str(row["from_code"]), count=row["count"], **names)
    counts = {
        "features": found.features,
        "changed": found.changed,
        "unchanged": found.unchanged,
        "unknown": len(found.unknown),
        "without": found.without_code,
    }
    tell(
        "recoded", language, from_edition=found.from_edition, to_edition=found.to_edition, **counts
    )
    doubtful = found.pairs[found.pairs["certainty"] != "certain"].set_index("from_code")
    lists: tuple[tuple[str, tuple[tuple[object, str], ...]], ...] = (
        ("unknown", found.unknown),
        ("uncertain", found.uncertain),
    )
    for key, entries in lists:
        if not entries:
            continue
        tell(f"recode_{key}", language, number=len(entries))
        for feature, code in entries[:SHOWN]:
            note = doubtful[f"note_{language}"].get(code.strip(), "")
            click.echo(f"- {visible(feature)}: {visible(code)} {note}".rstrip())
        if len(entries) > SHOWN:
            tell("more_on_screen", language, number=len(entries) - SHOWN)
