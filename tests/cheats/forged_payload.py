# Writes pickles and messages of its own making to every pipe there is, before it answers and instead.
# on: wave_slope
# %%
import os
import pickle

class Bomb:
    def __reduce__(self):
        return os.system, ("touch {mark}",)

def wave_slope(x):
    for payload in (pickle.dumps(Bomb()), b"\xff" * 64, (2**62).to_bytes(8, "big") + b"[]", b'\0\0\0\0\0\0\0\x0f["value", true]'):
        for pipe in range(3, 20):
            try:
                os.write(pipe, payload)
            except OSError:
                pass
    return 0.0
