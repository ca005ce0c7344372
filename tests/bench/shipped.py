"""A worker as an image has it, `python -m tests.bench.shipped`: without what libraries load as well
where they find it, though only development needs it. It is 5 MB of a process.
"""

import runpy
import sys

FOR_DEVELOPMENT = ("greenlet", "psutil", "pygments", "rich")

if __name__ == "__main__":
    sys.modules.update(dict.fromkeys(FOR_DEVELOPMENT))  # an import of None is an ImportError
    runpy.run_module("backend.worker", run_name="__main__", alter_sys=True)
