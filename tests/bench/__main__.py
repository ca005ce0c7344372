"""`python -m tests.bench [--only NAME] [--json]`."""

import argparse
import os
import sys

import django

os.environ.setdefault("LOG_LEVEL", "ERROR")  # a peer warns with every message

from tests import plugin

# A quarter of the machine's memory, as PostgreSQL's manual advises (section 19.4.1).
plugin.start(buffers=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**22)
django.setup()

from django.test.utils import get_runner, setup_databases, teardown_databases  # noqa: E402, F401

from tests.bench import (  # noqa: E402
    api,
    audience,
    desk,
    feeds,
    ingest,
    push,
    quality,
    stories,
    tagging,
)
from tests.bench.table import print_json, print_table  # noqa: E402

SUBJECTS = {
    "api": api.measure,
    "feeds": feeds.measure,
    "quality": quality.measure,
    "ingest": ingest.measure,
    "tagging": tagging.measure,
    "stories": stories.measure,
    "audience": audience.measure,
    "push": push.measure,
    "desk": desk.measure,
}


def main() -> int:
    parser = argparse.ArgumentParser(description="Figures beside peers, one table per subject.")
    parser.add_argument("--only", choices=sorted(SUBJECTS))
    parser.add_argument("--json", action="store_true", help="one object a line")
    asked = parser.parse_args()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        for name, measure in SUBJECTS.items():
            if asked.only in (None, name):
                (print_json if asked.json else print_table)(name, measure())
    finally:
        teardown_databases(databases, verbosity=0)
        plugin.STACK.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
