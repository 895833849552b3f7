"""What an import would change, on the screen."""

from typing import TYPE_CHECKING

import click

from erdao_gis.cli.screen import say, show_table
from erdao_gis.errors import Language, visible
from erdao_gis.wording import word

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from erdao_gis.catalogue import Layer
    from erdao_gis.intake import PreparedImport
    from erdao_gis.intake.mapping import HeadingMatch

SHOWN = 20


def show_import(prepared: "PreparedImport", language: Language, *, faults: bool) -> None:
    """Print what the file holds, how it was understood and what would be other than now.

    Parameters
    ----------
    prepared
        As looked at.
    language
        Of the words.
    faults
        Also print what forbids importing it; not if the refusal will.
    """
    from erdao_gis.catalogue import layer_schema

    layer = layer_schema(prepared.layer)
    facts = {"file": visible(prepared.path.name), "layer": layer.name}
    say("import_title", language, facts | {"title": layer.title(language)})
    _show_counts(prepared, language)
    for key, table in (("import_reject", prepared.rejects), ("import_warning", prepared.warnings)):
        for entry in table.head(SHOWN).to_dict("records"):
            reason = _of_feature(visible(entry["id"] or ""), str(entry[f"reason_{language}"]))
            row = entry["row"] or word("cli", "whole_file", language)
            say(key, language, {"row": row, "reason": reason})
        _print_more(len(table), language)
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
    _show_reading(prepared, language)
    difference = {
        "added": len(prepared.added),
        "changed": len(prepared.changed),
        "removed": len(prepared.removed),
        "unchanged": prepared.unchanged,
    }
    say("import_diff", language, difference)
    _show_kept_codes(prepared, language)
    _show_replaced(prepared, layer, language)
    _show_carried(prepared, layer, language)
    if faults:
        for fault in prepared.faults[:SHOWN]:
            click.echo(f"- [{fault.rule}] {fault.message(language)}")
        _print_more(len(prepared.faults), language)


def _show_reading(prepared: "PreparedImport", language: Language) -> None:
    """Say how names, codes, limits and the datum were understood."""
    if prepared.translated:
        pairs = "；".join(f"{pair} ({number})" for pair, number in prepared.translated.items())
        say("import_translated", language, {"pairs": pairs})
    if prepared.edition.edition:
        origin = word("cli", f"edition_{prepared.edition.origin}", language)
        edition = {"edition": prepared.edition.edition, "origin": origin}
        say("import_edition", language, edition)
    if prepared.limits_read:
        say("import_limits", language, {"number": prepared.limits_read})
    if prepared.datum_fit:
        say("datum_note", language, {"note": prepared.datum_note(language)})


def _show_kept_codes(prepared: "PreparedImport", language: Language) -> None:
    """List land-use codes of the layer that the table says otherwise."""
    kept = prepared.codes_kept
    if kept.empty:
        return
    say("import_codes_kept", language, {"number": len(kept)})
    rows = [
        (visible(row.id), row.layer, visible(row.table), word("cli", f"kept_{row.why}", language))
        for row in kept.head(SHOWN).itertuples()
    ]
    heads = [word("cli", f"codes_kept_{side}", language) for side in ("layer", "table")]
    show_table(rows, ["id", *heads, ""])
    _print_more(len(kept), language)


def _show_replaced(prepared: "PreparedImport", layer: "Layer", language: Language) -> None:
    """List values that give way to others, and limits that allow more than before."""
    if prepared.replaced.empty:
        return
    by_column = prepared.replaced_by_column
    facts = {"number": len(prepared.replaced), "columns": _counted(by_column, layer, language)}
    say("import_replaced", language, facts)
    _show_values(prepared.replaced, layer, language)
    looser = prepared.replaced[prepared.replaced["looser"].astype(bool)]
    if len(looser):
        key = "import_looser" if prepared.join is None else "import_looser_table"
        say(key, language, {"number": len(looser)})
        _show_values(looser, layer, language)


def _show_values(values: "pd.DataFrame", layer: "Layer", language: Language) -> None:
    rows = [
        (
            visible(row.id),
            _titled(str(row.column), layer, language),
            _shown(row.old, language),
            _shown(row.new, language),
        )
        for row in values.head(SHOWN).itertuples()
    ]
    heads = [word("cli", f"replaced_{part}", language) for part in ("column", "old", "new")]
    show_table(rows, ["id", *heads])
    _print_more(len(values), language)


def _show_carried(prepared: "PreparedImport", layer: "Layer", language: Language) -> None:
    """Say what tables told before and stays, and what goes with features that are gone."""
    carried = prepared.carried
    if carried is None:
        return
    if carried.cells:
        columns = _counted(carried.cells, layer, language)
        say("import_carried", language, {"columns": columns})
    if carried.recoded:
        say("import_recoded_kept", language, {"number": len(carried.recoded)})
    if carried.lost:
        ids = ", ".join(visible(code) for code in carried.lost[:SHOWN])
        say("import_joined_lost", language, {"ids": ids})
        _print_more(len(carried.lost), language)


def _counted(numbers: "Mapping[str, int]", layer: "Layer", language: Language) -> str:
    between = "，" if language == "zh" else ", "
    return between.join(
        f"{_titled(name, layer, language)} {number}" for name, number in numbers.items()
    )


def _titled(name: str, layer: "Layer", language: Language) -> str:
    """Name a column as people do; one of the file's own by its heading."""
    column = layer.column(name)
    return visible(name) if column is None else column.title(language)


def _shown(value: object, language: Language) -> str:
    if value is None:
        return word("cli", "replaced_gone", language)
    return f"{value:g}" if isinstance(value, float) else visible(value)


def _is_plain(pair: "HeadingMatch") -> bool:
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
        _print_more(len(alone), language)


def _print_more(number: int, language: Language) -> None:
    if number > SHOWN:
        say("import_and_more", language, {"number": number - SHOWN})
