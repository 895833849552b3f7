"""Codes of a file that were rounded by a spreadsheet or cannot be stored as they are."""

from typing import Any

import pandas as pd

from erdao_gis.errors import Finding, message_text
from erdao_gis.files.characters import unstorable
from erdao_gis.files.columns import rounded_code
from erdao_gis.intake.joining import NearCodes
from erdao_gis.intake.mapping import Matched


def lost_codes(frame: pd.DataFrame, matched: Matched) -> list[Finding]:
    """Find codes that were rounded by a spreadsheet, or would not be read back as they are."""
    pair = matched.pair_of("id")
    if pair is None:
        return []
    values: pd.Series[Any] = frame[pair.heading]
    found: list[Finding] = [
        Finding(
            int(str(row)) - 1,
            "code_rounded",
            {"column": pair.heading, "value": value},
            feature=str(value),
        )
        for row, value in values.items()
        if rounded_code(value)
    ]
    known = {each.row for each in found}
    for finding in unstorable("id", values.reset_index(drop=True)):
        row = int(str(frame.index[finding.row])) - 1
        if row not in known:
            facts = {**finding.facts, "column": pair.heading}
            found.append(Finding(row, finding.key, facts, feature=str(facts["value"])))
    return found


def with_near_codes(rejects: pd.DataFrame, near: NearCodes | None) -> pd.DataFrame:
    """Say of rows whose code was rounded which features may have been meant."""
    if near is None or rejects.empty:
        return rejects
    said = {"zh": list(rejects["reason_zh"]), "en": list(rejects["reason_en"])}
    for place, code in enumerate(rejects["id"].astype(str)):
        found = {"near": ", ".join(near.codes(code))}
        if found["near"]:
            said["zh"][place] += message_text("codes_near", found, "zh")
            said["en"][place] += " " + message_text("codes_near", found, "en")
    return rejects.assign(reason_zh=said["zh"], reason_en=said["en"])
