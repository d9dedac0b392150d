"""The frame of the command line: start-up, help, exit codes, one line an error."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from vocalkit import errors
from vocalkit.cli import main as cli
from vocalkit.cli.main import COMMANDS, build_parser, main

OneLine = Callable[[str], str]


def test_help_starts_at_once() -> None:
    took_s = []
    for _ in range(3):
        began_s = time.perf_counter()
        done = subprocess.run([sys.executable, "-m", "vocalkit", "--help"], capture_output=True, text=True, check=True)
        took_s.append(time.perf_counter() - began_s)
    assert "add-vocals" in done.stdout
    assert min(took_s) < 0.5


def test_help_imports_nothing_heavy() -> None:
    code = "import sys, vocalkit.cli.main as m; m.build_parser(); print([n for n in sys.modules if '.' not in n])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.replace("'", " ").split())
    assert not loaded & {"numpy", "scipy", "librosa", "torch", "gradio", "matplotlib", "tqdm"}


@pytest.mark.parametrize("command", [command.__name__.rsplit(".", 1)[1].replace("_", "-") for command in COMMANDS])
def test_every_command_has_help_with_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([command, "--help"])
    assert left.value.code == 0
    assert f"  vocalkit {command}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        ([], "COMMAND"),
        (["sign"], "invalid choice"),
        (["add-vocals"], "INSTRUMENTAL"),
        (["add-vocals", "a.wav", "--out", "o", "--tempo", "0"], "20 to 400 BPM"),
        (["add-vocals", "a.wav", "--out", "o", "--tempo", "-90"], "20 to 400 BPM"),
        (["add-vocals", "a.wav", "--out", "o", "--tempo", "nan"], "finite"),
        (["add-vocals", "a.wav", "--out", "o", "--tempo", "fast"], "finite"),
        (["add-vocals", "a.wav", "--out", "o", "--start", "inf"], "finite"),
        (["add-vocals", "a.wav", "--out", "o", "--start", "-1"], "negative"),
        (["add-vocals", "a.wav", "--out", "o", "--key", "H minor"], "key"),
        (["add-vocals", "a.wav", "--out", "o", "--seed", "-1"], "seed"),
        (["add-vocals", "a.wav", "--out", "o", "--seed", "1.5"], "seed"),
        (["add-vocals", "", "--out", "o"], "empty"),
        (["demo", "--port", "99999"], "port"),
        (["voice"], "ACTION"),
    ],
)
def test_wrong_use_is_one_line_and_2(
    argv: list[str], says: str, one_line: OneLine, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(argv)
    assert left.value.code == 2
    captured = capsys.readouterr()
    assert says in one_line(captured.err)
    assert captured.out == ""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.AudioError("no sound\nat all"), 2),
        (errors.ConsentError("not allowed", reason="expired"), 3),
        (errors.BackendUnavailable("install it"), 4),
        (errors.Cancelled("stopped"), 130),
        (KeyboardInterrupt(), 130),
        (MemoryError(), 2),
        (OSError(28, "No space left on device", "/tmp/x"), 2),
        (ZeroDivisionError("by zero"), 1),
    ],
)
def test_errors_become_exit_codes(
    error: BaseException,
    code: int,
    one_line: OneLine,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(_args: object) -> int:
        raise error

    monkeypatch.setattr(cli.voice, "run_list", fail)
    assert main(["voice", "list"]) == code
    one_line(capsys.readouterr().err)


def test_debug_shows_the_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(_args: object) -> int:
        raise errors.InputError("that went wrong")

    monkeypatch.setattr(cli.voice, "run_list", fail)
    assert main(["voice", "list", "--debug"]) == 2
    assert main(["--debug", "voice", "list"]) == 2
    err = capsys.readouterr().err
    assert err.count("Traceback") == 2
    assert err.count("vocalkit: that went wrong") == 2


def test_a_reader_that_leaves_is_no_error() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "vocalkit", "voice", "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) == 0, err
    assert "Traceback" not in err


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    from vocalkit import __version__

    with pytest.raises(SystemExit) as left:
        build_parser().parse_args(["--version"])
    assert left.value.code == 0
    assert capsys.readouterr().out.strip() == f"vocalkit {__version__}"


def test_module_and_script_are_the_same(one_line: OneLine) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "vocalkit", "voice", "show", "nobody"],
        capture_output=True, text=True, check=False, env=dict(os.environ),
    )  # fmt: skip
    assert done.returncode == 2
    assert "nobody" in one_line(done.stderr)
