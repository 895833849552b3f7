"""What a figure lacks, in words: layers, fields, scenes, reported figures, places."""

from collections.abc import Sequence

from erdao_gis.catalogue import layer_names, layer_schema
from erdao_gis.errors import Language
from erdao_gis.wording import word, words


def missing_text(tokens: Sequence[str], language: Language) -> str:
    """Name what is missing by the titles of layers and fields.

    Parameters
    ----------
    tokens
        Column ``missing`` of the indicator table: ``layer``, ``layer.column``,
        ``layer:partial``, ``layer:unplaced``, ``layer:feature``, ``scene``, ``statistics:id``;
        alternatives stand between ``|``. None means that there was nothing to count.

    Examples
    --------
    >>> missing_text(["residential", "roads:partial", "buildings.floor_area_m2"], "zh")
    '居住用地；道路（资料不完整）；建筑（“建筑面积”字段）'
    >>> missing_text(["cores:unplaced"], "en"), missing_text([], "en")
    ('Three cores (unplaced)', 'nothing to count in the unit')
    """
    found = [
        word("indicators", "or", language).join(
            dict.fromkeys(_option_text(option, language) for option in token.split("|"))
        )
        for token in tokens
    ]
    mark = "；" if language == "zh" else "; "
    return mark.join(dict.fromkeys(found)) or word("indicators", "nothing_to_count", language)


def _option_text(option: str, language: Language) -> str:
    base, _, remark = option.partition(":")
    layer, _, column = base.partition(".")
    known = words("indicators")
    if layer in layer_names():
        schema = layer_schema(layer)
        title = schema.title(language)
        if column:
            field = schema.column(column)
            named = field.title(language) if field else column
            return word("indicators", "column", language).format(name=title, part=named)
        if not remark:
            return title
        part = (
            known[remark][language]
            if remark in known
            else word("indicators", "feature_unplaced", language).format(feature=remark)
        )
        return word("indicators", "within", language).format(name=title, part=part)
    kind = layer.split(" ")[0]
    if kind not in known:
        return option
    name = layer.replace(kind, known[kind][language], 1)
    if f"{kind}_{remark}" in known:
        part = known[f"{kind}_{remark}"][language]
        return word("indicators", "within", language).format(name=name, part=part)
    return f"{name} {remark}".strip()
