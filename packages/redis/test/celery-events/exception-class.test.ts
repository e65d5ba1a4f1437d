import { describe, expect, it } from "vitest";
import { exceptionClass } from "../../src/celery-events/exception-class.ts";

describe("the class of an exception", () => {
  it.each([
    ["ValueError('card 4111 1111 1111 1111')", "ValueError"],
    ["KeyError('x')", "KeyError"],
    ["SoftTimeLimitExceeded()", "SoftTimeLimitExceeded"],
    ["TimeLimitExceeded(300)", "TimeLimitExceeded"],
    ["WorkerLostError('Worker exited prematurely: signal 9 (SIGKILL) Job: 3.')", "WorkerLostError"],
    ["acme.errors.OutOfMemory('x')", "OutOfMemory"],
    ["<HttpError 404 when requesting https://host/secret>", "HttpError"],
    ["<MaybeEncodingError: Error sending result: 'secret'>", "MaybeEncodingError"],
    ["<acme.Broken object at 0x7f4a47a12e90>", "Broken"],
    ["UnpickleableExceptionWrapper('acme.errors', 'Locked', ('secret',), \"Locked('secret')\")", "Locked"],
  ])("of %s is %s", (repr, name) => {
    expect(exceptionClass(repr)).toBe(name);
  });

  it.each([
    ["a message alone", "secret"],
    ["a sentence", "secret of the house"],
    ["what Celery could not represent", "<Unrepresentable 'secret'>"],
    ["nothing", ""],
    ["no text", 17],
    ["an endless name", `${"a".repeat(5000)}(`],
  ])("of %s is not guessed", (_, repr) => {
    expect(exceptionClass(repr)).toBe("_OTHER");
  });

  it("of a wrapper is that of the last line of the traceback", () => {
    const traceback = "Traceback (most recent call last):\n  File \"a.py\"\ncelery.exceptions.Reject: ('no', False)\n";
    expect(exceptionClass("ExceptionWithTraceback()", traceback)).toBe("Reject");
    expect(exceptionClass("ExceptionWithTraceback()", "secret, and more")).toBe("_OTHER");
    expect(exceptionClass("ExceptionWithTraceback()")).toBe("_OTHER");
  });
});
