"""Uses Arq as an application does, with workers on this process's event loop."""

import asyncio
import importlib.metadata
import os
import time

from arq import Retry
from arq.connections import RedisSettings, create_pool
from arq.jobs import Job, JobStatus
from arq.worker import Worker, func

SETTINGS = RedisSettings.from_dsn(os.environ["REDIS_URL"])
workers = []


class Settings:
    """What the worker needs beside its queue."""

    held = 0


async def hold(ctx, text=""):
    Settings.held += 1
    await asyncio.Event().wait()


async def retry(ctx, seconds):
    raise Retry(defer=seconds)


async def add(queue, count=1, function="hold", args=(), **options):
    """Enqueues jobs; `options` are those of `enqueue_job`. Answers with their ids."""
    async with connected() as pool:
        jobs = [await pool.enqueue_job(function, *args, _queue_name=queue, **options) for _ in range(count)]
    return [job.job_id for job in jobs]


async def delay(queue, count, seconds):
    return await add(queue, count, _defer_by=seconds)


async def abort(queue, job):
    """Aborts a job; does not wait for a worker to notice."""
    async with connected() as pool:
        try:
            await Job(job, pool, queue).abort(timeout=0.01, poll_delay=0.01)
        except asyncio.TimeoutError:
            pass


async def take(queue, count):
    """Has a worker take jobs and hold them. Answers with its number."""
    wanted = Settings.held + count
    worker = Worker(
        [func(hold, timeout=3600)],
        queue_name=queue,
        redis_settings=SETTINGS,
        max_jobs=count,
        poll_delay=0.02,
        handle_signals=False,
        allow_abort_jobs=True,
    )
    worker.main_task = asyncio.create_task(worker.main())
    workers.append(worker)
    await wait_for(lambda: Settings.held == wanted)
    return len(workers) - 1


async def close(worker):
    """Stops a worker as SIGTERM does: what it holds goes back to its queue."""
    await workers[worker].close()


async def burst(queue):
    """Has a worker run once what is due and does not hold."""
    async with connected() as pool:
        worker = Worker([retry], queue_name=queue, redis_pool=pool, burst=True, max_burst_jobs=1, handle_signals=False)
        await worker.async_run()


async def states(queue):
    """Arq's own statuses of the jobs that are in the queue."""
    counts = {"ready": 0, "active": 0, "delayed": 0}
    names = {JobStatus.queued: "ready", JobStatus.in_progress: "active", JobStatus.deferred: "delayed"}
    async with connected() as pool:
        for job in await pool.queued_jobs(queue_name=queue):
            counts[names[await Job(job.job_id, pool, queue).status()]] += 1
    return counts


class connected:
    """A pool of connections that is closed at the end."""

    async def __aenter__(self):
        self.pool = await create_pool(SETTINGS)
        return self.pool

    async def __aexit__(self, *_):
        await self.pool.aclose(close_connection_pool=True)


async def wait_for(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the worker did not do what was expected")
        await asyncio.sleep(0.005)


if __name__ == "__main__":
    from protocol import serve

    calls = [add, delay, abort, take, close, burst, states]
    serve(f"Arq {importlib.metadata.version('arq')}", **{call.__name__: call for call in calls})
