"""The driver's side of `driver.ts`: one JSON object per line in, one per line out."""

import asyncio
import inspect
import json
import os
import sys
import traceback


def serve(version, **calls):
    """Answers calls by name, functions and coroutines alike, one after the other on one event loop; ends with its input."""
    # Frameworks print what they like; stdout belongs to the protocol.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    asyncio.run(_serve(version, calls, answers))


async def _serve(version, calls, answers):
    print(json.dumps({"ready": True, "version": version}), file=answers)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        request = json.loads(line)
        try:
            result = calls[request["call"]](**request["with"])
            if inspect.isawaitable(result):
                result = await result
            answer = {"id": request["id"], "result": result}
        except Exception as error:
            traceback.print_exc()
            answer = {"id": request["id"], "error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers)
    # Workers in threads or tasks that hold on would keep it alive.
    os._exit(0)
