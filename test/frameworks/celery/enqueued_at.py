import time
from celery.signals import before_task_publish

@before_task_publish.connect
def add_enqueued_at(headers=None, **_):
    headers["taskvitals_enqueued_at"] = time.time()
