"""How it is seen: tables, charts, the report, the command line and the explorer."""
