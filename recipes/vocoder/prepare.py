"""Recordings in, one memory-mapped set of sound, F0 and fundamental phase out; resumable.

    python recipes/vocoder/prepare.py --data ../shared/data --work DIR
    python recipes/vocoder/prepare.py --data ../shared/data --work DIR --folder kathleen=DIR2 --minutes 30

Each recording becomes one file under DIR/clips, then all are packed into DIR/train and DIR/valid:
`audio.i16` (mono, 44.1 kHz), `frames.f32` (F0 in Hz, 0 where unvoiced; phase of the glottal pulses in
cycles) and `singer.f16` (the mel that source and filter give, coded as singers are stored) on the mel
hop, and `index.json`. A network that is shown a source in step with the recording can learn the phases
of the voice, not only its magnitudes; one that is shown a singer's mel learns what WORLD takes away.
F0 is Praat's.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
import torch
from numpy.typing import NDArray

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from vocalkit.nn.losses import log_mel
from vocalkit.nn.source import cycles_at_frames, harmonic_source
from vocalkit.nn.spectral import magnitude
from vocalkit.nn.vocoder import HarmonicVocoder, VocoderShape
from vocalkit.synth.mel import MelContract, frame_count, mel_filterbank
from vocalkit.synth.mel_vocoder import mel_from_source_filter
from vocalkit.types import F0Curve, SourceFilter
from vocalkit.voice.analyse import ENVELOPE_DIMS

LOUDEST = 0.95
HIGHEST_ALIGNED_HZ = 5000.0
SHIFTS = 64
SINGER_HOP_S = 0.005


def f0_track(samples: NDArray[np.float32], mel: MelContract, floor_hz: float, ceiling_hz: float) -> NDArray[np.float32]:
    """Praat's F0 (frames,) at the mel's frames, 0 where unvoiced."""
    import parselmouth

    sound = parselmouth.Sound(samples.astype(np.float64), mel.sample_rate)
    if sound.duration < 6.0 / floor_hz:
        return np.zeros(frame_count(samples.size, mel), np.float32)
    pitch = sound.to_pitch_ac(time_step=mel.hop_s / 2, pitch_floor=floor_hz, pitch_ceiling=ceiling_hz)
    hz, times = pitch.selected_array["frequency"], pitch.xs()
    wanted = np.arange(frame_count(samples.size, mel)) * mel.hop_s
    nearest = np.clip(np.round((wanted - times[0]) / (mel.hop_s / 2)).astype(int), 0, len(hz) - 1)
    inside = (wanted >= times[0] - mel.hop_s) & (wanted <= times[-1] + mel.hop_s)
    return np.where(inside, hz[nearest], 0.0).astype(np.float32)


def in_step(
    samples: NDArray[np.float32], f0_hz: NDArray[np.float32], mel: MelContract
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The sound in the polarity that glottal pulses have, and their phase in cycles 0 to 1 at each voiced frame.

    A pulse train through the minimum phase of the mel envelope is compared with the recording, harmonic by
    harmonic; the phase is the shift that brings most of them into step, kept smooth over time by a Viterbi search.
    """
    physics = HarmonicVocoder(VocoderShape(channels=8, hidden=8, blocks=1), torch.from_numpy(mel_filterbank(mel)))
    samples = samples[: f0_hz.size * mel.hop]
    sound = torch.nn.functional.pad(torch.from_numpy(samples), (0, f0_hz.size * mel.hop - samples.size))[None]
    hz = torch.from_numpy(f0_hz)[None]
    base = cycles_at_frames(hz, mel.hop_s)
    source = harmonic_source(hz, base, hop=mel.hop, sample_rate=mel.sample_rate, top_hz=20_000.0)
    true = physics.stft(sound)
    pulses = tuple(part * (4.0 / mel.n_fft) for part in physics.stft(source))
    logs = log_mel(true, physics.mel_basis, floor=mel.floor)
    start = physics.start_phase(logs, physics.mel_basis @ magnitude(pulses, 0.1))
    number = torch.arange(1, 41)
    at = number[:, None] * hz
    bins = torch.clamp(torch.round(at * (mel.n_fft / mel.sample_rate)).long(), max=mel.bins - 1)
    heard, sent, start = (
        torch.gather(part[0], 0, bins) for part in (torch.complex(*true), torch.complex(*pulses), start)
    )
    apart = heard * sent.conj() * torch.polar(torch.ones(()), -start)
    weight = apart.abs().sqrt() * (at > 60.0) * (at < HIGHEST_ALIGNED_HZ)
    apart = apart / (apart.abs() + 1e-9) * weight / (weight.sum(0) + 1e-9)
    shifts = np.exp(-2j * np.pi * np.outer(number.numpy(), np.arange(SHIFTS) / SHIFTS))
    agreement = (apart.numpy().T @ shifts).real
    if agreement.max(1).sum() < (-agreement).max(1).sum():
        samples, agreement = -samples, -agreement
    shift = np.zeros(f0_hz.size)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (f0_hz > 0).astype(int), [0]])))
    for first, last in edges.reshape(-1, 2):
        shift[first:last] = smooth_path(agreement[first:last])
    return samples, np.where(f0_hz > 0, (base[0].numpy() + shift) % 1.0, 0.0).astype(np.float32)


def singer_mel(samples: NDArray[np.float32], f0_hz: NDArray[np.float32], mel: MelContract) -> NDArray[np.float16]:
    """The mel (frames, n_mels) of the recording's source and filter, coded and decoded as a singer's frames are."""
    import pyworld

    rate, sound = mel.sample_rate, samples.astype(np.float64)
    times = np.arange(int(f0_hz.size * mel.hop_s / SINGER_HOP_S)) * SINGER_HOP_S
    place = times / mel.hop_s
    near = np.minimum(np.round(place).astype(int), f0_hz.size - 1)
    voiced = np.flatnonzero(f0_hz > 0)
    steady = np.interp(place, voiced, f0_hz[voiced]) if voiced.size else np.zeros(times.size)
    f0 = pyworld.stonemask(sound, np.where(f0_hz[near] > 0, steady, 0.0), times, rate)
    envelope, size = pyworld.cheaptrick(sound, f0, times, rate), mel.n_fft
    noise = pyworld.d4c(sound, f0, times, rate, threshold=0.6)
    envelope = pyworld.decode_spectral_envelope(
        pyworld.code_spectral_envelope(envelope, rate, ENVELOPE_DIMS), rate, size
    )
    noise = pyworld.decode_aperiodicity(pyworld.code_aperiodicity(noise, rate), rate, size)
    curve = F0Curve(f0.astype(np.float32), f0 > 0, SINGER_HOP_S)
    made = mel_from_source_filter(SourceFilter(envelope.astype(np.float32), noise.astype(np.float32), curve, rate), mel)
    kept = np.full((f0_hz.size, mel.n_mels), mel.silence, np.float16)
    count = min(f0_hz.size, made.frames)
    kept[:count] = made.mel[:, :count].T
    return kept


def smooth_path(agreement: NDArray[np.float64]) -> NDArray[np.float64]:
    """The shift (frames,) in cycles of best agreement (frames, SHIFTS) that does not jump."""
    grid = np.arange(SHIFTS) / SHIFTS
    jump = grid[None] - grid[:, None]
    price = 30.0 * (jump - np.round(jump)) ** 2
    score, back = agreement[0].copy(), []
    for row in agreement[1:]:
        options = score[:, None] - price
        back.append(options.argmax(0))
        score = options.max(0) + row
    path = [int(score.argmax())]
    for came_from in reversed(back):
        path.append(int(came_from[path[-1]]))
    return grid[path[::-1]]


def prepare_one(job: tuple[Path, Path, float, dict[str, Any], MelContract]) -> str:
    """Write one recording's file at one speed; returns what went wrong, empty where nothing did."""
    source, target, speed, corpus, mel = job
    torch.set_num_threads(1)
    if target.exists():
        return ""
    try:
        samples, rate = soundfile.read(source, always_2d=True, dtype="float64")
    except soundfile.LibsndfileError as error:
        return f"{source.name}: {error}"
    mono = soxr.resample(samples.mean(axis=1), rate, mel.sample_rate)
    if speed != 1.0:
        mono = soxr.resample(mono, mel.sample_rate * speed, mel.sample_rate)
    mono = (mono - mono.mean()).astype(np.float32)
    peak = float(np.abs(mono).max(initial=0.0))
    if mono.size < mel.n_fft or peak < 1e-3:
        return f"{source.name}: too short or silent"
    mono *= min(1.0, LOUDEST / peak)
    f0_hz = f0_track(mono, mel, corpus["floor_hz"] * speed, min(1200.0, corpus["ceiling_hz"] * speed))
    mono, cycles = in_step(mono, f0_hz, mel)
    partial = target.with_suffix(".partial.npz")
    np.savez(
        partial,
        audio=np.round(mono * 32767).astype(np.int16),
        frames=np.stack([f0_hz, cycles], axis=1),
        singer=singer_mel(mono, f0_hz, mel),
    )
    partial.rename(target)
    return ""


def jobs_of(corpus: dict[str, Any], folder: Path, work: Path, mel: MelContract, minutes: float | None) -> list[Any]:
    """Every recording that is not held out, as it is and at one speed drawn by its name, up to so many minutes."""
    jobs, seconds = [], 0.0
    sound = [path for path in folder.rglob("*") if path.suffix in (".wav", ".flac")]
    # In an order that is the same everywhere and mixes speakers, so that --minutes takes some of each.
    paths = sorted(sound, key=lambda path: zlib.crc32(path.name.encode()))
    for path in paths:
        if any(name in str(path.relative_to(folder)) for name in corpus["held_out"]):
            continue
        if minutes is not None and seconds > minutes * 60:
            break
        seconds += soundfile.info(path).duration
        draw = zlib.crc32(path.stem.encode())
        speeds = [1.0, corpus["speeds"][draw % len(corpus["speeds"])]] if corpus["speeds"] else [1.0]
        for speed in speeds:
            target = work / "clips" / f"{corpus['name']}-{path.stem}-{speed:g}.npz"
            jobs.append((path, target, speed, corpus, mel))
    return jobs


def pack(clips: list[Path], folder: Path, hop: int) -> float:
    """One memory-mapped set of the clips; returns its hours. Clips end on whole frames."""
    folder.mkdir(parents=True, exist_ok=True)
    index, frames_done = [], 0
    with ExitStack() as stack:
        audio, frames, singer = (
            stack.enter_context((folder / name).open("wb")) for name in ("audio.i16", "frames.f32", "singer.f16")
        )
        for path in clips:
            with np.load(path) as clip:
                count = clip["audio"].size // hop
                clip["audio"][: count * hop].tofile(audio)
                clip["frames"][:count].tofile(frames)
                clip["singer"][:count].tofile(singer)
            index.append({"name": path.stem, "first": frames_done, "frames": count})
            frames_done += count
    (folder / "index.json").write_text(json.dumps(index))
    return frames_done * hop / 44_100 / 3600


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("config.toml"))
    parser.add_argument("--data", type=Path, required=True, help="the registered data")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--folder", action="append", default=[], metavar="NAME=DIR")
    parser.add_argument("--minutes", type=float, default=None, help="at most so many from each corpus")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--valid-every", type=int, default=40, help="one recording in so many is not trained on")
    arguments = parser.parse_args()
    config = tomllib.loads(arguments.config.read_text())
    mel, elsewhere = MelContract(**config["mel"]), dict(entry.split("=", 1) for entry in arguments.folder)
    (arguments.work / "clips").mkdir(parents=True, exist_ok=True)
    jobs = []
    for corpus in config["corpora"]:
        folder = Path(elsewhere.get(corpus["name"], arguments.data / corpus["folder"]))
        found = jobs_of(corpus, folder, arguments.work, mel, arguments.minutes)
        if not found:
            raise SystemExit(f"{corpus['name']}: no recordings in {folder}")
        jobs += found
    with ProcessPoolExecutor(arguments.jobs) as pool:
        for number, fault in enumerate(pool.map(prepare_one, jobs, chunksize=4), 1):
            if fault:
                print(f"left out {fault}", file=sys.stderr)
            if number % 100 == 0 or number == len(jobs):
                print(f"{number}/{len(jobs)}", flush=True)
    # A recording and its resampled copy are one recording: they go to the same side.
    clips = [job[1] for job in jobs if job[1].exists()]
    valid = {job[1] for job in jobs if zlib.crc32(job[0].stem.encode()) % arguments.valid_every == 0}
    for name, chosen in (("train", [c for c in clips if c not in valid]), ("valid", [c for c in clips if c in valid])):
        print(f"{name}: {len(chosen)} clips, {pack(chosen, arguments.work / name, mel.hop):.2f} h")


if __name__ == "__main__":
    main()
