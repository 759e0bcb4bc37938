"""Watches that a cluster has workers: without any, Spark would wait for ever."""

from __future__ import annotations

import time
from threading import Event, Thread

from py4j.protocol import Py4JError
from pyspark import SparkContext

# Seconds that work waits for a first or a new worker before it is given up; a cluster that rents machines needs more.
PATIENCE = "spark.xacthuc.workersWithin"
USUAL_PATIENCE_S = 180.0

EVERY_S = 2.0


class Watch:
    """Cancels the work under way where no worker is there for it; `lonely` tells that this was so."""

    def __init__(self, context: SparkContext) -> None:
        """Begin to watch."""
        self.lonely = False
        self._context = context
        self._patience = float(context.getConf().get(PATIENCE, str(USUAL_PATIENCE_S)))
        self._ended = Event()
        Thread(target=self._look, daemon=True).start()

    def end(self) -> None:
        """Watch no longer."""
        self._ended.set()

    def _look(self) -> None:
        since = time.monotonic()  # when there last was a worker, or nothing to do
        while not self._ended.wait(EVERY_S):
            try:
                if self._has_worker() or not self._context.statusTracker().getActiveJobsIds():
                    since = time.monotonic()
                elif time.monotonic() - since > self._patience:
                    self.lonely = True
                    self._context.cancelAllJobs()
            except (Py4JError, OSError):  # the application is gone: whoever asks it is told
                return

    def _has_worker(self) -> bool:
        """Tell whether anybody beside the driver, who counts as one, has memory."""
        context = self._context._jsc.sc()
        return int(context.getExecutorMemoryStatus().size()) > 1
