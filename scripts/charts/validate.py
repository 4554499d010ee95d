"""Checks Kubernetes objects against the schemas of several versions of its API, where no unknown field is allowed.

Reads {"versions": ["1.37"], "objects": [...]} from standard input, writes a list of sentences. Objects whose kind is not of Kubernetes
itself are left out: the suite checks them by the schemas of their operators.
"""

import json
import sys

import kubernetes_validate


def problem(version: str, obj: dict) -> "str | None":
    try:
        kubernetes_validate.validate(obj, version, strict=True)
    except kubernetes_validate.ValidationError as error:
        path = ".".join(str(part) for part in error.path)
        return f"{version}: {obj['kind']} {obj['metadata']['name']}: {path}: {error.message}"
    return None


request = json.load(sys.stdin)
found = (problem(version, obj) for version in request["versions"] for obj in request["objects"])
json.dump([sentence for sentence in found if sentence], sys.stdout)
