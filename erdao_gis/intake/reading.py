"""Read a file for a layer: its headings found and matched before its cells get a type."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import geopandas as gpd

from erdao_gis.catalogue.measuring_units import heading_forms, plain_text
from erdao_gis.catalogue.schema import Layer
from erdao_gis.catalogue.workspace import Workspace
from erdao_gis.crs import ERDAO_REGION
from erdao_gis.errors import FormatError
from erdao_gis.files import FeatureTable, TableHints, read_features
from erdao_gis.intake.mapping import Matched, column_names_of, match_headings
from erdao_gis.intake.mapping_files import StatedPair, read_mapping, stated_pairs
from erdao_gis.intake.preview import ImportOptions


def read_for_layer(
    layer: Layer, file: Path, workspace: Workspace, options: ImportOptions
) -> tuple[FeatureTable, Matched]:
    """Read a file and match its headings to the columns of a layer.

    What fills a column of codes or words stays text exactly as it is written, whatever its
    heading is called: 1.10 is no 1.1.

    Parameters
    ----------
    layer
        Whose columns are looked for.
    file
        With places, or a table.
    workspace
        Keeps what earlier imports were told of headings.
    options
        What the person says of the file.

    Raises
    ------
    FormatError, UnsafeInputError
        The file, or the mapping file, cannot be read safely.
    CRSError
        The coordinates are not what they claim to be.
    SchemaError
        A stated heading, column or unit is not there, or a mapping file is damaged.
    """
    said = stated_pairs(options.columns)
    if options.mapping is not None:
        said += read_mapping(Path(options.mapping), origin="file")
    kept = workspace.mapping_path(layer.name)
    if kept.exists() or kept.is_symlink():
        said += read_mapping(kept, origin="kept")
    table = _table(layer, file, workspace, options, said)
    placed = isinstance(table.frame, gpd.GeoDataFrame)
    headings = [str(name) for name in table.frame.columns if not (placed and name == "geometry")]
    return table, match_headings(layer, headings, said, file=file.name, lower=table.lower)


def _table(
    layer: Layer,
    file: Path,
    workspace: Workspace,
    options: ImportOptions,
    said: Sequence[StatedPair],
) -> FeatureTable:
    region = None if workspace.fictional else ERDAO_REGION
    hints = _hints(layer, said, file.name)

    def read(inner: str | None) -> FeatureTable:
        return read_features(
            file,
            layer=inner,
            crs=options.crs,
            region=region,
            header_row=options.header_row,
            hints=hints,
        )

    try:
        return read(options.inner_layer)
    except FormatError as error:
        # Of several sheets or layers the one called like the layer is meant, as in a template.
        names = str(error.facts.get("names", "")).split(", ")
        if error.key != "layer_not_named" or layer.name not in names:
            raise
        return read(layer.name)


def _hints(layer: Layer, said: Iterable[StatedPair], file: str) -> TableHints:
    """Tell the reader of tables what the layer's headings are."""
    stated = tuple(said)
    known = {name for column in layer.columns for name in column_names_of(layer, column)}
    known |= {plain_text(one.heading) for one in stated}

    def texts(headings: Sequence[str], lower: Mapping[str, str]) -> Collection[str]:
        pairs = match_headings(layer, headings, stated, file=file, lower=lower).pairs
        ordered = sorted(pairs, key=lambda pair: pair.column != "id")
        columns = {pair.heading: layer.column(pair.column) for pair in ordered}
        return [name for name, column in columns.items() if column and column.type != "number"]

    return TableHints(
        means=lambda heading: any(form.stem in known for form in heading_forms(heading)),
        texts=texts,
    )
