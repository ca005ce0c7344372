"""`make bench`: figures beside peers or a limit measured in the same run. Ratios, never assertions."""
