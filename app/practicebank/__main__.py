"""Run the practice bank as ``python -m practicebank``."""

from __future__ import annotations

import sys

from practicebank.main import main

if __name__ == "__main__":
    sys.exit(main())
