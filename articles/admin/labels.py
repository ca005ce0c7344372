"""Names in each language that the product speaks, as a field of their own each."""

from typing import Any

from django import forms
from django.conf import settings

LABELS = {
    f"label_{code}": forms.CharField(label=name, required=False, max_length=80)
    for code, name in settings.LANGUAGES
}


class ByLanguage(forms.ModelForm):
    """Of a row that has `labels`."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in LABELS.keys() & self.fields.keys():
            self.initial[name] = self.instance.labels.get(name.removeprefix("label_"), "")

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        for name in LABELS.keys() & self.fields.keys():
            code = name.removeprefix("label_")
            if label := self.cleaned_data[name]:
                self.instance.labels[code] = label
            else:
                self.instance.labels.pop(code, None)
        return super().save(commit)


LabelledForm = type("LabelledForm", (ByLanguage,), dict(LABELS))
