"""How often the sentences of consent/prompts say each phoneme of their language.

    python recipes/enrolment/coverage.py

For each language: sentences, phonemes said, kinds of phonemes, those said less often than
`vocalkit.voice.coverage.enough`, and how many kinds the first ten sentences hold in the order that `choose` gives them.
"""

from __future__ import annotations

from vocalkit.pipelines.check_clips import prompt_languages, read_prompts
from vocalkit.pipelines.enrolment_clips import phonemes_of
from vocalkit.voice.coverage import choose, count_phonemes, coverage

FIRST = 10
SPOKEN = {"en": "en-us"}


def main() -> None:
    for language in prompt_languages():
        prompts = read_prompts(language)
        words = phonemes_of({p.name: p.text for p in prompts}, language=SPOKEN.get(language, language))
        texts = [words[prompt.name] for prompt in prompts]
        said = count_phonemes(texts)
        rare = [f"{c.symbol} {c.count}" for c in coverage(said, said) if c.missing]
        first = count_phonemes(texts[index] for index in choose(texts, {}, most=FIRST))
        print(f"{language}: {len(prompts)} sentences, {said.total()} phonemes of {len(said)} kinds; "
              f"{len(first)} kinds in the best {FIRST}; rare: {', '.join(rare) or 'none'}")  # fmt: skip


if __name__ == "__main__":
    main()
