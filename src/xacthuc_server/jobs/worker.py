"""The process that does the jobs: tasks from the queue, and a seal upon the audit every few seconds."""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import suppress

import django
from procrastinate.exceptions import ConnectorException

SEAL_SECONDS = 5.0  # events are sealed at most ten seconds after they were written
JOBS_AT_ONCE = 2
LOST_SECONDS = 15.0  # how often jobs are looked for whose worker was killed; it is known as gone 30 seconds after
STOP_SECONDS = 3.0  # a job that takes longer is stopped, and begun again at the next start

log = logging.getLogger("xacthuc.jobs")


def main() -> None:
    """Work until SIGTERM or SIGINT."""
    django.setup()
    from procrastinate.contrib.django import app

    # An app of its own: what a task puts into the queue goes through Django's connection, so that it is there when the
    # task's transaction ends and not before, and not at all where it is rolled back.
    asyncio.run(_work(app.with_connector(app.connector.get_worker_connector())))


async def _work(app) -> None:
    ends = asyncio.Event()
    loop = asyncio.get_running_loop()
    for which in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(which, ends.set)
    async with app.open_async():
        jobs = asyncio.create_task(
            app.run_worker_async(
                concurrency=JOBS_AT_ONCE,
                install_signal_handlers=False,
                shutdown_graceful_timeout=STOP_SECONDS,
                delete_jobs="successful",
            )
        )
        sealing = asyncio.create_task(_seal(ends))
        lost = asyncio.create_task(_take_up_lost(app, ends))
        ended = asyncio.create_task(ends.wait())
        await asyncio.wait({jobs, sealing, lost, ended}, return_when=asyncio.FIRST_COMPLETED)
        ends.set()
        jobs.cancel()
        await asyncio.gather(jobs, sealing, lost, return_exceptions=True)


async def _take_up_lost(app, ends: asyncio.Event) -> None:  # type: ignore[no-untyped-def]  # an app of procrastinate
    """Let jobs begin again whose worker was killed: nobody else would, and those that wait for their lock never could.

    Every job may be begun twice: what it has done is found done.
    """
    while not ends.is_set():
        try:
            for job in await app.job_manager.get_stalled_jobs():
                log.warning("begun again: %s", job.task_name)
                await app.job_manager.retry_job(job)
        except ConnectorException as error:  # the database restarts, or is away: they wait
            log.warning("not looked for: %s", type(error).__name__)
        with suppress(TimeoutError):
            await asyncio.wait_for(ends.wait(), LOST_SECONDS)


async def _seal(ends: asyncio.Event) -> None:
    while not ends.is_set():
        await asyncio.to_thread(_seal_once)
        try:
            await asyncio.wait_for(ends.wait(), SEAL_SECONDS)
        except TimeoutError:
            continue
    await asyncio.to_thread(_seal_once)


def _seal_once() -> None:
    from django.db import DatabaseError, close_old_connections
    from django.utils import timezone

    from xacthuc_server.audit.sealing import seal_events

    close_old_connections()
    try:
        while seal_events(now=timezone.now()):
            pass
    except DatabaseError as error:  # the database restarts, or is away: the events wait
        log.warning("not sealed: %s", type(error).__name__)


if __name__ == "__main__":
    main()
