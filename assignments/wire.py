"""Plain values ↔ bytes: the only thing that crosses between a submission and its grader.

A message is its length in eight bytes, then JSON, in which numbers, texts, True, False and None stand for themselves and all
else for a list of a tag and its content. Nothing is unpickled or called, and a length is checked before as much is read.
"""

import base64
import json
import math
import os
import select
import time

import numpy as np

LIMIT = 16 * 2**20  # bytes of a message
DEPTH = 30  # of lists in lists; a list that contains itself has no end
DTYPES = {np.dtype(code).newbyteorder("<").str for code in "?bBhHiIlLqQefdFD"}


class NotPlain(TypeError):
    """Raised for a value that may not cross; the message goes on after "it is …"."""


class NothingYet(NotPlain):
    """Raised for `...`, the answer of a stub."""


class Malformed(ValueError):
    """Raised for bytes that are no message."""


# values ↔ JSON

def encode(value, depth: int = 0):
    """The value in JSON's terms. Raises NotPlain."""
    if depth > DEPTH:
        raise NotPlain(f"nested more than {DEPTH} deep")
    if value is None or isinstance(value, (bool, str)):
        return value if value is None or isinstance(value, bool) else str(value)
    if isinstance(value, (np.ndarray, np.generic)):
        return encode_array(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, complex):
        return ["complex", value.real, value.imag]
    if isinstance(value, (list, tuple)):
        return ["tuple" if isinstance(value, tuple) else "list", *(encode(each, depth + 1) for each in value)]
    if isinstance(value, dict):
        return ["dict", *([encode_key(key), encode(each, depth + 1)] for key, each in value.items())]
    if value is ...:
        raise NothingYet("not answered yet")
    raise NotPlain(f"of the type {type(value).__name__}")


def encode_key(key) -> str:
    if not isinstance(key, str):
        raise NotPlain(f"a dictionary with a key that is no text but of the type {type(key).__name__}")
    return str(key)


def encode_array(value):
    array = np.asarray(value)
    if array.dtype.kind in "fc" and array.dtype.itemsize > 8 * (1 + (array.dtype.kind == "c")):
        array = array.astype(complex if array.dtype.kind == "c" else float)
    array = array.astype(array.dtype.newbyteorder("<"))
    if array.dtype.str not in DTYPES:
        raise NotPlain(f"an array of the type {array.dtype}, not of numbers")
    if array.nbytes > LIMIT:
        raise NotPlain(f"an array of {array.nbytes / 2**20:.0f} MB")
    return ["scalar" if isinstance(value, np.generic) else "array", array.dtype.str, list(array.shape),
            base64.b64encode(array.tobytes()).decode()]  # fmt: skip


def decode(value, depth: int = 0):
    """The value that `encode` was given. Raises Malformed."""
    if not isinstance(value, (list, dict)):
        return value
    if depth > DEPTH or not isinstance(value, list) or not value:
        raise Malformed("not a value")
    tag, *content = value
    if tag == "list" or tag == "tuple":
        return (list if tag == "list" else tuple)(decode(each, depth + 1) for each in content)
    if tag == "dict" and all(isinstance(each, list) and len(each) == 2 and isinstance(each[0], str) for each in content):
        return {key: decode(each, depth + 1) for key, each in content}
    if tag == "complex" and len(content) == 2 and all(isinstance(each, (int, float)) for each in content):
        return complex(*content)
    if tag in ("array", "scalar") and len(content) == 3:
        return decode_array(*content)[() if tag == "scalar" else ...]
    raise Malformed("not a value")


def decode_array(dtype, shape, data) -> np.ndarray:
    if dtype not in DTYPES or not isinstance(shape, list) or len(shape) > 32 or not isinstance(data, str):
        raise Malformed("not an array")
    if not all(type(n) is int and n >= 0 for n in shape) or max(shape, default=0) > LIMIT:
        raise Malformed("an array of an impossible shape")
    raw = base64.b64decode(data, validate=True)
    if len(raw) != math.prod(shape) * np.dtype(dtype).itemsize:
        raise Malformed(f"an array of shape {tuple(shape)} with {len(raw)} bytes")
    # a truth value is a byte, and one that is neither 0 nor 1 would be equal to nothing
    array = np.frombuffer(raw, np.uint8) != 0 if dtype == "|b1" else np.frombuffer(raw, dtype)
    return array.reshape(shape).copy()


# JSON ↔ bytes

def dumps(value) -> bytes:
    """A message. Raises NotPlain for what may not cross, and for what is too large."""
    try:
        data = json.dumps(encode(value)).encode()
    except ValueError as error:  # an integer of thousands of digits, half a character
        raise NotPlain(f"beyond what can be written: {error}") from None
    if len(data) > LIMIT:
        raise NotPlain(f"of {len(data) / 2**20:.0f} MB; at most {LIMIT // 2**20} cross")
    return len(data).to_bytes(8, "big") + data


def loads(data: bytes):
    """The value of a message without its length. Raises Malformed."""
    try:
        return decode(json.loads(data))
    except Malformed:
        raise
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        raise Malformed(str(error)) from None


# bytes ↔ pipes

def send(pipe: int, message: bytes, seconds: float | None = None):
    """Write a message from `dumps`. Raises TimeoutError, BrokenPipeError."""
    deadline, rest = due(seconds), memoryview(message)
    while rest:
        wait(pipe, select.POLLOUT, deadline)
        rest = rest[os.write(pipe, rest[: select.PIPE_BUF]) :]


def receive(pipe: int, seconds: float | None = None):
    """The value of the next message. Raises TimeoutError, EOFError, Malformed."""
    deadline = due(seconds)
    length = int.from_bytes(exactly(pipe, 8, deadline), "big")
    if length > LIMIT:
        raise Malformed(f"a message of {length} bytes; at most {LIMIT} are read")
    return loads(exactly(pipe, length, deadline))


def exactly(pipe: int, count: int, deadline: float | None) -> bytes:
    data = bytearray()
    while len(data) < count:
        wait(pipe, select.POLLIN, deadline)
        piece = os.read(pipe, min(count - len(data), 2**16))
        if not piece:
            raise EOFError
        data += piece
    return bytes(data)


def due(seconds: float | None) -> float | None:
    return None if seconds is None else time.monotonic() + seconds


def wait(pipe: int, event: int, deadline: float | None):
    """Until the pipe is ready: a write of up to PIPE_BUF bytes, then, does not block."""
    if not is_ready(pipe, event, None if deadline is None else max(0.0, deadline - time.monotonic())):
        raise TimeoutError


def is_ready(pipe: int, event: int, seconds: float | None) -> bool:
    poll = select.poll()
    poll.register(pipe, event)
    return bool(poll.poll(None if seconds is None else seconds * 1000))
