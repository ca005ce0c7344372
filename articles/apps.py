from django.apps import AppConfig


class ArticlesConfig(AppConfig):
    name = "articles"

    def ready(self) -> None:
        from articles import receivers  # noqa: PLC0415 - models load before receivers can

        receivers.connect()
