"""A platform of Celery workers that announce what they do. Also the module that `celery -A events_driver` is started with."""

import ctypes
import datetime
import json
import os
import signal
import subprocess
import sys
import threading
import time

import celery
import celery.signals
import kombu


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


app = celery.Celery("events_driver", broker=os.environ["REDIS_URL"], backend=os.environ["REDIS_URL"])
app.conf.update(
    broker_connection_retry_on_startup=True,
    broker_transport_options=json.loads(os.environ.get("TRANSPORT_OPTIONS", "{}")),
    task_send_sent_event=bool(os.environ.get("SENT_EVENTS")),
    task_ignore_result=True,
)
exec(os.environ.get("CONFIGURE", ""))


class OutOfMemory(Exception):
    """Stands for an application's own error."""


attempts = {}


def told(task, outcome, began):
    """What happened lies beside what was announced: one line per attempt, into a file, once the attempt is over."""
    # The next attempt may begin in another thread before this one is over.
    seconds = time.perf_counter() - began
    attempts[task.request.id, threading.get_ident()] = (outcome, seconds, task.request.delivery_info["routing_key"])


@celery.signals.task_postrun.connect
def write_attempt(task_id=None, task=None, **_):
    key = (task_id, threading.get_ident())
    if key not in attempts:
        return
    outcome, seconds, queue = attempts.pop(key)
    line = {"id": task_id, "task": task.name, "queue": queue, "outcome": outcome, "seconds": seconds}
    line.update(worker=task.request.hostname, at=time.time())
    with open(os.environ["TRUTH"], "ab", buffering=0) as truth:
        truth.write(json.dumps(line).encode() + b"\n")


@app.task(name="work", bind=True)
def work(self, seconds=0):
    began = time.perf_counter()
    time.sleep(seconds)
    told(self, "success", began)


@app.task(name="fail", bind=True)
def fail(self, error="ValueError", seconds=0):
    began = time.perf_counter()
    time.sleep(seconds)
    told(self, "failure:" + error, began)
    kinds = {"ValueError": ValueError, "KeyError": KeyError, "OutOfMemory": OutOfMemory}
    raise kinds[error]("card 4111 1111 1111 1111")


@app.task(name="again", bind=True, max_retries=5)
def again(self, times=1, countdown=0.01):
    began = time.perf_counter()
    if self.request.retries < times:
        told(self, "retry", began)
        raise self.retry(countdown=countdown, exc=ValueError("not yet"))
    told(self, "success", began)


@app.task(name="part", bind=True, ignore_result=False)
def part(self, value):
    told(self, "success", time.perf_counter())
    return value


@app.task(name="total", bind=True)
def total(self, values):
    told(self, "success", time.perf_counter())


@app.task(name="ignored", bind=True)
def ignored(self):
    raise celery.exceptions.Ignore()


@app.task(name="rejected", bind=True, acks_late=True)
def rejected(self):
    raise celery.exceptions.Reject("no", requeue=False)


workers = {}


def send(tasks):
    """Enqueues tasks: `{task, args, options}`; answers their ids."""
    return [
        app.tasks[one["task"]].apply_async(args=one.get("args", []), **one.get("options", {})).id for one in tasks
    ]


def send_due(task, seconds, queue):
    """Enqueues a task that is due in so many seconds."""
    eta = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return app.tasks[task].apply_async(eta=eta, queue=queue).id


def send_chord(size, queue):
    """A chord of parts and their total."""
    parts = celery.group(app.tasks["part"].s(n).set(queue=queue) for n in range(size))
    return celery.chord(parts)(app.tasks["total"].s().set(queue=queue)).id


def revoke(task, terminate=False):
    app.control.revoke(task, terminate=terminate)


def start(name, queues, pool="prefork", concurrency=2, events=True, options=()):
    """Starts a worker as on the command line. It dies with this process, however that ends."""
    command = [sys.executable, "-m", "celery", "-A", "events_driver", "worker", "--pool", pool, "--queues", queues]
    command += ["--concurrency", str(concurrency), "--hostname", f"{name}@host", "--loglevel", "WARNING", *options]
    if events:
        command.append("-E")
    # A session of its own: a worker that is killed takes its pool with it.
    workers[name] = subprocess.Popen(
        command, cwd=os.path.dirname(__file__), preexec_fn=die_with_parent, start_new_session=True
    )


def stop(name=None, how="SIGTERM"):
    """Ends one worker, or every one."""
    names = [name] if name else list(workers)
    for one in names:
        if how == "SIGKILL":
            os.killpg(workers[one].pid, signal.SIGKILL)
        else:
            workers[one].send_signal(signal.Signals[how])
    for one in names:
        workers.pop(one).wait(timeout=20)


def truth():
    """What the tasks themselves say happened."""
    try:
        with open(os.environ["TRUTH"]) as lines:
            return [json.loads(line) for line in lines]
    except FileNotFoundError:
        return []


if __name__ == "__main__":
    from protocol import serve

    version = f"Celery {celery.__version__} with kombu {kombu.__version__}"
    serve(
        version,
        send=send,
        send_due=send_due,
        send_chord=send_chord,
        revoke=revoke,
        start=start,
        stop=stop,
        truth=truth,
    )
