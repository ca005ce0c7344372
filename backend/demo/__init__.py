"""`make demo`: the production commands, four invented publishers and a phone, on one laptop."""
