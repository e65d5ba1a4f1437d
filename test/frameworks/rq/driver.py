"""Uses RQ as an application does. Also the module that holds the function of its jobs."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta

import rq
from redis import Redis
from rq import suspension
from rq.job import Job
from rq.rate_limit import RateLimit
from rq.registry import ReadyJobRegistry


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


if "TASK" in os.environ:
    # A worker runs jobs and its scheduler in children, which would outlive it when it is killed.
    os.register_at_fork(after_in_child=die_with_parent)


def task(text=""):
    if os.environ["TASK"] == "fail":
        raise RuntimeError("as intended")
    threading.Event().wait()


redis = Redis.from_url(os.environ["REDIS_URL"])
workers = []


def queue_of(name):
    return rq.Queue(name, connection=redis)


def add(queue, count=1, text="", limit=None, **options):
    """Enqueues jobs; `options` are those of `enqueue`, `limit` a rate limit's concurrency. Answers with their ids."""
    if limit:
        options["rate_limit"] = RateLimit("shared", limit)
    return [queue_of(queue).enqueue("driver.task", text, **options).id for _ in range(count)]


def delay(queue, count, seconds):
    for _ in range(count):
        queue_of(queue).enqueue_in(timedelta(seconds=seconds), "driver.task")


def enqueued_at(job):
    """When a job was enqueued, Unix seconds."""
    return Job.fetch(job, connection=redis).enqueued_at.timestamp()


def requeue(queue):
    """Requeues every failed job."""
    registry = queue_of(queue).failed_job_registry
    for job in registry.get_job_ids(cleanup=False):
        registry.requeue(job)


def strand(queue, depends_on):
    """Leaves a new job where a worker that dies leaves it: its dependencies are met, and it is not on the queue yet."""
    job = queue_of(queue).enqueue("driver.task", depends_on=depends_on)
    with redis.pipeline() as pipeline:
        ReadyJobRegistry(queue=queue_of(queue)).register_jobs([job], pipeline)
        pipeline.execute()


def states(queue):
    """RQ's own counts, without the clean-up that its `count` starts."""
    found = queue_of(queue)
    return {
        "ready": found.count,
        "active": found.started_job_registry.get_job_count(cleanup=False),
        "delayed": found.scheduled_job_registry.get_job_count(cleanup=False),
        "blocked": found.deferred_job_registry.get_job_count(cleanup=False),
        "failed": found.failed_job_registry.get_job_count(cleanup=False),
    }


def alive(queue, state=None):
    """Workers that RQ finds for a queue, in this state or any."""
    return len([worker for worker in rq.Worker.all(queue=queue_of(queue)) if state in (None, worker.get_state())])


def suspend():
    suspension.suspend(redis)


def resume():
    suspension.resume(redis)


def delete(queue):
    queue_of(queue).delete()


def start(queues, count=1, task="hold", options=()):
    """Starts workers, `rq worker` with these options. They die with this process, however that ends."""
    command = [sys.executable, "-m", "rq.cli", "worker", "--url", os.environ["REDIS_URL"]]
    command += ["--config", "driver", *options, *queues]
    for _ in range(count):
        folder, env = os.path.dirname(__file__), {**os.environ, "TASK": task}
        workers.append(subprocess.Popen(command, cwd=folder, env=env, preexec_fn=die_with_parent))


def stop(how="SIGKILL"):
    """Ends every worker."""
    for worker in workers:
        worker.send_signal(signal.Signals[how])
    for worker in workers:
        worker.wait(timeout=20)
    workers.clear()


if __name__ == "__main__":
    from protocol import serve

    calls = [add, delay, enqueued_at, requeue, strand, states, alive, suspend, resume, delete, start, stop]
    serve(f"RQ {rq.VERSION}", **{call.__name__: call for call in calls})
