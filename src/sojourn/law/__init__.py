"""What the law says: dated rules as tables, and decisions with their trail.

`decide` answers one case; `batch` answers many; `tables` holds the law; `acts` takes it apart.
"""
