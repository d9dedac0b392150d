"""One tab: a track and words go in; mix, stems, score and a piano roll come out."""

from __future__ import annotations

import socket
import tempfile
import threading
from pathlib import Path
from typing import Any

from vocalkit.consent import Purpose
from vocalkit.errors import BackendUnavailable, InputError, VocalkitError
from vocalkit.pipelines.voices import every_voice

PURPOSES: tuple[Purpose, ...] = ("demo", "noncommercial_music")
"""What a song from this page may be for: whoever sees the page cannot say more."""
STAGES = ("read", "parse", "analyze", "compose", "perform", "voice", "sing", "mix", "publish")
EXAMPLE_WORDS = """\
[Verse 1]
Who has seen the wind?
Neither I nor you
"""


def serve(*, host: str, port: int, share: bool) -> None:
    """Serve until interrupted. port: 0 takes any free one; share: also a public link by gradio."""
    with tempfile.TemporaryDirectory(prefix="vocalkit-demo-") as home:
        app = build(Path(home))
        try:
            _, url, shared = app.launch(
                server_name=host,
                server_port=port or _free_port(host),
                share=share,
                quiet=True,
                prevent_thread_lock=True,
                inbrowser=False,
                allowed_paths=[home],
                ssr_mode=False,
                theme=_theme(),
                footer_links=[],
            )
        except OSError:
            raise InputError(f"cannot serve on {host}:{port}; another program uses it: choose another --port") from None
        try:
            print(f"vocalkit demo: {shared or url}", flush=True)
            threading.Event().wait()
        finally:
            app.close(verbose=False)


def build(home: Path) -> Any:
    """The page. home: folder for the renders, which the caller removes."""
    gradio = _gradio()
    voices = [(f"{voice.name}: {voice.description}", voice.id) for voice in every_voice()]
    with gradio.Blocks(title="vocalkit", analytics_enabled=False) as app:
        gradio.Markdown(
            "# vocalkit\nA licensed voice sings your words on your instrumental, for demos and for music without pay."
        )
        with gradio.Row():
            with gradio.Column():
                track = gradio.Audio(
                    type="filepath", sources=["upload"], label="Instrumental", buttons=[], elem_id="track"
                )
                words = gradio.Textbox(lines=8, label="Lyrics", placeholder=EXAMPLE_WORDS, elem_id="words")
                voice = gradio.Dropdown(voices, value=voices[0][1], label="Voice", elem_id="voice")
                seed = gradio.Number(0, label="Seed", precision=0, minimum=0, elem_id="seed")
                go = gradio.Button("Add vocals", variant="primary", elem_id="go")
            with gradio.Column():
                status = gradio.Markdown("", elem_id="status")
                mix = gradio.Audio(label="Mix", interactive=False, buttons=["download"], elem_id="mix")
                vocals = gradio.Audio(label="Vocals", interactive=False, buttons=["download"], elem_id="vocals")
                files = gradio.Files(label="Downloads", interactive=False, elem_id="files")
        gradio.Markdown("### What is sung\nBars are notes, with their words; the line is the pitch of the voice.")
        roll = gradio.Image(
            show_label=False, type="filepath", interactive=False, buttons=["download", "fullscreen"], elem_id="roll"
        )

        def run(track_file: str | None, text: str, voice_id: str, number: float, shown=gradio.Progress()) -> Any:  # type: ignore[no-untyped-def]  # noqa: B008
            try:
                return _sing(home, track_file, text, voice_id, number, shown)
            except VocalkitError as error:
                return f"**{error}**", None, None, None, None

        go.click(run, [track, words, voice, seed], [status, mix, vocals, files, roll])
    return app


def _sing(home: Path, track: str | None, text: str, voice: str, seed: float | None, shown: Any) -> tuple[Any, ...]:
    """Run the pipeline for one click; returns what the page's outputs show."""
    from vocalkit.pipelines.choices import Choices
    from vocalkit.pipelines.files import add_vocals_to_file
    from vocalkit.pipelines.pictures import save_performance_roll

    if not track:
        raise InputError("upload an instrumental first")
    work = Path(tempfile.mkdtemp(dir=home))
    lyrics = work / "words.txt"
    lyrics.write_text(text or "", encoding="utf-8")

    def progress(stage: str, done: float, /) -> None:
        at = STAGES.index(stage) if stage in STAGES else 0
        shown((at + done) / len(STAGES), desc=stage)

    choices = Choices(voice=voice, seed=int(seed or 0), purposes=PURPOSES)
    out = work / "song"
    render, report = add_vocals_to_file(Path(track), out, lyrics=lyrics, choices=choices, progress=progress)
    save_performance_roll(render.performance, work / "piano-roll.png")
    done = f"{report.notes} notes sung by {report.provenance.voice_id}. {report.provenance.label}."
    status = "\n\n".join([done, *(f"Note: {warning}." for warning in report.warnings)])
    files = [str(path) for path in sorted(out.iterdir())]
    return status, str(out / "mix.wav"), str(out / "vocals.wav"), files, str(work / "piano-roll.png")


def _gradio() -> Any:
    try:
        import gradio
        import matplotlib  # noqa: F401  (needed only when the first song is drawn: say so now)
    except ImportError:
        raise BackendUnavailable("the demo needs gradio and matplotlib: pip install 'vocalkit[demo]'") from None
    return gradio


def _theme() -> Any:
    """Fonts of the system: the page asks no other server for anything."""
    fonts = ["system-ui", "sans-serif"]
    return _gradio().themes.Default(font=fonts, font_mono=["ui-monospace", "monospace"])


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
    return port
