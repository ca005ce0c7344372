"""What the bench leaves out of a worker is nothing that an image has."""

import re

from tests.bench.shipped import FOR_DEVELOPMENT
from tests.processes import ROOT


def test_an_image_has_none_of_it() -> None:
    shipped = re.findall(r"^([\w.-]+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE)

    assert not {name.lower() for name in shipped} & set(FOR_DEVELOPMENT)
