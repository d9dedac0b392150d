"""The import contract holds, and would be noticed if it did not."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run lint-imports on the package that lies in `folder`, without caches."""
    return subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture
def copied_tree(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "vocalkit", tmp_path / "vocalkit", ignore=shutil.ignore_patterns("__pycache__", "data"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_contract_is_kept(copied_tree: Path) -> None:
    done = lint(copied_tree)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "wrong_import"),
    [
        ("mix/_wrong.py", "import vocalkit.lyrics"),
        ("backing/_wrong.py", "from vocalkit import pipelines"),
        ("errors.py", "import vocalkit.types"),
        ("pipelines/_wrong.py", "def f():\n    import vocalkit.cli.main\n"),
        ("consent/_wrong.py", "import vocalkit.audio"),
    ],
)
def test_a_wrong_import_breaks_it(copied_tree: Path, module: str, wrong_import: str) -> None:
    path = copied_tree / "vocalkit" / module
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(f"{before}\n{wrong_import}\n", encoding="utf-8")
    done = lint(copied_tree)
    assert done.returncode != 0, done.stdout
    assert "BROKEN" in done.stdout
