"""Uses Taskiq as an application does, with workers' receivers on this process's event loop."""

import asyncio
import os
import time
import uuid

import taskiq
from taskiq.middlewares.opentelemetry_middleware import OpenTelemetryMiddleware
from taskiq.receiver import Receiver
from taskiq_redis import ListQueueBroker, RedisStreamBroker

BROKER_CLASS = {"list": ListQueueBroker, "stream": RedisStreamBroker}[os.environ["BROKER"]]
STAMPED = os.environ.get("STAMPED", "yes") == "yes"
running = []


def broker_of(queue, **options):
    """A broker with its task; what the task does, only a worker finds out."""
    broker = BROKER_CLASS(os.environ["REDIS_URL"], queue_name=queue, **options)
    if STAMPED:
        broker = broker.with_middlewares(OpenTelemetryMiddleware())

    @broker.task(task_name="hold")
    async def hold(text=""):
        broker.state.held += 1
        await broker.state.release.wait()

    return broker, hold


async def add(queue, count=1, text="", labels=None, **options):
    """Sends tasks as a producer that just started."""
    broker, hold = broker_of(queue, **options)
    await broker.startup()
    for _ in range(count):
        await hold.kicker().with_labels(**(labels or {})).kiq(text)
    await broker.shutdown()


async def take(queue, count, ack_type="when_saved", **options):
    """Has a worker take tasks and hold them. Answers with the number of its release."""
    if BROKER_CLASS is RedisStreamBroker:
        # A worker's next read would fetch more than it has slots for.
        options = {"xread_count": count, **options}
    broker, _ = broker_of(queue, **options)
    broker.is_worker_process = True
    broker.state.held, broker.state.release = 0, asyncio.Event()
    await broker.startup()
    acknowledged = taskiq.acks.AcknowledgeType(ack_type)
    receiver = Receiver(broker, max_async_tasks=count, max_prefetch=0, ack_type=acknowledged)
    finish = asyncio.Event()
    running.append((broker, finish, asyncio.create_task(receiver.listen(finish))))
    deadline = time.monotonic() + 20
    while broker.state.held < count:
        if time.monotonic() > deadline:
            raise TimeoutError("the worker did not take the tasks")
        await asyncio.sleep(0.005)
    return len(running) - 1


async def release(worker):
    """Lets a worker finish what it holds and ends it."""
    broker, finish, listening = running[worker]
    finish.set()
    broker.state.release.set()
    await listening
    await broker.shutdown()


async def ready(queue, group="taskiq"):
    """What workers have not been given, through the connection of the broker: Taskiq counts nothing itself."""
    broker, _ = broker_of(queue)
    client = taskiq_redis_client(broker)
    try:
        if BROKER_CLASS is ListQueueBroker:
            return await client.llen(queue)
        groups = {found["name"]: found for found in await client.xinfo_groups(queue)}
        return groups[group.encode()]["lag"]
    finally:
        await broker.connection_pool.disconnect()


def taskiq_redis_client(broker):
    from redis.asyncio import Redis

    return Redis(connection_pool=broker.connection_pool)


if __name__ == "__main__":
    from protocol import serve

    calls = [add, take, release, ready]
    serve(f"Taskiq {taskiq.__version__}", **{call.__name__: call for call in calls})
