"""The built wheel stands on its own, in an empty folder and an environment of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.system


def run(*words: str | Path, folder: Path) -> str:
    """Run a command and give what it printed; no variable of ours reaches it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [*map(str, words)], cwd=folder, capture_output=True, text=True, check=False, env=kept
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_wheel_builds_a_plan_in_an_empty_folder(tmp_path: Path) -> None:
    """`erdao init myplan && erdao build myplan` works from the wheel alone."""
    run(
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "-q",
        "-w",
        tmp_path,
        ROOT,
        folder=tmp_path,
    )
    (wheel,) = tmp_path.glob("*.whl")
    # Dependencies are taken from the test environment; the package itself only from the wheel.
    run(sys.executable, "-m", "venv", tmp_path / "env", folder=tmp_path)
    python = tmp_path / "env" / "bin" / "python"
    site = Path(
        run(python, "-c", "import site; print(site.getsitepackages()[0])", folder=tmp_path).strip()
    )
    ours = Path(
        run(
            sys.executable, "-c", "import site; print(site.getsitepackages()[0])", folder=tmp_path
        ).strip()
    )
    run(python, "-m", "pip", "install", "-q", "--no-deps", wheel, folder=tmp_path)
    (site / "test_environment.pth").write_text(f"{ours}\n")
    home = tmp_path / "empty"
    home.mkdir()
    place = run(python, "-c", "import erdao_gis; print(erdao_gis.__file__)", folder=home)
    assert str(site) in place
    erdao = tmp_path / "env" / "bin" / "erdao"
    run(erdao, "init", "myplan", folder=home)
    run(erdao, "build", "myplan", folder=home)
    assert (home / "myplan" / "maps" / "plan.html").stat().st_size > 100_000
