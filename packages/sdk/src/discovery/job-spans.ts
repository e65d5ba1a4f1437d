import {
  type Context,
  context,
  type ProxyTracerProvider,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { errorType } from "@taskvitals/core";

interface TracedJob {
  readonly id?: string;
  readonly name: string;
  readonly attemptsMade: number;
  readonly opts?: { readonly telemetry?: { readonly metadata?: string } };
}

/** What of a worker its spans need; BullMQ 5 and 6 have it. */
export interface TracedWorker {
  readonly name: string;
  readonly opts?: { readonly telemetry?: unknown };
  callProcessJob?: (job: TracedJob, ...rest: readonly unknown[]) => unknown;
}

/** Where BullMQ 5 and 6 call a processor, or the sandbox that it runs in. */
const METHOD = "callProcessJob";

/** What a processor throws to have its job put back; no failure. */
const PUT_BACK: ReadonlySet<string> = new Set([
  "DelayedError",
  "RateLimitError",
  "WaitingChildrenError",
  "WaitingError",
]);

/**
 * Gives each run of a worker's processor a span, where the application has registered a tracer provider; it is the active one meanwhile. Names and
 * parent are those of BullMQ's own telemetry, so that a span leads to who added the job, where that was traced. A worker that has a
 * `telemetry` option makes its spans itself and is left alone.
 *
 * @returns what takes it back
 */
export function traceJobs(worker: TracedWorker): () => void {
  const original = worker[METHOD];
  if (original === undefined || worker.opts?.telemetry !== undefined) return () => {};
  const callProcessJob = function (this: unknown, job: TracedJob, ...rest: readonly unknown[]): unknown {
    const call = (): unknown => Reflect.apply(original, this, [job, ...rest]);
    const started = startSpan(worker.name, job);
    if (started === undefined) return call();
    const { span, active } = started;
    try {
      const result = context.with(active, call);
      // The worker gets the very promise that it would have got.
      Promise.resolve(result).then(
        () => end(span),
        (error: unknown) => endFailed(span, error),
      );
      return result;
    } catch (error) {
      endFailed(span, error);
      throw error;
    }
  };
  const before = Object.getOwnPropertyDescriptor(worker, METHOD);
  Object.defineProperty(worker, METHOD, { value: callProcessJob, configurable: true, writable: true });
  return () => {
    // What somebody else has put over it stays.
    if (worker[METHOD] !== callProcessJob) return;
    if (before === undefined) delete worker[METHOD];
    else Object.defineProperty(worker, METHOD, before);
  };
}

/** Without a tracer provider it costs the question; what a tracer throws is no reason not to run the job. */
function startSpan(queue: string, job: TracedJob): { readonly span: Span; readonly active: Context } | undefined {
  try {
    const tracer = registeredTracer();
    if (tracer === undefined) return undefined;
    const metadata = job.opts?.telemetry?.metadata;
    const parent = metadata === undefined ? ROOT_CONTEXT : propagation.extract(ROOT_CONTEXT, JSON.parse(metadata));
    const attributes = {
      "bullmq.queue.name": queue,
      "bullmq.queue.operation": "process",
      "bullmq.job.id": job.id ?? "",
      "bullmq.job.name": job.name,
      "bullmq.job.attempts.made": job.attemptsMade,
    };
    const span = tracer.startSpan(`process ${queue}`, { kind: SpanKind.CONSUMER, attributes }, parent);
    return { span, active: trace.setSpan(parent, span) };
  } catch {
    return undefined;
  }
}

function registeredTracer(): Tracer | undefined {
  const provider = trace.getTracerProvider() as Partial<ProxyTracerProvider>;
  const name = "taskvitals/bullmq";
  return provider.getDelegateTracer === undefined ? provider.getTracer?.(name) : provider.getDelegateTracer(name);
}

function endFailed(span: Span, error: unknown): void {
  const type = errorType(error);
  end(span, () => {
    if (PUT_BACK.has(type)) return;
    span.setAttribute("error.type", type);
    span.recordException(error instanceof Error ? error : String(error));
    span.setStatus({ code: SpanStatusCode.ERROR });
  });
}

/** What becomes of a span is the application's; if that fails, the job is not to know. */
function end(span: Span, tell: () => void = () => {}): void {
  try {
    tell();
    span.end();
  } catch {}
}
