import { BroadcastChannel } from "node:worker_threads";
import type { SlotPort } from "./channel-slot-store.ts";
import type { SlotDesk, SlotVisitor } from "./slot-desk.ts";
import { packAsBytes, requestIn, type SlotRequest } from "./slot-message.ts";

/** A thread that was not heard of for so long, in milliseconds, has to greet again. */
const QUIET_MS = 600_000;

interface ThreadVisitor {
  readonly visitor: SlotVisitor;
  readonly channel: BroadcastChannel;
  heardAt: number;
}

/** The way of a thread to the main thread of its process: greetings on a channel that all share, the rest on one of its own. */
export function threadPort(namespace: string): SlotPort {
  let own: BroadcastChannel | undefined;
  return {
    peer: "The main thread",
    pack: packAsBytes,
    send: (request) => {
      if (request.ask.op === "greet") greet(namespace, request);
      else own?.postMessage(request);
    },
    listen: (from, listener) => {
      own = open(nameOf(namespace, from), listener);
    },
    close: () => own?.close(),
  };
}

/**
 * Answers what the threads of this process ask.
 *
 * @returns ends it
 */
export function serveThreads(desk: SlotDesk, namespace: string): () => void {
  const visitors = new Map<string, ThreadVisitor>();
  const answer = async (thread: ThreadVisitor, message: unknown): Promise<void> => {
    const request = requestIn(message, namespace);
    if (request === undefined) return;
    thread.heardAt = performance.now();
    const answered = await thread.visitor.answer(request);
    if (visitors.get(request.from) !== thread) return;
    if (request.ask.op === "leave") dismiss(request.from, thread);
    else if (answered !== undefined) thread.channel.postMessage(answered);
  };
  const dismiss = (from: string, { channel }: ThreadVisitor): void => {
    visitors.delete(from);
    channel.close();
  };
  const admit = (from: string): ThreadVisitor => {
    const channel = open(nameOf(namespace, from), (message) => void answer(thread, message));
    const thread: ThreadVisitor = { visitor: desk.admit(packAsBytes), channel, heardAt: performance.now() };
    for (const [other, known] of visitors) if (performance.now() - known.heardAt > QUIET_MS) dismiss(other, known);
    visitors.set(from, thread);
    return thread;
  };
  const greetings = open(nameOf(namespace), (message) => {
    const request = requestIn(message, namespace);
    if (request !== undefined) void answer(visitors.get(request.from) ?? admit(request.from), request);
  });
  return () => {
    greetings.close();
    for (const [from, thread] of visitors) dismiss(from, thread);
  };
}

function greet(namespace: string, request: SlotRequest): void {
  const channel = new BroadcastChannel(nameOf(namespace));
  channel.unref();
  channel.postMessage(request);
  channel.close();
}

/** A channel that does not keep its thread alive. What is sent is copied: whoever sends it goes on using it. */
function open(name: string, listener: (message: unknown) => void): BroadcastChannel {
  const channel = new BroadcastChannel(name);
  channel.onmessage = ({ data }) => listener(data);
  channel.unref();
  return channel;
}

/** Part of the protocol between releases, as far as two of them can be in one process. */
function nameOf(namespace: string, from = ""): string {
  return `taskvitals:slots:${namespace}:${from}`;
}
