from io import StringIO

from django.core.management import call_command

from notifications.webpush.vapid import Vapid


def test_the_printed_pair_belongs_together() -> None:
    printed = StringIO()

    call_command("make_vapid_key", stdout=printed)

    setting, sentence = printed.getvalue().splitlines()
    name, _, private = setting.partition("=")
    assert name == "VAPID_PRIVATE_KEY"
    assert sentence.endswith(Vapid(private, "mailto:desk@news.example").public_key)
