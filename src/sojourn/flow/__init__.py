"""Who comes and what happens: arrivals, shares by law, stages, the cohort kernel."""
