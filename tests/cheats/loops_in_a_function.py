# Never comes back from a call.
# on: wave_slope
# %%
def wave_slope(x):
    while True:
        pass
