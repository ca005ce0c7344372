"""How well articles of one event become one story, on labelled articles of your own."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from articles.evaluation import LabelError, evaluate_stories
from articles.grouping import make_rules
from articles.management.labelled import print_figures, read_rows, show_progress, write_rows


class Command(BaseCommand):
    help = (
        "Replay labelled articles through the decision that groups them, with the STORY_ settings, "
        "and print scores. Nothing is stored. Rows, one JSON object a line: id, story, title; "
        "body, publisher, lang and ts (ISO 8601) are optional."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--json", action="store_true", help="one JSON object")
        parser.add_argument("--predictions", metavar="FILE", help="write each row's story there")

    def handle(self, *_: Any, **options: Any) -> None:
        rows = read_rows(options["file"])
        try:
            evaluation = evaluate_stories(rows, make_rules(), show_progress)
        except LabelError as error:
            raise CommandError(f"{options['file']}: {error}") from error
        if options["predictions"]:
            write_rows(options["predictions"], evaluation.predictions)
        print_figures(evaluation.figures, is_json=options["json"])
