"""How sure: draws, ensembles, likelihood, calibration, forecasts and their scores."""
