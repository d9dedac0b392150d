"""`vocalkit consent witness`: a human's word where machines are unsure."""

from __future__ import annotations

import argparse

from vocalkit.cli.arguments import Commands, add_command, add_json, path_argument, print_json
from vocalkit.cli.consent.passphrase import add_passphrase_file, known_passphrase

EXAMPLES = """\
  vocalkit consent witness trust grace.pub --name "Grace"
  vocalkit consent witness sign challenge.json --consent consent.wav --audio clips --key grace.pem --name Grace -o g.jws
"""


def add_parser(actions: Commands, common: argparse.ArgumentParser) -> None:
    parser = add_command(
        actions, common, "witness", summary="vouch for a recording that machines are unsure of", examples=EXAMPLES
    )
    steps = parser.add_subparsers(title="actions", dest="step", metavar="ACTION", required=True)
    trust = steps.add_parser("trust", help="let somebody vouch for recordings on this host", parents=[common])
    trust.add_argument("key", type=path_argument, metavar="PUBLIC", help="their public key, from `consent keygen`")
    trust.add_argument("--name", required=True, metavar="NAME", help="who they are")
    add_json(trust)
    trust.set_defaults(run=run_trust)
    sign = steps.add_parser("sign", help="sign that you know the person and heard the words", parents=[common])
    sign.add_argument("challenge", type=path_argument, metavar="CHALLENGE", help="what the artist was asked to say")
    sign.add_argument("--consent", type=path_argument, required=True, metavar="FILE", help="the recording you heard")
    sign.add_argument("--audio", type=path_argument, required=True, metavar="DIR", help="the clips you heard")
    sign.add_argument("--key", type=path_argument, required=True, metavar="FILE", help="your key")
    sign.add_argument("--name", required=True, metavar="NAME", help="your name")
    sign.add_argument(
        "-o", "--out", type=path_argument, required=True, metavar="FILE", help="for `voice enroll --witness`"
    )
    add_passphrase_file(sign)
    add_json(sign)
    sign.set_defaults(run=run_sign)


def run_trust(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.consent.witnessing import trust_witness

    path = trust_witness(args.key, name=args.name)
    if args.json:
        print_json({"file": str(path)})
    else:
        print(f"{args.name} may vouch for recordings here ({path}; remove the file to end that)")
    return 0


def run_sign(args: argparse.Namespace) -> int:
    from vocalkit.consent import utc_now
    from vocalkit.pipelines.consent.witnessing import witness_file

    statement = witness_file(
        args.challenge,
        args.consent,
        args.audio,
        name=args.name,
        key=args.key,
        passphrase=known_passphrase(args.passphrase_file, args.key),
        out=args.out,
        now=utc_now(),
    )
    if args.json:
        print_json({"file": str(args.out), "challenge_id": statement.challenge_id, "name": statement.name})
    else:
        print(f"{args.out}: {args.name} vouches for {args.consent} and the clips in {args.audio}")
    return 0
