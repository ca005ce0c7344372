"""Verb: send a batch, chunk by chunk, and others of its alert that are free, so that a kill at any
moment loses nobody and repeats at most what was in the air: `PUSH_IN_FLIGHT` messages of each
killed process.

`turn` keeps chunks under way, `chunks` reads who is next, `leave` knows whether they may be told
now, `record` moves the cursor after the outcomes, in one UPDATE that only the holder of the fencing
token can make. PostgreSQL is the truth and its clock the only one; Celery carries batch ids, Redis
the pace.
"""

from notifications.dispatch.turn import run_batch

__all__ = ["run_batch"]
