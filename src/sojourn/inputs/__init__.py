"""What is known: months, sources, published figures, dated parameters, scenarios, output series."""
