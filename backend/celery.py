"""The Celery app: `python -m backend.worker` and `celery -A backend beat`."""

import gc
import os
from typing import Any

from celery import Celery, Task, bootsteps
from celery.signals import task_postrun, task_prerun, worker_process_init
from django.conf import settings
from django.db import close_old_connections
from kombu.exceptions import OperationalError

from notifications.quota import get_quota

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
# The checks load every URL and the admin, 20 MB of each worker; `make lint` and the web run them.
os.environ.setdefault("CELERY_SKIP_CHECKS", "yes")

app = Celery("daily8")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(lambda: settings.TASKS_OF)


@worker_process_init.connect
def spare_collections(**_: object) -> None:
    """Whatever was imported stays: collections, a sixth of a sender's time, pass it over. They come
    with every chunk of messages rather than thrice in one.
    """
    gc.freeze()
    gc.set_threshold(20_000)


@task_prerun.connect
@task_postrun.connect
def give_back_connections(task: Task[..., None], **_: object) -> None:
    """To the process's pool. Celery itself would close the pool after each task, so that each began
    by connecting anew. One that is run on the spot is part of its caller's transaction.
    """
    if not task.request.is_eager:
        close_old_connections()


class Sweeper(bootsteps.StartStopStep):
    """A worker that sends alerts asks for the sweep itself where nobody else has for a while, so
    that alerts which are on their way arrive while beat is dead.
    """

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self.entry: Any = None

    def start(self, parent: Any) -> None:
        """With each connection to the broker: its loss clears the worker's timer."""
        if "push" in parent.app.amqp.queues.consume_from:
            self.entry = parent.timer.call_repeatedly(settings.PUSH_SWEEP_EVERY, sweep_if_late)

    def stop(self, parent: Any) -> None:  # noqa: ARG002 - Celery's signature
        if self.entry:
            self.entry.cancel()


def sweep_if_late() -> None:
    seconds = settings.PUSH_SWEEP_EVERY
    if get_quota().begin_sweep(seconds, is_late=True):
        try:
            app.send_task("notifications.tasks.sweep_alerts", expires=seconds, retry=False)
        except OperationalError:
            return  # the broker is away, and the worker says so itself


app.steps["consumer"].add(Sweeper)
