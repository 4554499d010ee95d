"""What OpenAPI has no words for: rules between two parts of a request, and texts that only an answer can hold."""

import json

import schemathesis
from schemathesis.generation.modes import GenerationMode

LINES = "application/x-ndjson"
RECORD = {"device_id": "dev-2", "timestamp": "2025-09-09T17:00:00Z", "data_payload": {"gene_count": 12}}


@schemathesis.serializer(LINES)
def lines_to_bytes(_context, value):
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", errors="surrogatepass")


@schemathesis.hook
def map_case(_context, case):
    """Only what is meant to be accepted is put right; what is meant to be refused goes out as it is."""
    if case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE:
        return case
    # A cursor is taken from an answer, not made up.
    if case.query and "cursor" in case.query:
        del case.query["cursor"]
    # A key in the header is for a single record that has none of its own.
    is_keyless_record = isinstance(case.body, dict) and "record_id" not in case.body
    if case.headers and not is_keyless_record:
        case.headers.pop("Idempotency-Key", None)
    if case.media_type == LINES:
        case.body = json.dumps(RECORD) + "\n"
    return case
