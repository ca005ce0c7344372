"""A worker: `python -m backend.worker`, with the options of `celery worker`.

Celery's own command line brings a shell for people along, which is 6 MB of every process.
"""

from celery.bin.base import CLIContext
from celery.bin.worker import worker

from backend.celery import app

if __name__ == "__main__":
    worker(obj=CLIContext(app=app, no_color=False, workdir=None, quiet=True))
