"""Our beats beside librosa's on tracks whose beats are known."""

from __future__ import annotations

import numpy as np
import pytest

from vocalkit.backing import analyze
from vocalkit.band import chart_backing, parse_chart, render_chart

pytestmark = pytest.mark.slow

CHARTS = {
    "pop": "Tempo: 104\nMetre: 4/4\nKey: A\nStyle: pop\n\n[Verse 1]\n| A | F#m | D | E | x4\n",
    "ballad": "Tempo: 72\nMetre: 4/4\nKey: Em\nStyle: ballad\n\n[Verse 1]\n| Em | C | G | D | x3\n",
    "waltz": "Tempo: 138\nMetre: 3/4\nKey: F\nStyle: waltz\n\n[Verse 1]\n| F | Bb | C7 | F | x5\n",
}


@pytest.mark.parametrize("name", CHARTS)
def test_beats_are_found_at_least_as_well(name: str) -> None:
    librosa = pytest.importorskip("librosa", reason="librosa is in the bench extra")
    mir_eval = pytest.importorskip("mir_eval", reason="mir_eval is in the dev extra")
    chart = parse_chart(CHARTS[name])
    audio, truth = render_chart(chart, sample_rate=44_100, seed=3), chart_backing(chart)
    last = truth.tempo_map.beats_s[-1]

    def beat_f(beats: np.ndarray) -> float:
        return float(mir_eval.beat.f_measure(truth.tempo_map.beats_s, beats[(beats >= 0) & (beats <= last + 0.1)]))

    mono = librosa.resample(audio.mono(), orig_sr=audio.sample_rate, target_sr=22_050)
    theirs = librosa.beat.beat_track(y=mono, sr=22_050, units="time")[1]
    ours = beat_f(analyze(audio).tempo_map.beats_s)
    assert ours >= 0.96
    assert ours >= beat_f(theirs) - 0.02
