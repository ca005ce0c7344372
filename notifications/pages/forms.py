"""When and how often a reader may be disturbed, as a form."""

from zoneinfo import available_timezones

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy

from notifications.models import Preference
from notifications.preferences import Wish

MOST_A_DAY = 50
LONGEST_GAP = 24 * 60


def list_zones() -> list[tuple[str, str]]:
    """Those of places; the others are for machines."""
    named = (zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    return [(zone, zone.replace("_", " ")) for zone in ("UTC", *sorted(named))]


def clock() -> forms.TimeInput:
    return forms.TimeInput({"type": "time"}, "%H:%M")


class PreferenceForm(forms.Form):
    is_on = forms.BooleanField(label=gettext_lazy("Alerts are on"), required=False)
    quiet_start = forms.TimeField(label=gettext_lazy("Quiet from"), widget=clock())
    quiet_end = forms.TimeField(label=gettext_lazy("until"), widget=clock())
    zone = forms.ChoiceField(label=gettext_lazy("on the clocks of"), choices=lazy(list_zones, list))
    is_open_to_breaking = forms.BooleanField(
        label=gettext_lazy("Breaking news may wake me"), required=False
    )
    daily_cap = forms.IntegerField(
        label=gettext_lazy("Alerts a day at most"),
        help_text=gettext_lazy("0: as many as there are"),
        min_value=0,
        max_value=MOST_A_DAY,
    )
    gap_minutes = forms.IntegerField(
        label=gettext_lazy("Minutes between two alerts"), min_value=0, max_value=LONGEST_GAP
    )
    digest_at = forms.TimeField(
        label=gettext_lazy("What waited comes at"),
        help_text=gettext_lazy("Empty: never"),
        widget=clock(),
        required=False,
    )

    @classmethod
    def showing(cls, preference: Preference) -> "PreferenceForm":
        profile = preference.quiet_profile
        kept = {
            "quiet_start": profile.start,
            "quiet_end": profile.end,
            "zone": profile.zone,
            "is_open_to_breaking": profile.is_open_to_breaking,
            "digest_at": profile.digest_at,
        }
        own = {name: getattr(preference, name) for name in ("is_on", "daily_cap", "gap_minutes")}
        return cls(initial=kept | own)

    def make_wish(self, languages: list[str]) -> Wish:
        """What the form does not ask stays."""
        return Wish(**self.cleaned_data, languages=tuple(languages))
