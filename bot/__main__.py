"""`python -m bot` is `common-ground`."""

import sys

from bot.cli.commands import main

sys.exit(main())
