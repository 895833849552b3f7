"""Land-use classes as tables: codes, names, colours, recoding and norms.

Codes are text; the parent of a code is its beginning. The editions are the rows of
``layers/land_use/editions.csv``, and each has its table of classes beside it. The codes of the
third land survey (三调, field DLBM) look alike and mean other things; they are known here only to
be refused.
"""

from erdao_gis.land_use.code_tables import (
    class_codes,
    land_use_classes,
    land_use_norms,
    limit_norms,
    parent_code,
    recoding,
    recoding_pair,
    recodings,
    third_survey_codes,
)
from erdao_gis.land_use.codes import code_column, land_use_at_level, recode_land_use, unknown_codes
from erdao_gis.land_use.editions import (
    EDITIONS,
    PRESENT_EDITION,
    Edition,
    require_edition,
)
from erdao_gis.land_use.mixed import mixed_codes

__all__ = [
    "EDITIONS",
    "PRESENT_EDITION",
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
    "recoding_pair",
    "recodings",
    "require_edition",
    "third_survey_codes",
    "unknown_codes",
]
