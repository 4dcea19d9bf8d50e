"""What it costs, and whom: unit costs times flows and stocks, by stage and payer."""
