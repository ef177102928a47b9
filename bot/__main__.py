"""`python -m bot` is `common-ground`."""

import sys

from bot.cli import main

sys.exit(main())
