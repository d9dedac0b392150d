"""`vocalkit voice prompts` and `vocalkit voice check`: what to read aloud, and whether it was recorded well."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from vocalkit.cli.arguments import Commands, add_json, path_argument, print_json
from vocalkit.cli.progress import StageBars

SHOWN = 12


def add_clips(actions: Commands, common: argparse.ArgumentParser) -> None:
    """The actions and their options."""
    prompting = actions.add_parser("prompts", help="sentences to read aloud, rich in phonemes", parents=[common])
    prompting.add_argument("--lang", default="en", metavar="CODE", help="en (default), de, es or ja")
    add_json(prompting)
    prompting.set_defaults(run=run_prompts)
    checking = actions.add_parser("check", help="look recordings over before enrolling them", parents=[common])
    checking.add_argument("folder", type=path_argument, metavar="DIR", help="your clips, a sentence each")
    checking.add_argument(
        "--transcripts", type=path_argument, metavar="FILE", help="lines of name|text; default: a .txt beside each clip"
    )
    checking.add_argument("--lang", default="en-us", metavar="CODE", help="language of the clips (default: en-us)")
    checking.add_argument("--aligner", default="own", metavar="NAME", help="own (default), pocketsphinx or none")
    checking.add_argument("--plot", type=path_argument, metavar="FILE.png", help="draw how often each phoneme is said")
    add_json(checking)
    checking.set_defaults(run=run_check)


def run_prompts(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.check_clips import read_prompts

    prompts = read_prompts(args.lang)
    if args.json:
        print_json([asdict(prompt) for prompt in prompts])
        return 0
    for prompt in prompts:
        print(f"{prompt.name}|{prompt.text}")
    return 0


def run_check(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.check_clips import FULL_S, check_clips, save_coverage
    from vocalkit.voice.backends import load_aligner

    aligner = None if args.aligner == "none" else load_aligner(args.aligner)
    with StageBars() as progress:
        report = check_clips(args.folder, args.transcripts, language=args.lang, aligner=aligner, progress=progress)
    if args.plot is not None:
        save_coverage(report, args.plot)
    if args.json:
        print_json(report.to_dict())
        return 0
    print(f"{len(report.clips) - len(report.redo)} of {len(report.clips)} clips are good: {report.good_s:.0f} s")
    if report.good_s < FULL_S:
        print(f"  {FULL_S - report.good_s:.0f} s more make a full voice")
    for clip in report.redo:
        print(f"  again {clip.name}: {'; '.join(clip.faults)}")
    gaps = [f"{entry.symbol} ({entry.count}, {entry.missing} more)" for entry in report.coverage if entry.missing]
    print(f"phonemes said too rarely: {', '.join(gaps[:SHOWN]) or 'none'}")
    for prompt in report.prompts if gaps else ():
        print(f"  read {prompt.name}|{prompt.text}")
    return 0
