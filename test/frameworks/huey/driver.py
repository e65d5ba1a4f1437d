"""Uses Huey as an application does, with consumers in threads of this process."""

import os
import threading
import time
from functools import cache

import huey

HUEY_CLASS = getattr(huey, os.environ["HUEY_CLASS"])
CLEAN_NAME = os.environ.get("CLEAN_NAME", "yes") == "yes"
UTC = os.environ.get("UTC", "yes") == "yes"


class Application:
    """A Huey object, its task, and what its consumers hold."""

    def __init__(self, name):
        self.huey = HUEY_CLASS(name, url=os.environ["REDIS_URL"], clean_name=CLEAN_NAME, utc=UTC, read_timeout=0.1)
        self.held = 0

        @self.huey.task()
        def hold(text=""):
            self.held += 1
            threading.Event().wait()

        @self.huey.task(retries=1, retry_delay=600)
        def fail():
            raise RuntimeError("as intended")

        self.hold = hold
        self.fail = fail


application = cache(Application)


def add(queue, count=1, priority=None, text=""):
    for _ in range(count):
        application(queue).huey.enqueue(application(queue).hold.s(text, priority=priority))


def schedule(queue, seconds):
    """Enqueues a task with a delay, as an application does; it becomes a scheduled one when a consumer has looked at it."""
    application(queue).hold.schedule(delay=seconds)


def delay(queue, count, seconds):
    """Does what a consumer does with tasks that are not due."""
    for _ in range(count):
        application(queue).huey.add_schedule(application(queue).hold.s(delay=seconds))


def add_failing(queue):
    application(queue).fail()


def take(queue, count):
    """Has as many threads of a consumer take a task each and hold it."""
    app = application(queue)
    wanted = app.held + count
    consumer = app.huey.create_consumer(workers=count, periodic=False, check_worker_health=False)
    consumer.start()
    wait_for(lambda: app.held == wanted)
    # Neither the scheduler nor a worker that comes back from a task goes on.
    consumer.stop()
    consumer.scheduler.join()


def consume(queue):
    """Has a consumer of one thread look at everything that is ready, while nothing of it is held."""
    consumer = application(queue).huey.create_consumer(workers=1, periodic=False, check_worker_health=False)
    consumer.start()
    wait_for(lambda: application(queue).huey.pending_count() == 0)
    consumer.stop(graceful=True)
    consumer.scheduler.join()


def states(queue):
    """Huey's own counts; which scheduled tasks are due, Huey's own clock decides."""
    own = application(queue).huey
    due = sum(own.ready_to_run(task) for task in own.scheduled())
    return {"ready": own.pending_count(), "delayed": own.scheduled_count() - due, "overdue": due}


def wait_for(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the consumer did not do what was expected")
        time.sleep(0.005)


if __name__ == "__main__":
    from protocol import serve

    calls = [add, schedule, delay, add_failing, take, consume, states]
    serve(f"Huey {huey.__version__}", **{call.__name__: call for call in calls})
