# Prints half a gigabyte and answers with as much.
# on: wave_slope
# %%
import os
import sys

line = "x" * 10**6
for _ in range(500):
    print(line)
    sys.stderr.write(line)
os.write(1, line.encode())
# %%
import numpy as np

def wave_slope(x):
    return np.ones(60_000_000)
