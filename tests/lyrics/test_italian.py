"""Italian as its verse counts it: vowels that meet, elisions, and whole lines of eleven syllables."""

from __future__ import annotations

from itertools import pairwise

import pytest

from vocalkit.lyrics import parse_lyrics

LINES_OF_ELEVEN = """\
Nel mezzo del cammin di nostra vita
mi ritrovai per una selva oscura
Ahi quanto a dir qual era è cosa dura
che nel pensier rinova la paura
dirò de l'altre cose ch'i' v'ho scorte
vestite già de' raggi del pianeta
che mena dritto altrui per ogne calle
Allor fu la paura un poco queta
Voi ch'ascoltate in rime sparse il suono
di quei sospiri ond'io nudriva il core
in sul mio primo giovenile errore
quand'era in parte altr'uom da quel ch'i' sono
del vario stile in ch'io piango e ragiono
ove sia chi per prova intenda amore
e del mio vaneggiar vergogna il frutto
che quanto piace al mondo è breve sogno
Tanto gentile e tanto onesta pare
la donna mia quand'ella altrui saluta
Sempre caro mi fu quest'ermo colle"""
"""Dante, Petrarca and Leopardi (one line shortened, none with a hiatus between words): what metre says of vowels."""
VOWELS = "aeiouàèéìòù"


def words_of(text: str) -> list[str]:
    (section,) = parse_lyrics(text, language="it").sections
    words: list[str] = []
    for syllable in section.lines[0].syllables:
        if syllable.position in ("single", "begin"):
            words.append(syllable.text)
        else:
            words[-1] += f"-{syllable.text}"
    return words


@pytest.mark.parametrize("line", LINES_OF_ELEVEN.splitlines())
def test_an_endecasillabo_has_eleven(line: str) -> None:
    words = words_of(line)
    meets = sum(
        before.rstrip("'")[-1].lower() in VOWELS and after[0].lower() in f"{VOWELS}h"
        for before, after in pairwise(words)
    )
    assert sum(word.count("-") + 1 for word in words) - meets == 11, words


@pytest.mark.parametrize(
    ("inside", "at_end"),
    [("mio", "mi-o"), ("tua", "tu-a"), ("de-sio", "de-si-o"), ("a-vea", "a-ve-a"), ("sa-ria", "sa-ri-a")],
)
def test_the_last_vowels_are_one_inside_a_line_and_two_at_its_end(inside: str, at_end: str) -> None:
    word = inside.replace("-", "")
    assert words_of(f"{word} caro")[0] == inside
    assert words_of(f"caro {word}")[1] == at_end


@pytest.mark.parametrize(
    "word",
    [
        "tri-on-fa-le", "pro-prio", "glo-ria", "ri-a-ma-re", "vi-o-la", "vir-tu-o-so", "du-el-lo", "fuo-co",
        "fi-gliuol", "que-sto", "lin-gua", "pau-sa", "pa-u-ra", "oi-mè", "per-pe-tuo",
        "pas-sio-ne", "Ma-ri-a", "scien-za", "voi",
    ],
)  # fmt: skip
def test_vowels_that_meet(word: str) -> None:
    assert words_of(f"{word.replace('-', '')} caro")[0] == word


def test_articles_cut_short_are_not_spelled_out() -> None:
    assert [len(words_of(f"{word} core")) for word in ("'l", "'n")] == [2, 2]
    assert words_of("'l core")[0].count("-") == 0
