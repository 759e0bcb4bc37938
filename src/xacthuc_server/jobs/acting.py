"""Who the platform's own work acts as: the whole country is its territory, and every event names the job."""

from __future__ import annotations

from xacthuc_server.accounts.acting import Acting

EVERYWHERE = 2**62  # beyond the last place of any tree


def act_for(job: str) -> Acting:
    """Give who a job acts as."""
    return Acting(who=f"job:{job}", role="job", authority="none", organisation_id=None, lower=0, upper=EVERYWHERE)
