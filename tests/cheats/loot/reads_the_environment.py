# Reads the passwords in the environment, its own and that of the processes above it.
import os
import pathlib

texts = [repr(os.environ)]
for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
    try:
        texts.append(path.read_bytes().decode(errors="replace"))
    except OSError:
        pass
loot = any("the-password" in text for text in texts)
