"""A build that cannot be finished says why in one line, and one that was interrupted is begun again.

Pages that a killed build left behind may be cut off, yet look newer than their sources; so its traces are removed. What was
executed is kept: jupyter-cache adds a chapter only when it is done.
"""

import errno
import shutil
import sys
import tempfile
from pathlib import Path

from sphinx.util import logging

logger = logging.getLogger(__name__)

ROOM = 100e6  # bytes; the book itself takes two thirds of it
ADVICE = {
    errno.ENOSPC: "the disk is full: make room",
    errno.EDQUOT: "your share of the disk is used up: make room",
    errno.EROFS: "it is on a read-only disk: copy the book to a place where you may write",
    errno.EACCES: "you may not write there: change its owner, or copy the book to a place of your own",
}
ADVICE[errno.EPERM] = ADVICE[errno.EACCES]
# What the cache's database says instead of an error's number.
DATABASE = {"disk is full": errno.ENOSPC, "readonly database": errno.EROFS, "unable to open database": errno.EACCES}


def begin(app, config):
    folder = Path(app.outdir).parent
    for place in (folder, Path(app.outdir), *folder.glob(".jupyter_cache")):
        check_writable(place)
    if (free := shutil.disk_usage(folder).free) < ROOM:
        stop(folder, errno.ENOSPC, f" ({free / 1e6:.0f} MB are left, a build may need {ROOM / 1e6:.0f} MB)")
    if mark(app).exists():
        logger.info("The last build was interrupted: every page is written again.")
        shutil.rmtree(app.outdir)
        shutil.rmtree(app.doctreedir, ignore_errors=True)
        Path(app.outdir).mkdir()
        Path(app.doctreedir).mkdir(exist_ok=True)


def set_out(app, env, docnames):
    """After the chapters are executed, which leaves nothing half done."""
    mark(app).touch()


def mark(app) -> Path:
    return Path(app.outdir).parent / f".unfinished-{Path(app.outdir).name}"


def check_writable(folder: Path):
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(4096))
    except OSError as error:
        stop(folder, error.errno)


def end(app, exception):
    if number := disk_error(exception):
        stop(Path(app.outdir).parent, number)
    if exception is None:
        mark(app).unlink(missing_ok=True)


def disk_error(exception) -> int | None:
    """The number of the first error of the disk in a chain of exceptions."""
    while exception is not None:
        if isinstance(exception, OSError) and exception.errno in ADVICE:
            return exception.errno
        for words, number in DATABASE.items():
            if words in str(exception):
                return number
        exception = exception.__cause__ or exception.__context__
    return None


def stop(folder: Path, number: int, more: str = ""):
    # Not an exception: its traceback would bury the line.
    sys.exit(f"The book is built in {folder}, and {ADVICE.get(number, errno.errorcode.get(number, number))}{more}.")


def setup(app):
    app.connect("config-inited", begin, priority=100)
    app.connect("env-before-read-docs", set_out, priority=900)
    app.connect("build-finished", end, priority=1)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
