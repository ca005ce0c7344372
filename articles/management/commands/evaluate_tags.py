"""How well articles get their tags, on labelled articles of your own."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from articles.evaluation import LabelError, evaluate_tags
from articles.management.labelled import print_figures, read_rows, show_progress, write_rows


class Command(BaseCommand):
    help = (
        "Tag labelled articles by a gazetteer and print how the page rule and the push rule do. "
        "Nothing is stored. Rows, one JSON object a line: id, title, body, entities "
        '([{"entity", "score"}], of which 2 and more is what the article is about); of the '
        "gazetteer: entity, name, anchors (its other names)."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--gazetteer", metavar="FILE", required=True)
        parser.add_argument("--json", action="store_true", help="one JSON object")
        parser.add_argument("--predictions", metavar="FILE", help="write each row's tags there")

    def handle(self, *_: Any, **options: Any) -> None:
        rows, gazetteer = read_rows(options["file"]), read_rows(options["gazetteer"])
        try:
            evaluation = evaluate_tags(rows, gazetteer, show_progress)
        except LabelError as error:
            raise CommandError(f"{options['file']}: {error}") from error
        if options["predictions"]:
            write_rows(options["predictions"], evaluation.predictions)
        print_figures(evaluation.figures, is_json=options["json"])
