# Never comes to the end of a cell.
# on: wave_slope
# %%
while True:
    pass
# %%
def wave_slope(x):
    return 0.0
