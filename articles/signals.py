"""All that articles says to the rest of the product. Both carry ids, are sent after commit, and
are backed by a sweep on the receiving side: a lost signal costs delay, not silence.
"""

from django.dispatch import Signal

stories_changed = Signal()
"""story_ids: list[UUID] whose articles, tags or grouping changed."""

readers_changed = Signal()
"""reader_ids: list[UUID] who were merged into another reader or deleted."""
