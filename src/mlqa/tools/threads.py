"""One thread for small matrices."""

from __future__ import annotations

from contextlib import AbstractContextManager


def one_thread() -> AbstractContextManager[object]:
    """While it is entered, BLAS and OpenMP compute in one thread.

    Matrices of a few hundred rows gain nothing from two, and on a busy machine threads that wait
    for each other cost nine times the time (docs/decisions/0016); sums also keep their order.
    """
    import sklearn.utils.extmath  # noqa: F401 - loads the BLAS of SciPy, which is to be limited too
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(limits=1)
    return limits
