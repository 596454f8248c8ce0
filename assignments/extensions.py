"""Once this is imported, so can be the book's own Sphinx extensions, which typeset formulas and write notebooks."""

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "_ext"))
