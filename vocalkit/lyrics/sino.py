"""Whole numbers as the numerals that Chinese, Japanese and Korean share."""

from __future__ import annotations

NUMERALS = "零一二三四五六七八九十百千万億"
_LARGEST = 10**12


def sino_numerals(number: int, *, one_before_ten: bool = False) -> str:
    """``2026`` → ``二千二十六``; from 10^12 on digit by digit. one_before_ten: Chinese 一十 inside a number."""
    if number >= _LARGEST:
        return "".join(NUMERALS[int(digit)] for digit in str(number))
    if number == 0:
        return NUMERALS[0]
    text = ""
    for power, unit in ((10**8, "億"), (10**4, "万"), (1, "")):
        group = number // power % 10**4
        if group:
            text += _group(group, one_before_ten) + unit
    return text


def _group(number: int, one_before_ten: bool) -> str:
    text, skipped = "", False
    for power, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // power % 10
        if digit == 0:
            skipped = skipped or bool(text)
            continue
        if skipped and one_before_ten:
            text += NUMERALS[0]
        skipped = False
        bare = unit and digit == 1 and (not one_before_ten or (unit == "十" and not text))
        text += ("" if bare else NUMERALS[digit]) + unit
    return text
