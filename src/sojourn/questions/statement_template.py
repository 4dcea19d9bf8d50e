"""The statement file that a newsroom starts from; it runs as it stands."""

TEMPLATE = """\
# One public statement and the checks put to it. The verdict is computed; you explain it.
id = "{id}"
kind = "fact"                       # fact | opinion (an opinion is not rated)
statement = "In 2023 about 143,000 refugee claims were made in Canada."
statement_fr = "En 2023, environ 143 000 demandes d'asile ont été présentées au Canada."
said_by = "Who said it"
said_by_fr = "Qui l'a dit"
said_on = "2025-01-15"
reported_in = "Where it was reported"
cited_source = "What it cites"
explanation = "What a reader should know."
explanation_fr = "Ce que le lecteur devrait savoir."
# A result is quoted by the id of its check, in braces.
accurate = "In 2023 {{claims}} claims were made, rounded to the nearest 5."
accurate_fr = "En 2023, {{claims}} demandes ont été présentées, arrondies à 5 près."

[[quantity]]                        # each number claimed: about whom, and as what
id = "claims_2023"
value = 143000
unit = "persons"
population = "refugee claimants"
form = "actual"                     # actual | estimate | upper_bound | forecast
tolerance = 0.02

[[check]]                           # exactly one of figure, law, model, cost
id = "claims"
quantity = "claims_2023"            # leave out for context
population = "refugee claimants"    # whom the figure counts
label = "Claims made in 2023 (IRCC)"
label_fr = "Demandes présentées en 2023 (IRCC)"
[check.figure]
series = "claims"
start = "2023-01"
end = "2023-12"
period = "month"
combine = "sum"
"""


def template(identifier: str) -> str:
    """The text of a new statement file that runs as it stands."""
    return TEMPLATE.format(id=identifier)
