"""Words to syllables: phonemes, stress, spelling, and what verse asks of them."""

from __future__ import annotations

import json
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

import pytest

from vocalkit.errors import LyricsError
from vocalkit.lyrics import parse_lyrics, phonemize_underlay
from vocalkit.lyrics.phonemize import phonemize_lines
from vocalkit.lyrics.syllables import legal_onset
from vocalkit.phones import is_vowel, known_phones


def syllables(text: str, language: str = "en-us"):
    return parse_lyrics(text, language=language).sections[0].lines[0].syllables


def sound(text: str, language: str = "en-us") -> str:
    return " . ".join(" ".join(s.phonemes) for s in syllables(text, language))


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("'s", 1), ("Mr.", 2), ("I'll", 1), ("ev'ry", 2), ("o'er", 1), ("thro'", 1), ("th'", 1), ("rhythm", 2),
        ("fire", 1), ("every", 2), ("heaven", 2), ("power", 2), ("pow'r", 1), ("heav'n", 1), ("our", 1), ("hour", 1),
        ("flower", 2), ("wand'ring", 2), ("wandering", 3), ("didn't", 2), ("can't", 1), ("'tis", 1), ("look'd", 1),
        ("beautiful", 3), ("little", 2), ("people", 2), ("prism", 2), ("idea", 3), ("quiet", 2), ("isle", 1),
        ("well-known", 2), ("you'll", 1), ("th'eternal", 3), ("is't", 1), ("e'er", 1), ("whate'er", 2),
    ],
)  # fmt: skip
def test_syllable_counts_of_song_words(word: str, count: int) -> None:
    assert len(syllables(word)) == count


@pytest.mark.parametrize(
    ("word", "division"),
    [
        ("singing", "sing-ing"), ("little", "lit-tle"), ("away", "a-way"), ("children", "chil-dren"),
        ("beautiful", "beau-ti-ful"), ("upon", "up-on"), ("darkness", "dark-ness"), ("father", "fa-ther"),
        ("running", "run-ning"), ("something", "some-thing"), ("tomorrow", "to-mor-row"), ("beyond", "be-yond"),
        ("finger", "fin-ger"), ("singer", "sing-er"), ("kindred", "kin-dred"),
    ],
)  # fmt: skip
def test_spelling_is_divided_as_composers_do(word: str, division: str) -> None:
    assert "-".join(s.text for s in syllables(word)) == division


def test_merged_words_keep_their_own_phonemes() -> None:
    found = {s.text: s.phonemes for s in syllables("from the top of the stairs in the rain")}
    assert found["the"][0] == "ð" and found["of"][-1] == "v" and found["from"] == ("f", "ɹ", "ʌ", "m")
    assert found["in"] == ("ɪ", "n")


def test_weak_forms_and_stress() -> None:
    rose = syllables("a rose to the tomorrow")
    assert rose[0].phonemes == ("ə",)
    assert [s.stress for s in rose] == [0, 2, 0, 0, 0, 2, 0]


def test_r_colour_and_syllabic_consonants_are_divided() -> None:
    assert sound("car bird") == "k ɑ ɹ . b ɝ d"
    assert sound("button") == "b ʌ . t ə n"
    assert sound("fire") == "f aɪ ɹ"


def test_numbers_keep_text_and_sound_together() -> None:
    found = syllables("23 birds")
    assert len(found) == 4 and "".join(s.text for s in found[:2]) == "23" and found[3].text == "birds"


def test_british_centring_diphthongs_are_one_syllable() -> None:
    assert sound("tears", "en-gb") == "t ɪə z"
    assert len(syllables("idea", "en-gb")) == 3


def test_french_sings_its_mute_e_but_elides_before_a_vowel() -> None:
    assert [s.text for s in syllables("belle rose", "fr-fr")] == ["bel", "le", "ro", "se"]
    assert [s.text for s in syllables("belle amie chante", "fr-fr")] == ["belle", "a", "mie", "chan", "te"]
    assert [s.text for s in syllables("la vie", "fr-fr")] == ["la", "vi", "e"], "at the end of a line"
    assert "z" in sound("les amis", "fr-fr").split()


@pytest.mark.parametrize(
    ("language", "text", "count"),
    [
        ("de", "Die Gedanken sind frei, wer kann sie erraten", 12),
        ("es", "Cielito lindo, canta y no llores", 11),
        ("it", "Nel cor più non mi sento", 7),
        ("fr-fr", "Au clair de la lune", 6),
        ("pt", "Meu coração é teu", 6),
        ("nl", "Alle eendjes zwemmen in het water", 10),
        ("pl", "Wlazł kotek na płotek", 6),
        ("sv", "Vem kan segla förutan vind", 8),
        ("ru", "Ой цветёт калина", 6),
    ],
)
def test_other_languages(language: str, text: str, count: int) -> None:
    found = syllables(text, language)
    assert abs(len(found) - count) <= 1
    for syllable in found:
        assert sum(is_vowel(p) for p in syllable.phonemes) == 1
        assert set(syllable.phonemes) <= known_phones()


def test_onsets() -> None:
    assert legal_onset(("s", "t", "ɹ"), language="en-us") and legal_onset(("k", "w"), language="en-us")
    assert not legal_onset(("ŋ",), language="en-us") and not legal_onset(("t", "l"), language="en-us")
    assert not legal_onset(("ɹ", "t"), language="de")


def test_underlay_keeps_the_scores_division() -> None:
    parts = [["fi", "re,"], ["lov", "ed"], ["ev", "er", "y"], ["flower"], ["glo", "rious"], ["the‿e", "ter", "nal"]]
    for given_parts, found in zip(parts, phonemize_underlay(parts, language="en-us"), strict=True):
        assert [s.text for s in found] == given_parts
        assert all(sum(is_vowel(p) for p in s.phonemes) == 1 for s in found)
    (loved,) = phonemize_underlay([["lov", "ed"]], language="en-us")
    assert [s.phonemes for s in loved] == [("l", "ʌ"), ("v", "ɪ", "d")]
    assert [s.position for s in loved] == ["begin", "end"]


def test_underlay_refuses_parts_without_letters() -> None:
    with pytest.raises(LyricsError, match="no letters"):
        phonemize_underlay([["—"]], language="en-us")


def test_threads_get_the_same_phonemes() -> None:
    expected = parse_lyrics("Of the fire in the heaven")
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: parse_lyrics("Of the fire in the heaven"), range(8)))
    assert all(lyrics == expected for lyrics in found)


def composer_words(folder: Path) -> list[list[str]]:
    """English words as the composers divide them, straight from the XML of files that are surely English."""
    marks = {"the", "and", "of", "to", "my", "thy", "with", "that", "thee", "thou", "you", "when", "her", "his"}
    other = {"der", "die", "und", "das", "ich", "nicht", "le", "les", "des", "une", "est", "il", "che"}
    found: list[list[str]] = []
    for path in sorted(folder.glob("*.mxl"))[::8]:
        with zipfile.ZipFile(path) as archive:
            name = next(n for n in archive.namelist() if n.endswith(".xml") and "META" not in n)
            root = ElementTree.fromstring(archive.read(name))
        here: list[list[str]] = []
        for lyric in root.iter("lyric"):
            if (lyric.get("number") or "1") != "1":
                continue
            text = re.sub(r"[^\w'’]|\d", "", "".join(t.text or "" for t in lyric.findall("text")))
            if lyric.findtext("syllabic") in ("middle", "end") and here:
                here[-1].append(text)
            else:
                here.append([text])
        flat = ["".join(word).lower() for word in here]
        if sum(w in marks for w in flat) > 0.1 * len(flat) and sum(w in other for w in flat) < 0.01 * len(flat):
            found.extend(word for word in here if all(word))
    return found


@pytest.mark.slow
def test_syllable_counts_agree_with_the_composers(shared_data: Path) -> None:
    words = composer_words(shared_data / "scores" / "lieder")
    assert len(words) > 2000
    lines = [["".join(word).replace("’", "'") for word in words[at : at + 12]] for at in range(0, len(words), 12)]
    phones = [sounds for line in phonemize_lines(lines, language="en-us") for sounds in line]
    right = sum(len(word) == sum(p.vowel for p in sounds) for word, sounds in zip(words, phones, strict=True))
    assert right / len(words) >= 0.98, json.dumps({"right": right, "words": len(words)})
