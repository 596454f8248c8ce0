"""Chapters are executed before they are read: in parallel, once, and again when anything they depend on has changed.

jupyter-cache knows a chapter by its code alone, so its folder is named after the rest: `labsupport`'s source, the
installed packages, Python. A cell that raises or warns stops the build with the chapter, the cell and the traceback.
"""

import contextlib
import hashlib
import os
import platform
import re
import shutil
import sys
from importlib.metadata import PackageNotFoundError, requires, version
from logging import CRITICAL, getLogger
from pathlib import Path

from jupyter_cache import get_cache
from jupyter_cache.cache.db import NbProjectRecord
from jupyter_cache.executors.basic import ExecutionWorkerLocalMProc, JupyterExecutorLocalMproc
from jupyter_cache.executors.utils import single_nb_execution
from myst_nb.core.config import NbParserConfig
from myst_nb.core.read import create_nb_reader
from myst_parser.config.main import MdParserConfig
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from sphinx.util import logging

logger = logging.getLogger(__name__)
# jupyter-cache would report a failure too, in its own words and without the place.
SILENT = getLogger("jupyter_cache.silent")
SILENT.setLevel(CRITICAL)

TRIES = 3  # Kernels that start at the same moment may choose the same port; the second of them dies.

ROOT = Path(__file__).parent.parent
RUN_BY = ("numpy", "matplotlib", "sympy", "torch", "ipykernel", "nbclient", "jupyter-cache", "myst-nb")


class Worker(ExecutionWorkerLocalMProc):
    @staticmethod
    def execute(project_nb, data):
        """As jupyter-cache does; but what a cell prints is one text, whatever the moments at which it was sent."""
        folder = str(Path(project_nb.uri).parent)
        return single_nb_execution(project_nb.nb, folder, data.timeout, data.allow_errors, coalesce_streams=True)


class Executor(JupyterExecutorLocalMproc):
    """Over all cores."""

    _EXECUTION_WORKER = Worker


def fingerprint() -> str:
    """A name for everything but a chapter's own text that its outputs depend on."""
    digest = hashlib.sha256(platform.python_version().encode())
    for package in sorted(f"{name}=={version(name)}" for name in installed(RUN_BY)):
        digest.update(package.encode())
    for source in sorted((ROOT / "labsupport").rglob("*.py")):
        digest.update(source.relative_to(ROOT).as_posix().encode() + source.read_bytes())
    return digest.hexdigest()[:16]


def installed(names: tuple, found: frozenset = frozenset()) -> set[str]:
    """These packages and all that they need, as far as they are there: not what a lecturer or a test has beside them."""
    found = set(found)
    for name in map(canonicalize_name, names):
        if name not in found:
            with contextlib.suppress(PackageNotFoundError):
                needed = [Requirement(text) for text in requires(name) or []]
                found.add(name)
                found |= installed([each.name for each in needed if each.marker is None or each.marker.evaluate({"extra": ""})], found)
    return found


def name_the_cache(app, config):
    """Sphinx reads every chapter again when this setting changes, which is what a new `labsupport` asks for."""
    caches = Path(app.outdir).parent / ".jupyter_cache"
    current = caches / fingerprint()
    if caches.exists():
        for stale in set(caches.iterdir()) - {current}:
            shutil.rmtree(stale)
    config.nb_execution_cache_path = str(current)


def execute(app, env, docnames):
    cache = get_cache(app.config.nb_execution_cache_path)
    chapters = {}
    for path in (Path(env.doc2path(name)) for name in sorted(docnames)):
        text = path.read_text("utf-8")
        reader = create_nb_reader(str(path), MdParserConfig(), NbParserConfig(), text)
        if reader is not None:
            chapters[path] = reader.read(text)
            record = cache.add_nb_to_project(str(path), read_data=reader.read_fmt)
            NbProjectRecord.remove_tracebacks([record.pk], cache.db)
    prepare_kernels(Path(app.outdir).parent / "ipython")
    for _ in range(TRIES):
        pending = unexecuted(cache, chapters)
        if pending:
            logger.info("executing %s", ", ".join(Path(uri).name for uri in pending))
            Executor(cache, SILENT).run_and_cache(filter_uris=pending, timeout=app.config.nb_execution_timeout)
    problems = [problem for path, notebook in chapters.items() for problem in failures(cache, path, notebook)]
    if problems:
        # Not an exception: its traceback would bury the cell's own.
        sys.exit("\n\n".join(["A chapter does not run.", *problems]))


def unexecuted(cache, chapters) -> list[str]:
    """Those that have neither outputs nor a traceback."""
    return sorted(record.uri for record in cache.list_unexecuted() if Path(record.uri) in chapters and not record.traceback)


def prepare_kernels(folder: Path):
    """One thread each, since the cores are shared by chapters; and no reader's own IPython settings, nor their log."""
    profile = folder / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "ipython_kernel_config.json").write_text('{"IPKernelApp": {"log_level": 40}}', "utf-8")
    os.environ["IPYTHONDIR"] = str(folder)
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def failures(cache, path: Path, notebook) -> list[str]:
    traceback = cache.get_project_record(str(path)).traceback
    if traceback:
        failed = [i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code" and cell.source in traceback]
        report = plain(traceback).split("CellExecutionError: ")[-1]
        return [f"{place(path, notebook, *failed[:1])}: this cell raises\n\n{report}"]
    if str(path) in unexecuted(cache, [path]):
        return [f"{place(path, notebook)}: no kernel ran it to its end, {TRIES} times; does `python -m ipykernel_launcher` start?"]
    _, executed = cache.merge_match_into_notebook(notebook)
    return [
        f"{place(path, notebook, i)}: this cell warns\n\n{cell.source}\n\n{plain(output.text)}"
        for i, cell in enumerate(executed.cells)
        for output in cell.get("outputs", [])
        if output.output_type == "stream" and output.name == "stderr"
    ]


def place(path: Path, notebook, cell: int | None = None) -> str:
    """`file:line` of a cell."""
    line = "" if cell is None else f":{notebook.metadata.source_map[cell] + 1}"
    return f"{path.relative_to(ROOT)}{line}"


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def setup(app):
    app.connect("config-inited", name_the_cache)
    app.connect("env-before-read-docs", execute)
    return {"parallel_read_safe": True}
