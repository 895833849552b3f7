"""The benchmark of the measures, at its small size."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parent.parent / "benchmarks" / "measures.py"


def test_measures_agree_with_the_usual_tools() -> None:
    """Overlay, exactextract, rasterstats and networkx give the same answers in one run."""
    run = subprocess.run(
        [sys.executable, str(SCRIPT), "--quick"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.count(" x   worst unit") == 8
    assert "<--" not in run.stdout
