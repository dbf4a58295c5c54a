"""`python -m pdqlite` is the `pdqlite` command."""

import sys

from pdqlite.cli.main import main

sys.exit(main())
