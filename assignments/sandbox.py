"""A process of its own for one submission, by bubblewrap: no network, no files but Python's, no other process, and limits.

Inside, `worker` executes the student's code under the limits it sets on itself (memory, files, processes); outside, `Worker` keeps
the time, and ends the sandbox with all that is in it.
"""

import importlib.util
import json
import os
import select
import shutil
import site
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import wire

FOLDER = Path(__file__).resolve().parent
THREADS = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
INSTALL = "install it (apt-get install bubblewrap libseccomp2), or say --unsafe if you trust every submission"


class NoSandbox(Exception):
    """Raised where a sandbox cannot be made; the message says what to do."""


class Ended(Exception):
    """Raised when a worker does not answer any more; the message says why, after the name of what was asked."""


@dataclass(frozen=True)
class Limits:
    """What a submission may use. seconds: of running or sleeping, for a cell or a call; total: for all of them, by the clock; memory and disk: in MB.
    unsafe: without bubblewrap, in a process that sees the machine's files and network."""

    seconds: float = 5
    total: float = 60
    memory: int = 2048
    disk: int = 64
    unsafe: bool = False


class Worker:
    """A running `worker`, in a sandbox unless the limits say unsafe. Raises NoSandbox where it does not start."""

    def __init__(self, limits: Limits = Limits()):
        self.limits = limits
        self.process = subprocess.Popen(command(limits), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env=environment() if limits.unsafe else inside(), start_new_session=True)  # fmt: skip
        try:
            if wire.receive(self.process.stdout.fileno(), 60) != "ready":
                raise NoSandbox("the worker in the sandbox gave a strange answer")
        except (EOFError, TimeoutError, wire.Malformed):
            self.process.kill()
            said = self.process.stderr.read(2000).decode(errors="replace").strip().splitlines()
            self.close()
            raise NoSandbox(f"the sandbox does not start: {said[-1] if said else 'it says nothing'}") from None

    def request(self, task: str, *details, left: float = 3600):
        """What the worker answers: ["value", …] or ["error", text]. left: seconds of the submission's total. Raises Ended when
        the worker has to be given up, and wire.NotPlain for details that may not cross."""
        message = wire.dumps([task, *details])
        try:
            wire.send(self.process.stdin.fileno(), message, self.limits.seconds)
            self.wait(min(self.limits.seconds, left), left)
            reply = wire.receive(self.process.stdout.fileno(), self.limits.seconds)
        except TimeoutError:
            self.give_up(f"took longer than {min(self.limits.seconds, left):.3g} seconds")
        except wire.Malformed as error:
            self.give_up(f"sent what is no answer ({error})")
        except (EOFError, BrokenPipeError):
            self.give_up(f"ended the process it ran in ({self.how()})")
        if isinstance(reply, list) and len(reply) == 2 and (reply[0] == "value" or reply[0] == "error" and type(reply[1]) is str):
            return reply
        self.give_up("sent what is no answer")

    def wait(self, seconds: float, left: float):
        """For a reply. What counts is how long the code runs or sleeps: that others keep the machine busy is no fault of its own."""
        pipe, start, before = self.process.stdout.fileno(), time.monotonic(), self.used()
        if wire.is_ready(pipe, select.POLLIN, seconds):
            return
        while self.used() - before < seconds and not self.is_asleep() and time.monotonic() - start < min(10 * seconds, left):
            if wire.is_ready(pipe, select.POLLIN, 0.1):
                return
        raise TimeoutError

    def inner(self) -> psutil.Process:
        """The process that runs the code: bubblewrap's only child."""
        outer = psutil.Process(self.process.pid)
        return outer if self.limits.unsafe else (outer.children() or [outer])[0]

    def used(self) -> float:
        """Seconds of a processor that the code has had."""
        try:
            times = self.inner().cpu_times()
            return times.user + times.system
        except psutil.Error:  # it has ended, and reading will tell
            return float("inf")

    def is_asleep(self) -> bool:
        try:
            return self.inner().status() == psutil.STATUS_SLEEPING
        except psutil.Error:
            return False

    def how(self) -> str:
        try:
            return how(self.process.wait(1))
        except subprocess.TimeoutExpired:  # it has closed its pipes and lives on
            return "it stopped listening"

    def give_up(self, reason: str):
        self.close()
        raise Ended(reason)

    def close(self):
        """End the sandbox and everything in it."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()


def how(code: int) -> str:
    code = code - 128 if code > 128 else -code if code < 0 else 0
    return {9: "killed: too much time or memory", 11: "a crash: too deep a recursion?", 6: "a crash: too little memory?"}.get(
        code, f"signal {code}" if code else "it was left by exit")  # fmt: skip


def why_not() -> str | None:
    """Why no sandbox can be made on this machine, and what to do; None if one can."""
    if sys.platform != "linux":
        return "submissions are graded in a sandbox, which needs Linux: use one, or say --unsafe if you trust every submission"
    if shutil.which("bwrap") is None:
        return f"submissions are graded in a sandbox, which needs bubblewrap: {INSTALL}"
    try:
        Worker().close()
    except NoSandbox as error:
        advice = "this machine forbids user namespaces; assignments/README.md says how to allow them" if "map" in str(
            error) or "ermi" in str(error) or "namespace" in str(error) else INSTALL
        return f"{error} ({advice})"
    return None


# the command

def command(limits: Limits) -> list[str]:
    """What starts a worker."""
    own = {"memory": limits.memory << 20, "disk": limits.disk << 20, "cpu": int(limits.total) + 10}
    if limits.unsafe:
        return [sys.executable, str(FOLDER / "worker.py"), json.dumps(own)]
    return [*bubblewrap(limits), sys.executable, "/grader/worker.py", json.dumps(own)]


def bubblewrap(limits: Limits) -> list[str]:
    return [
        shutil.which("bwrap") or "bwrap", "--unshare-all", "--unshare-user", "--disable-userns", "--uid", "1000", "--gid", "1000",
        "--cap-drop", "ALL", "--as-pid-1", "--die-with-parent", "--new-session", "--hostname", "sandbox",
        *flat(system()), *flat(("--ro-bind", path, path) for path in python_folders()),
        *flat(("--ro-bind", source, target) for source, target in own_files().items()),
        # where root grades, /proc/sys would else be open to writing, as root
        "--proc", "/proc", "--remount-ro", "/proc", "--dev", "/dev", "--size", str(1 << 20), "--tmpfs", "/dev/shm", "--remount-ro", "/dev",
        "--size", str(limits.disk << 20), "--tmpfs", "/tmp",
        *flat(("--ro-bind", path, f"/tmp/.cache/matplotlib/{path.name}") for path in font_lists()),
        "--remount-ro", "/", "--chdir", "/tmp", "--",
    ]  # fmt: skip


def flat(options) -> list[str]:
    return [str(word) for option in options for word in option]


def system():
    """The folders of programs and libraries; on many machines /lib and its like are links into /usr."""
    yield "--ro-bind", "/usr", "/usr"
    for path in map(Path, ("/bin", "/lib", "/lib64", "/lib32", "/sbin")):
        if path.is_symlink():
            yield "--symlink", os.readlink(path), path
        elif path.is_dir():
            yield "--ro-bind", path, path
    for path in ("/etc/ld.so.cache", "/etc/alternatives"):
        yield "--ro-bind-try", path, path


def python_folders() -> list[Path]:
    """The interpreter's own folders and those of installed packages, outside of /usr; never the project they belong to."""
    there = [Path(sys.prefix), Path(sys.base_prefix), Path(sys.base_exec_prefix)]
    if site.ENABLE_USER_SITE:
        there.append(Path(site.getusersitepackages()))
    chosen = {folder for path in there if path.is_dir() for folder in (path, path.resolve())}
    return sorted(folder for folder in chosen if not folder.is_relative_to("/usr"))


def own_files() -> dict:
    """The worker, and labsupport without the repository around it."""
    return {FOLDER / "worker.py": "/grader/worker.py", FOLDER / "wire.py": "/grader/wire.py", labsupport(): "/grader/labsupport"}


def font_lists() -> list[Path]:
    """What matplotlib found out about this machine's fonts, which would take each submission half a second."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return sorted((cache / "matplotlib").glob("fontlist-*.json"))


def labsupport() -> Path:
    """That of this repository; where these files stand alone, the installed one."""
    beside = FOLDER.parent / "labsupport"
    if beside.is_dir():
        return beside
    if not (found := importlib.util.find_spec("labsupport")):
        raise NoSandbox("labsupport is not installed here: install it (pip install labsupport-….whl)")
    return Path(found.origin).parent


def inside() -> dict:
    return {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8", "PYTHONPATH": "/grader", "PYTHONDONTWRITEBYTECODE": "1",
            "MPLBACKEND": "Agg", **THREADS}  # fmt: skip


def environment() -> dict:
    """Of a worker without a sandbox: this process's own."""
    return {**os.environ, "PYTHONPATH": f"{labsupport().parent}{os.pathsep}{os.environ.get('PYTHONPATH', '')}", "MPLBACKEND": "Agg", **THREADS}
