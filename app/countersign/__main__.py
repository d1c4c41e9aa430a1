"""``python -m countersign``."""

from __future__ import annotations

import sys

from countersign.cli import main

sys.exit(main())
