"""The speed of the engine, as ratios to the same derivatives written by hand in NumPy, in the same run.

    OMP_NUM_THREADS=1 python benchmarks/engine.py [table.json | table.md] ...

Every repetition times all contestants in turn, so that what else the machine does meets them alike; the ratio is that of
the medians. PyTorch stands beside, for scale. One thread, float64.
"""

import json
import os
import statistics
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before NumPy reads it
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from labsupport import hessian, jacobian, value_and_grad

rng = np.random.default_rng(0)


def network():
    """Forward and backward of a 2-16-16-1 tanh network, mean squared error, on 100 samples."""
    X, y = rng.normal(size=(100, 2)), rng.normal(size=(100, 1))
    parameters = [rng.normal(size=s) for s in ((2, 16), (16,), (16, 16), (16,), (16, 1), (1,))]

    def loss(W1, b1, W2, b2, W3, b3):
        h = np.tanh(X @ W1 + b1)
        h = np.tanh(h @ W2 + b2)
        return np.mean((h @ W3 + b3 - y) ** 2)

    def by_hand(W1, b1, W2, b2, W3, b3):
        h1 = np.tanh(X @ W1 + b1)
        h2 = np.tanh(h1 @ W2 + b2)
        e = h2 @ W3 + b3 - y
        L = np.mean(e ** 2)
        d3 = e * (2 / e.size)
        d2 = d3 @ W3.T * (1 - h2 * h2)
        d1 = d2 @ W2.T * (1 - h1 * h1)
        return L, (X.T @ d1, d1.sum(axis=0), h1.T @ d2, d2.sum(axis=0), h2.T @ d3, d3.sum(axis=0))

    def with_torch(torch):
        Xt, yt = torch.from_numpy(X), torch.from_numpy(y)
        W1, b1, W2, b2, W3, b3 = leaves = [torch.from_numpy(p).requires_grad_() for p in parameters]

        def run():
            h = torch.tanh(Xt @ W1 + b1)
            h = torch.tanh(h @ W2 + b2)
            L = ((h @ W3 + b3 - yt) ** 2).mean()
            return L, torch.autograd.grad(L, leaves)
        return run

    ours = value_and_grad(loss, argnum=(0, 1, 2, 3, 4, 5))
    return lambda: by_hand(*parameters), lambda: ours(*parameters), with_torch


def large():
    """Gradient of sum(sin x · exp(-x²)), 10⁶ elements."""
    x = rng.normal(size=10 ** 6)

    def by_hand():
        s, e = np.sin(x), np.exp(-x ** 2)
        return np.sum(s * e), np.cos(x) * e - 2 * x * s * e

    def with_torch(torch):
        xt = torch.from_numpy(x).requires_grad_()

        def run():
            L = torch.sum(torch.sin(xt) * torch.exp(-xt ** 2))
            return L, torch.autograd.grad(L, xt)[0]
        return run

    ours = value_and_grad(lambda x: np.sum(np.sin(x) * np.exp(-x ** 2)))
    return by_hand, lambda: ours(x), with_torch


def jacobian_of_a_layer():
    """Jacobian of tanh(A x), 100×100."""
    A, x = rng.normal(size=(100, 100)) / 10, rng.normal(size=100)

    def with_torch(torch):
        At, xt = torch.from_numpy(A), torch.from_numpy(x)
        return lambda: torch.func.jacrev(lambda x: torch.tanh(At @ x))(xt)

    ours = jacobian(lambda x: np.tanh(A @ x))
    return lambda: (1 - np.tanh(A @ x) ** 2)[:, None] * A, lambda: ours(x), with_torch


def hessian_of_a_loss():
    """Hessian of sum(tanh(B x)²), 50×50."""
    B, x = rng.normal(size=(50, 50)) / 7, rng.normal(size=50)

    def by_hand():
        t = np.tanh(B @ x)
        s = 1 - t * t
        return B.T @ ((2 * s * (s - 2 * t * t))[:, None] * B)

    def with_torch(torch):
        Bt, xt = torch.from_numpy(B), torch.from_numpy(x)
        return lambda: torch.func.hessian(lambda x: torch.sum(torch.tanh(Bt @ x) ** 2))(xt)

    ours = hessian(lambda x: np.sum(np.tanh(B @ x) ** 2))
    return by_hand, lambda: ours(x), with_torch


ROWS = [(network, 2.2, 3000), (large, 1.25, 25), (jacobian_of_a_layer, 20, 1000), (hessian_of_a_loss, 40, 400)]


def flat(result):
    """All numbers of a result, whatever it is made of, as one vector."""
    if isinstance(result, tuple):
        return np.concatenate([flat(part) for part in result])
    return np.ravel(result.detach() if hasattr(result, "detach") else result)


def measure(contestants, repetitions):
    """The median time of each contestant in seconds, all of them taking turns."""
    times = [[] for _ in contestants]
    for repetition in range(repetitions + repetitions // 10 + 2):
        for run, taken in zip(contestants, times):
            start = time.perf_counter()
            run()
            taken.append(time.perf_counter() - start)
    return [statistics.median(taken[-repetitions:]) for taken in times]


def table():
    try:
        import torch
        torch.set_num_threads(1)
    except ImportError:
        torch = None
    rows = []
    for work, target, repetitions in ROWS:
        by_hand, ours, with_torch = work()
        contestants = [by_hand, ours] + ([with_torch(torch)] if torch else [])
        for other in contestants[1:]:  # nobody is fast with a wrong result
            np.testing.assert_allclose(flat(other()), flat(by_hand()), rtol=1e-9, atol=1e-12)
        hand, mine, *theirs = measure(contestants, repetitions)
        rows.append({"work": work.__doc__.rstrip("."), "target": target, "ours": round(mine / hand, 2),
                     "torch": round(theirs[0] / hand, 2) if theirs else None, "by hand, µs": round(hand * 1e6, 1)})
    return rows


def markdown(rows):
    lines = ["| work (float64, one thread) | by hand, µs | ours, × by hand | target | torch, × by hand |",
             "|---|---|---|---|---|"]
    for r in rows:
        lines.append(f"| {r['work']} | {r['by hand, µs']:,} | {r['ours']} | ≤ {r['target']} | {r['torch'] or '–'} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    rows = table()
    print(markdown(rows))
    for path in sys.argv[1:]:
        with open(path, "w", encoding="utf-8") as file:
            file.write(json.dumps(rows, indent=1, ensure_ascii=False) + "\n" if path.endswith(".json") else markdown(rows))
