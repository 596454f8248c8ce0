"""Runs inside the sandbox: executes the cells of a submission, then answers what is asked about the names they define.

Requests come on stdin and replies go to stdout, as messages of `wire`. The student's code finds neither there: it reads nothing,
and what it prints goes nowhere. The grader trusts nothing that is said here; this file only serves the honest.
"""

import ast
import contextlib
import ctypes
import errno
import json
import linecache
import os
import re
import resource
import sys
import types

import wire

# What homework does not need, and what leads out of a sandbox or past its limits: other processes and threads, other hosts,
# memory that no limit counts, and the rarer doors of the kernel.
DENIED = """
    fork vfork clone clone3 socket memfd_create memfd_secret shmget msgget semget mq_open
    unshare setns mount umount2 move_mount fsopen open_tree pivot_root chroot ptrace process_vm_readv process_vm_writev
    io_uring_setup userfaultfd bpf perf_event_open keyctl add_key request_key open_by_handle_at name_to_handle_at
    init_module finit_module kexec_load personality acct swapon reboot quotactl
""".split()
ALLOW, DENY = 0x7FFF0000, 0x00050000 | errno.EPERM


def main(memory: int, disk: int, cpu: int):
    """Serve requests until there are no more. memory and disk in bytes, cpu in seconds."""
    requests, replies = os.dup(0), os.dup(1)
    silence()
    confine(memory, disk, cpu)
    # student code may do as it likes with the module `wire`: these are taken before it runs
    receive, send, dumps = wire.receive, wire.send, wire.dumps
    space = new_main()
    send(replies, dumps("ready"))
    while True:
        try:
            request = receive(requests)
        except EOFError:
            return
        send(replies, answer(request, space, dumps))


def silence():
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)


def confine(memory: int, disk: int, cpu: int):
    """Limits that no process without privileges can lift again; Linux has all of them."""
    limits = {resource.RLIMIT_CORE: 0, resource.RLIMIT_NOFILE: 256, resource.RLIMIT_FSIZE: disk, resource.RLIMIT_CPU: cpu,
              resource.RLIMIT_AS: memory}  # fmt: skip
    for limit, value in limits.items():
        with contextlib.suppress(*(() if sys.platform == "linux" else (ValueError, OSError))):
            resource.setrlimit(limit, (value, value))
    if sys.platform == "linux":
        deny_system_calls()


def deny_system_calls():
    seccomp = ctypes.CDLL("libseccomp.so.2")
    seccomp.seccomp_init.restype = ctypes.c_void_p
    rules = ctypes.c_void_p(seccomp.seccomp_init(ALLOW))
    for name in DENIED:
        number = seccomp.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:  # else this machine's kernel has no such call
            seccomp.seccomp_rule_add(rules, DENY, number, 0)
    if seccomp.seccomp_load(rules) != 0:
        os._exit(77)
    seccomp.seccomp_release(rules)


def new_main() -> dict:
    """The namespace of a notebook: __main__, with the `display` that notebooks have."""
    module = types.ModuleType("__main__")
    module.display = lambda *values, **options: None
    sys.modules["__main__"] = module
    return vars(module)


# requests

def answer(request, space: dict, dumps) -> bytes:
    """["value", …] or ["error", text] as a message."""
    task, *details = request
    try:
        return dumps(["value", TASKS[task](space, *details)])
    except wire.NothingYet as error:
        return dumps(["error", f"is {error}"])
    except wire.NotPlain as error:
        return dumps(["error", f"is {error}: numbers, arrays, texts, and lists, tuples and dictionaries of them are expected"])
    except BaseException as error:  # SystemExit, too
        return dumps(["error", told(error)])


def run(space: dict, name: str, source: str) -> list[str]:
    """Execute a cell as far as it goes. What went wrong, in words; nothing is lost for an import that fails."""
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    errors = []
    try:
        statements = parse(source, name).body
    except BaseException as error:
        return [told(error)]
    for statement in statements:
        try:
            exec(compile(ast.Module([statement], []), name, "exec", dont_inherit=True), space)
        except BaseException as error:
            errors.append(told(error))
            if not isinstance(statement, (ast.Import, ast.ImportFrom)):
                break
    return errors


def look(space: dict, name: str):
    """Whether a name is a function, and its value if not. A name that is not there is an error."""
    if name not in space:
        raise LookupError(f"{name} is not defined")
    return ["function"] if callable(space[name]) else ["plain", space[name]]


def call(space: dict, name: str, arguments: tuple, options: dict):
    return space[name](*arguments, **options)


TASKS = {"run": run, "look": look, "call": call}


# the code of notebooks

def parse(source: str, name: str) -> ast.Module:
    """The cell's statements; lines for IPython and for the shell are left out."""
    try:
        return ast.parse(source, name)
    except SyntaxError:
        return ast.parse(without_magics(source), name)


def without_magics(source: str) -> str:
    first = source.lstrip().split("\n")[0]
    if first.startswith("%%") and not re.match(r"%%(time|timeit|capture|prun)\b", first):
        return ""
    return re.sub(r"^([ \t]*)(?:[%!].*|[\w.]+\?{1,2}[ \t]*)$", r"\1pass", source, flags=re.MULTILINE)


def told(error: BaseException) -> str:
    """An exception in one line: its type, its words, and the line of the student's code."""
    try:
        words = " ".join(str(error.msg if isinstance(error, SyntaxError) else error).split())[:300]
    except BaseException:  # a student's class, too, can be an exception
        words = ""
    if isinstance(error, ModuleNotFoundError):
        words += ": the grader has only what the assignment needs"
    line = error.lineno if isinstance(error, SyntaxError) else line_of(error.__traceback__)
    return type(error).__name__ + f": {words}" * bool(words) + f" (line {line})" * bool(line)


def line_of(traceback) -> int | None:
    lines = []
    while traceback is not None and len(lines) < 1000:
        if traceback.tb_frame.f_code.co_filename.startswith("cell "):
            lines.append(traceback.tb_lineno)
        traceback = traceback.tb_next
    return lines[-1] if lines else None


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
