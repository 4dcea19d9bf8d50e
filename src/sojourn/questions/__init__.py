"""What if: comparisons, break-even, sensitivity, journeys, reproduction, validation, ledger."""
