"""All that articles says to the rest of the product. What has changed is told by id after commit,
and backed by a sweep on the receiving side: a lost signal costs delay, not silence. The last two
are questions: their receivers take part in what is going on, and an error of theirs stops it.
"""

from django.dispatch import Signal

stories_changed = Signal()
"""story_ids: list[UUID] whose articles, tags or grouping changed."""

readers_changed = Signal()
"""reader_ids: list[UUID] who were merged into another reader or deleted."""

readers_merging = Signal()
"""reader_id, into_id: UUID. Inside the transaction that makes one reader part of another: receivers
move what they keep of the first, for it goes with its row.
"""

reader_exported = Signal()
"""reader_id: UUID. Receivers answer with what they keep of a reader, as JSON by name."""
