"""Books of the application's own, for the test that compares the metrics with them: one line per attempt, in the file $LEDGER."""

import json
import os
import time

from celery import signals


def enter(request, task, outcome, error=None):
    line = {"task": task, "queue": request.delivery_info["routing_key"], "outcome": outcome, "at": time.time()}
    if error is not None:
        line["error"] = type(error).__name__
    line.update({"requested_at": request.kwargs["requested_at"]} if "requested_at" in (request.kwargs or {}) else {})
    with open(os.environ["LEDGER"], "ab", buffering=0) as ledger:
        ledger.write(json.dumps(line).encode() + b"\n")


@signals.task_success.connect
def succeeded(sender=None, **_):
    enter(sender.request, sender.name, "success")


@signals.task_failure.connect
def failed(sender=None, exception=None, **_):
    enter(sender.request, sender.name, "failure", exception)


@signals.task_retry.connect
def retried(sender=None, request=None, **_):
    enter(request, sender.name, "retry")
