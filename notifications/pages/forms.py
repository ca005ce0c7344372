"""When a reader may be disturbed, as a form."""

from zoneinfo import available_timezones

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy

MOST_A_DAY = 50


def list_zones() -> list[tuple[str, str]]:
    """Those of places; the others are for machines."""
    named = (zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    return [(zone, zone.replace("_", " ")) for zone in ("UTC", *sorted(named))]


class PreferenceForm(forms.Form):
    quiet_start = forms.TimeField(
        label=gettext_lazy("Quiet from"), widget=forms.TimeInput({"type": "time"}, "%H:%M")
    )
    quiet_end = forms.TimeField(
        label=gettext_lazy("until"), widget=forms.TimeInput({"type": "time"}, "%H:%M")
    )
    zone = forms.ChoiceField(label=gettext_lazy("on the clocks of"), choices=lazy(list_zones, list))
    daily_cap = forms.IntegerField(
        label=gettext_lazy("Alerts a day at most"),
        help_text=gettext_lazy("0: as many as there are"),
        min_value=0,
        max_value=MOST_A_DAY,
    )
