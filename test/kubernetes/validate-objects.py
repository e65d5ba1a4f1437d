"""Reads {"versions": [...], "objects": [...]} from standard input and writes what Kubernetes has against them, one line of text each.

An object of a kind that Kubernetes does not know gives "<kind>: no schema".
"""

import functools
import json
import sys

import kubernetes_validate
from kubernetes_validate import utils

# It reads megabytes of schemas anew for each object.
utils.schema_contents = functools.cache(utils.schema_contents)


def findings(document, version):
    name = f'{document["kind"]} {document["metadata"]["name"]}'
    try:
        kubernetes_validate.validate(document, version, strict=True)
    except kubernetes_validate.SchemaNotFoundError:
        yield f'{document["kind"]}: no schema'
    except kubernetes_validate.ValidationError as error:
        yield f'{name}, {version}: {".".join(map(str, error.absolute_path))}: {error.message}'


request = json.load(sys.stdin)
lines = {line for version in request["versions"] for document in request["objects"] for line in findings(document, version)}
json.dump(sorted(lines), sys.stdout)
