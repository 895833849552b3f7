"""Land-use classes as tables: codes, names, colours, recoding and norms.

Codes are text; the parent of a code is its beginning. The editions are ``2023`` and ``2020``
(用地用海分类指南, 175 and 169 codes) and ``GB50137`` (GB 50137-2011). The codes of the third land
survey (三调, field DLBM) look alike and mean other things; they are known here only to be refused.
"""

from erdao_gis.land_use.code_tables import (
    EDITIONS,
    Edition,
    class_codes,
    land_use_classes,
    land_use_norms,
    limit_norms,
    parent_code,
    recoding,
    require_edition,
    third_survey_codes,
)
from erdao_gis.land_use.codes import code_column, land_use_at_level, recode_land_use, unknown_codes
from erdao_gis.land_use.mixed import mixed_codes

__all__ = [
    "EDITIONS",
    "Edition",
    "class_codes",
    "code_column",
    "land_use_at_level",
    "land_use_classes",
    "land_use_norms",
    "limit_norms",
    "mixed_codes",
    "parent_code",
    "recode_land_use",
    "recoding",
    "require_edition",
    "third_survey_codes",
    "unknown_codes",
]
