# Answers with a list that contains itself, and with a recursion that overflows the stack.
# on: wave_slope, cube_slope
# %%
import sys

sys.setrecursionlimit(10**9)
loop = []
loop.append(loop)

def wave_slope(x):
    return loop

def cube_slope(x):
    return [*map(cube_slope, [x])]
