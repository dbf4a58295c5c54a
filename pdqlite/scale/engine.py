"""
Who works: a Dask scheduler, Dask workers of this machine, a process pool, or any `concurrent.futures.Executor`.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

from pdqlite.errors import ArgumentError, ScaleError
from pdqlite.workers import cores

_LOG = logging.getLogger("pdqlite.scale")
_PATIENCE = 3  # looks, ten seconds apart, at which workers are missing
_SECONDS = 60  # for a scheduler to answer


class Engine:
    """
    Gives work to an executor, and makes a new one where its processes died.

    Args:
        make: Makes the executor.
        slots: How many chunks work at a time.
        dashboard: Address of a page that shows the work, if there is one.
        tend: Called every ten seconds of a run.
    """

    def __init__(
        self,
        make: Callable[[], Executor],
        slots: int,
        dashboard: str | None = None,
        tend: Callable[[], None] | None = None,
    ) -> None:
        self._make, self.slots, self.dashboard, self._tend = make, max(1, slots), dashboard, tend
        self._executor = make()

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        """Begin one piece of work."""
        try:
            return self._executor.submit(function, *args)
        except BrokenExecutor:
            self.mend()
            return self._executor.submit(function, *args)

    def mend(self) -> None:
        """Replace a process pool that lost a process: it takes no more work. Others mend themselves."""
        if isinstance(self._executor, ProcessPoolExecutor) and getattr(self._executor, "_broken", False):
            _LOG.warning("a worker died; the pool begins anew")
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = self._make()

    def tend(self) -> None:
        """Look after the workers, now and then: a cluster of ours gets new ones for those that did not come back."""
        if self._tend is not None:
            self._tend()

    def close(self, now: bool = False) -> None:
        """Let the executor go."""
        with suppress(Exception):  # it may be gone already
            self._executor.shutdown(wait=not now, cancel_futures=True)


@contextmanager
def _closing(engine: Engine) -> Iterator[Engine]:
    now = True
    try:
        yield engine
        now = False
    finally:
        engine.close(now)


def _follow_parent() -> None:
    """End this process with its parent: a pool's process waits for work for ever where the parent was killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:

        def follow() -> None:
            parent.join()
            os._exit(1)

        threading.Thread(target=follow, daemon=True).start()


@contextmanager
def pool_engine(workers: int | None = None) -> Iterator[Engine]:
    """Give an engine over a process pool of this machine, by default with a process for each core."""
    count = _counted(workers)
    spawn = multiprocessing.get_context("spawn")
    with _closing(Engine(lambda: ProcessPoolExecutor(count, spawn, _follow_parent), count)) as engine:
        yield engine


@contextmanager
def any_engine(executor: Executor, slots: int) -> Iterator[Engine]:
    """Give an engine over an executor of the caller's, which stays open: threads, MPI, Ray, Dask's own."""
    yield Engine(lambda: executor, slots)


@contextmanager
def dask_engine(scheduler: str | None = None, workers: int | None = None) -> Iterator[Engine]:
    """
    Give an engine over Dask.

    Args:
        scheduler: Address of a running scheduler, like "tcp://10.0.0.5:8786". Whoever reaches that port can run programs on its
            workers: use tls:// with Dask's certificates, or a network of your own. None: a cluster on this machine, for this run.
        workers: Of the cluster on this machine; by default one for each core.

    Raises:
        ScaleError: No scheduler answers.
    """
    import dask
    from distributed import Client, LocalCluster

    quiet = {"logging.distributed": "error", "distributed.comm.timeouts.connect": f"{_SECONDS}s"}
    with dask.config.set(quiet):
        logging.getLogger("distributed").setLevel(logging.ERROR)  # a lost worker is our log's to tell
        if scheduler is None:
            count = _counted(workers)
            cluster = LocalCluster(
                n_workers=count, threads_per_worker=1, dashboard_address="127.0.0.1:0", memory_limit=0
            )
        try:
            client = Client(cluster if scheduler is None else scheduler, timeout=_SECONDS)
        except (OSError, ValueError, TimeoutError) as error:
            raise ScaleError(f"no Dask scheduler answers there ({type(error).__name__})") from None
        try:
            count = sum(client.nthreads().values())
            if not count:
                client.wait_for_workers(1, timeout=_SECONDS)
                count = sum(client.nthreads().values())
            tend = _tending(client, cluster if scheduler is None else None, count)
            with _closing(
                Engine(lambda: client.get_executor(pure=False), count, client.dashboard_link, tend)
            ) as engine:
                yield engine
        except TimeoutError:
            raise ScaleError("the Dask scheduler has no workers") from None
        finally:
            client.close()
            if scheduler is None:
                cluster.close()


def _tending(client: Any, cluster: Any, wanted: int) -> Callable[[], None]:
    """Return what adds workers to a cluster of ours, or says that another one has none, where they are missing for a while."""
    short = 0

    def tend() -> None:
        nonlocal short
        there = len(client.nthreads())
        missing = wanted - there if cluster is not None else int(not there)
        short = short + 1 if missing > 0 else 0
        if short < _PATIENCE:
            return
        short = 0
        if cluster is None:
            _LOG.warning("the scheduler has no workers; the run goes on when it has")
            return
        _LOG.warning("%d workers did not come back; new ones take their place", missing)
        cluster.scale(len(cluster.worker_spec) + missing)  # the lost ones may still stand in its books

    return tend


def _counted(workers: int | None) -> int:
    count = cores() if workers is None else workers
    if count < 1:
        raise ArgumentError(f"workers must be at least 1, not {count}")
    return count
