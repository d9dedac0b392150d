"""`vocalkit consent sweep`: what must not be kept longer than a permission lasts."""

from __future__ import annotations

import argparse

from vocalkit.cli.arguments import Commands, add_command, add_json, print_json

EXAMPLES = """\
  vocalkit consent sweep
  vocalkit consent sweep --json
"""


def add_parser(actions: Commands, common: argparse.ArgumentParser) -> None:
    parser = add_command(
        actions, common, "sweep", summary="destroy keys and models of voices whose permission ended", examples=EXAMPLES
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.consent.retention import sweep
    from vocalkit.pipelines.desk import open_desk
    from vocalkit.weights import user_voices_folder

    swept = sweep(desk=open_desk(), voices=user_voices_folder())
    if args.json:
        print_json({"swept": swept})
        return 0
    for grant in swept:
        model = "its model was removed" if grant["model_removed"] else "no model is kept"
        names = f"; a name is kept: vocalkit consent erase {grant['grant_id']} --yes" if grant["personal_data"] else ""
        print(f"grant {grant['grant_id']} of {grant['voice'] or 'an erased voice'} is {grant['state']}: {model}{names}")
    if not swept:
        print("no permission has ended")
    return 0
