"""The application. Two lines of it are for the metrics, and none of them is in a task."""

import os

from celery import Celery

REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379")

app = Celery("spam_filter", broker=REDIS_URL, backend=REDIS_URL, include=["spam_filter.tasks"])
app.conf.update(
    # Workers say what becomes of each task; `celery worker -E` does the same.
    worker_send_task_events=True,
    # Producers say what they send, and to which queue: without it there are no waits.
    task_send_sent_event=True,
    task_routes={
        "fetch_mails": "mails",
        "classify_mail": "mails",
        "send_report": "mails",
        "train_slice": "train",
        "merge_slices": "train",
        "rebuild_index": "night",
    },
    # Of the tasks that wait, those with the smallest number first.
    broker_transport_options={"queue_order_strategy": "priority"},
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
    result_expires=600,
)

if os.environ.get("LEDGER"):
    from . import ledger  # noqa: F401
