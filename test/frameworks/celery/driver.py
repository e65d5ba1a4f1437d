"""Uses Celery as an application does. Also the module that `celery -A driver` is started with."""

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading

import celery
import kombu


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


app = celery.Celery("driver", broker=os.environ["REDIS_URL"])
app.conf.update(
    broker_connection_retry_on_startup=True,
    broker_transport_options=json.loads(os.environ.get("TRANSPORT_OPTIONS", "{}")),
    task_ignore_result=True,
    # A task that is held stays unacknowledged, and a worker takes no more than it has threads.
    task_acks_late=True,
    worker_prefetch_multiplier=1,
)
exchanges = json.loads(os.environ.get("EXCHANGES", "{}"))
if exchanges:
    app.conf.task_queues = [kombu.Queue(name, exchange, routing_key=name) for name, exchange in exchanges.items()]

if os.environ.get("STAMPED"):
    import enqueued_at  # noqa: F401


@app.task(name="hold")
def hold(text=""):
    threading.Event().wait()


@app.task(name="finish")
def finish():
    pass


workers = []


def add(queue, count=1, task="hold", text="", **options):
    """Enqueues tasks; `options` are those of `apply_async`."""
    for _ in range(count):
        app.tasks[task].apply_async(args=[text] if text else [], queue=queue, **options)


def size(queue):
    """What kombu says that a queue holds."""
    with app.connection_for_read() as connection:
        return connection.default_channel.queue_declare(queue=queue).message_count


def start(queue, threads=1):
    """Starts a worker. It dies with this process, however that ends."""
    command = [sys.executable, "-m", "celery", "-A", "driver", "worker", "--pool", "threads"]
    command += ["--concurrency", str(threads), "--queues", queue, "--hostname", f"worker{len(workers)}"]
    workers.append(subprocess.Popen(command, cwd=os.path.dirname(__file__), preexec_fn=die_with_parent))


def stop(how="SIGKILL"):
    """Ends every worker."""
    for worker in workers:
        worker.send_signal(signal.Signals[how])
    for worker in workers:
        worker.wait(timeout=20)
    workers.clear()


if __name__ == "__main__":
    from protocol import serve

    version = f"Celery {celery.__version__} with kombu {kombu.__version__}"
    serve(version, add=add, size=size, start=start, stop=stop)
