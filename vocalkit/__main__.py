"""``python -m vocalkit``: the same as the ``vocalkit`` command."""

from vocalkit.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
