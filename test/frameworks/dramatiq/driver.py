"""Uses Dramatiq as an application does. Also the module that `dramatiq driver` is started with."""

import ctypes
import importlib.metadata
import os
import signal
import subprocess
import sys
import threading

import dramatiq
from dramatiq.brokers.redis import RedisBroker


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Broker(RedisBroker):
    """Fetches no more than it is told to, so that a worker takes exactly as many tasks as a test wants."""

    left = int(os.environ.get("FETCH", "0"))
    lock = threading.Lock()

    def do_fetch(self, queue_name, limit):
        # A queue and its delayed one are consumed by a thread each.
        with self.lock:
            limit = min(limit, self.left)
            messages = self._dispatch("fetch")(queue_name, limit) if limit > 0 else []
            self.left -= len(messages)
            return messages


broker = Broker(url=os.environ["REDIS_URL"], namespace=os.environ.get("NAMESPACE", "dramatiq"))
dramatiq.set_broker(broker)


@dramatiq.actor(
    queue_name=os.environ.get("QUEUE", "default"),
    max_retries=int(os.environ.get("RETRIES", "0")),
    min_backoff=int(os.environ.get("BACKOFF", "600000")),
)
def task(text=""):
    if os.environ["TASK"] == "fail":
        raise RuntimeError("as intended")
    threading.Event().wait()


workers = []


def add(queue, count=1, text="", delay=None):
    """Sends messages, after `delay` milliseconds where it is given."""
    for _ in range(count):
        broker.enqueue(task.message(text).copy(queue_name=queue), delay=delay)


def size(queue):
    """Dramatiq's own count: what it has of a queue and has not acknowledged, delayed or not."""
    return broker.do_qsize(queue)


def ready(queue):
    """What no worker has fetched. Dramatiq only counts all it has, so less what is delayed and what workers have to acknowledge."""
    delayed = broker.client.hlen(f"{broker.namespace}:{queue}.DQ.msgs")
    start, end = f"{broker.namespace}:__acks__.".encode(), f".{queue}".encode()
    fetched = [key for key in broker.client.scan_iter() if key.startswith(start) and key.endswith(end)]
    return size(queue) - delayed - sum(broker.client.scard(key) for key in fetched)


def start(queue, fetch, task="hold", retries=0, backoff=600_000):
    """Starts a worker that fetches so many messages at most and dies with this process. `backoff` is in milliseconds."""
    command = [sys.executable, "-m", "dramatiq", "driver", "--processes", "1", "--threads", str(fetch)]
    settings = {"QUEUE": queue, "FETCH": fetch, "TASK": task, "RETRIES": retries, "BACKOFF": backoff}
    env = {**os.environ, **{name: str(value) for name, value in settings.items()}}
    folder = os.path.dirname(__file__)
    workers.append(subprocess.Popen(command, cwd=folder, env=env, preexec_fn=die_with_parent))


def stop(how="SIGKILL"):
    """Ends every worker."""
    for worker in workers:
        worker.send_signal(signal.Signals[how])
    for worker in workers:
        worker.wait(timeout=20)
    workers.clear()


if "TASK" in os.environ:
    # In a process of a worker, which outlives the one that started it.
    die_with_parent()

if __name__ == "__main__":
    from protocol import serve

    version = f"Dramatiq {importlib.metadata.version('dramatiq')}"
    serve(version, add=add, size=size, ready=ready, start=start, stop=stop)
