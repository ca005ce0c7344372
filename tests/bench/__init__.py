"""`make bench`: figures beside peers or a limit of the same run. Ratios, never assertions."""
