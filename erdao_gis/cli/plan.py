"""Commands on the plan register: tree, show, verify."""

import hashlib
from pathlib import Path

import click

from erdao_gis.cli.catalogue import AS_JSON
from erdao_gis.cli.screen import say, show_json
from erdao_gis.errors import Language


@click.group()
def plan() -> None:
    """规划登记册 / The plan register: what the outline says."""


@plan.command()
@click.option("--depth", type=click.IntRange(min=1), help="只显示几层 / levels to show.")
@AS_JSON
@click.pass_obj
def tree(language: Language, depth: int | None, *, as_json: bool) -> None:
    """规划结构树 / The plan as a tree."""
    from erdao_gis.plan import plan_tree, read_plan, tree_record, tree_text

    nodes = plan_tree(read_plan())
    if as_json:
        show_json(tree_record(nodes))
    else:
        click.echo(tree_text(nodes, language, depth=depth))


@plan.command()
@click.argument("element")
@AS_JSON
@click.pass_obj
def show(language: Language, element: str, *, as_json: bool) -> None:
    """一个要素的全部内容（如 ND03） / All that is known of one element, such as ND03."""
    from erdao_gis.catalogue import placing_of
    from erdao_gis.plan import element_record, element_text, read_plan

    register = read_plan()
    record = element_record(register, element)
    places = placing_of(register.element(element))
    if as_json:
        show_json(record | {"places": [place.as_dict() for place in places]})
        return
    click.echo(element_text(register, element, language))
    for place in places:
        key = "place_known" if place.placed else "place_unknown"
        accuracy = "?" if place.accuracy_m is None else f"{place.accuracy_m:.0f}"
        reason = place.reason_zh if language == "zh" else place.reason_en
        facts = {"evidence": place.evidence, "accuracy": accuracy, "reason": reason}
        say(key, language, facts | {"feature": f"{place.layer}/{place.id}"})


@plan.command()
@click.option(
    "--text",
    "path",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="纲要全文（UTF-8） / the outline's full text (UTF-8).",
)
@AS_JSON
@click.pass_context
def verify(context: click.Context, path: Path, *, as_json: bool) -> None:
    """核对每条引文是否逐字见于所述章节 / Hold every quote against the outline's text."""
    from erdao_gis.files.encodings import decode_text
    from erdao_gis.plan import read_plan, verification_text, verify_quotes

    data = path.read_bytes()
    text, _encoding = decode_text(data, file=path.name)
    result = verify_quotes(read_plan(), text, sha256=hashlib.sha256(data).hexdigest())
    if as_json:
        show_json(result.as_dict())
    else:
        click.echo(verification_text(result, context.obj))
    context.exit(0 if result.sound else 1)
