"""Renders a rest_command of Home Assistant: its YAML on standard input, variables as a JSON object in the first argument.

Prints the request as a JSON object. Home Assistant gives templates now(), and renders address, headers and payload.
"""

import json
import sys
from datetime import datetime, timezone

import jinja2
import yaml

yaml.SafeLoader.add_constructor("!secret", lambda loader, node: f"secret {loader.construct_scalar(node)}")
command = yaml.safe_load(sys.stdin)["rest_command"]["sluice"]
environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
environment.globals["now"] = lambda: datetime(2026, 11, 28, 12, 0, tzinfo=timezone.utc)
variables = json.loads(sys.argv[1])


def rendered(value):
    if isinstance(value, dict):
        return {key: rendered(each) for key, each in value.items()}
    return environment.from_string(value).render(variables)


print(json.dumps(rendered(command)))
