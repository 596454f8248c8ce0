# Sends a signal to a process of the grader.
import os

os.kill({victim}, 0)
loot = True
