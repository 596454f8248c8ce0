# Sleeps for a day where it is called.
# on: wave_slope
# %%
import time

def wave_slope(x):
    time.sleep(86400)
