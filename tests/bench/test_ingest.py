import os
import subprocess
import sys

import pytest

from tests.bench import ingest


def test_the_publishers_answer_as_soon_as_they_name_their_port() -> None:
    with ingest.serving() as url:
        assert ingest.server_cpu(url) > 0


@pytest.mark.django_db
def test_only_our_own_postgresql_is_counted() -> None:
    before = ingest.postgres_cpu()
    burn = "import time\nwhile time.process_time() < 1.5: pass"
    stranger = "import ctypes, os; ctypes.CDLL(None).prctl(15, b'postgres');" + f"exec({burn!r})"
    subprocess.run([sys.executable, "-c", stranger], env=dict(os.environ), check=True)

    assert 0 <= ingest.postgres_cpu() - before < 1
