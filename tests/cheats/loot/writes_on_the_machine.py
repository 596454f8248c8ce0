# Leaves a file on the grader's machine.
import pathlib

pathlib.Path("{mark}").write_text("100 points")
loot = True
