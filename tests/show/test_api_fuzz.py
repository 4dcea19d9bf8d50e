"""Generated requests over the API's own description: no 500, no undocumented answer."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from sojourn.show.web.app import create_app
from sojourn.show.web.settings import Settings

SETTINGS = Settings(members=30, dragged=20, released=20, rate=1e9, burst=10**9, seconds=120)

app = create_app(SETTINGS)
schema = schemathesis.openapi.from_asgi("/openapi.json", app)
LIGHT = schema.exclude(
    path_regex="/(run|compare|solve|cost|forecast|ledger|sensitivity|explain|journeys)"
)
CHECKS = [
    schemathesis.checks.not_a_server_error,
    schemathesis.specs.openapi.checks.status_code_conformance,
    schemathesis.specs.openapi.checks.content_type_conformance,
    schemathesis.specs.openapi.checks.response_schema_conformance,
]
QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


@LIGHT.parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=QUIET, derandomize=True)
def test_generated_requests_get_documented_answers(case):
    case.call_and_validate(checks=CHECKS)


@pytest.mark.slow
@schema.parametrize()
@settings(max_examples=60, deadline=None, suppress_health_check=QUIET)
def test_many_generated_requests_to_every_operation_get_documented_answers(case):
    case.call_and_validate(checks=CHECKS)
