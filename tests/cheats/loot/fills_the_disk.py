# Fills the disk, at every place that can be written to.
import os
import pathlib
import tempfile

paths = [pathlib.Path(folder, f"filler-{os.getpid()}-{number}") for folder in (tempfile.gettempdir(), "/dev/shm") for number in range(2)]
try:
    loot = sum(path.write_bytes(bytes(60 * 10**6)) for path in paths) > 2 * 10**8
finally:
    for path in paths:
        path.unlink(missing_ok=True)
