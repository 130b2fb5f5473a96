"""`python -m hotrow_cli`: the same as the `hotrow` command."""

import sys

from hotrow_cli import main

if __name__ == "__main__":
    sys.exit(main())
