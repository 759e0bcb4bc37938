"""The tasks, by name: actions put them into the queue by their names, and know no more of this module."""

from __future__ import annotations

import uuid

from django.utils import timezone
from procrastinate import BaseRetryStrategy, RetryDecision, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from xacthuc_server.jobs import issuing, settling
from xacthuc_server.jobs.annotating import annotate_upload
from xacthuc_server.jobs.asking import RegisterAway, ask_everybody, ask_person, ask_upload
from xacthuc_server.jobs.reading import read_upload

__all__ = ["ask", "issuing", "read", "settling"]

# A task that fails is begun again, later each time: whatever it did not end left nothing behind.
FAULTS = 6
AGAIN = RetryStrategy(max_attempts=FAULTS, wait=5, linear_wait=20)
NEW_EVERY = "* * * * * */10"  # seconds: how long a system's dose waits at most to be asked about
LONGEST_WAIT = 60  # seconds between two questions to a node that is away: nobody waits much longer once it is back


class WhenAway(BaseRetryStrategy):
    """Ask again while the register is away or silent, later each time up to LONGEST_WAIT; all else is a fault."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Say when."""
        if not isinstance(exception, RegisterAway) and job.attempts >= FAULTS:
            return None
        return RetryDecision(retry_in={"seconds": min(5 * (job.attempts + 1), LONGEST_WAIT)})


WHEN_AWAY = WhenAway()


@app.task(name="uploads.read", queue="uploads", retry=AGAIN)
def read(upload_id: str) -> None:
    """Read a file that was sent in."""
    read_upload(uuid.UUID(upload_id), clock=timezone.now)


@app.task(name="people.ask", queue="register", retry=WHEN_AWAY)
def ask(upload_id: str | None = None, person_id: int | None = None) -> None:
    """Ask the register about the people of an upload, about one, or about everybody of whom it was not asked yet."""
    if upload_id:
        ask_upload(uuid.UUID(upload_id), clock=timezone.now)
    elif person_id:
        ask_person(person_id, clock=timezone.now)
    else:
        ask_everybody(clock=timezone.now)


@app.periodic(cron=NEW_EVERY)
@app.task(name="people.ask_new", queue="register", queueing_lock="people.ask_new")
def ask_new(timestamp: int) -> None:  # noqa: ARG001  the moment at which it was due
    """Ask the register about everybody who came by the API since; while it is away, the next turn asks again."""
    try:
        ask_everybody(clock=timezone.now)
    except RegisterAway:
        return


@app.task(name="uploads.annotate", queue="uploads", retry=AGAIN)
def annotate(upload_id: str) -> None:
    """Make the annotated copy of a file."""
    annotate_upload(uuid.UUID(upload_id))
