import type { ChildProcess } from "node:child_process";
import cluster from "node:cluster";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { SlotPort } from "./channel-slot-store.ts";
import type { SlotDesk } from "./slot-desk.ts";
import { packAsText } from "./slot-message.ts";

/** One end of the channel between a process and one that it started: `process` there, a `ChildProcess` here. */
export interface ProcessChannel {
  readonly connected: boolean;
  send?(message: unknown, handle: undefined, options: undefined, written: (error: Error | null) => void): unknown;
  on(event: "internalMessage", listener: (message: unknown) => void): unknown;
  once(event: "disconnect", listener: () => void): unknown;
  removeListener(event: "internalMessage", listener: (message: unknown) => void): unknown;
}

/** The channel to the process that started this one; `undefined` where there never was one. */
export function parentChannel(): ProcessChannel | undefined {
  return process.send === undefined ? undefined : (process as ProcessChannel);
}

/** The way to whoever is at the other end of a channel. It is left to others to keep the channel open, and to close it. */
export function processPort(channel: ProcessChannel): SlotPort {
  let receive: ((message: unknown) => void) | undefined;
  return {
    peer: "The process that started this one",
    pack: packAsText,
    send: (request, failed) => sendOver(channel, request, failed),
    listen: (_from, listener) => {
      receive = listener;
      channel.on("internalMessage", listener);
    },
    close: () => {
      if (receive !== undefined) channel.removeListener("internalMessage", receive);
    },
  };
}

/** Answers what is asked over a channel, until it is closed. Listens to it and nothing else, so that it holds nothing. */
export function serveProcess(desk: SlotDesk, channel: ProcessChannel, isEnded: () => boolean = () => false): void {
  const visitor = desk.admit(packAsText);
  let isKnown = false;
  const onMessage = async (message: unknown): Promise<void> => {
    if (isEnded()) return;
    const answer = await visitor.answer(message);
    if (answer === undefined) return;
    if (!isKnown) channel.once("disconnect", () => isEnded() || void visitor.leave());
    isKnown = true;
    // Who is gone has no use for it.
    sendOver(channel, answer, () => {});
  };
  channel.on("internalMessage", (message) => void onMessage(message));
}

const STARTED = "child_process";

/**
 * Answers what is asked by processes that this one starts from now on, whoever starts them, and by workers of `node:cluster` that it started before.
 *
 * @returns ends it
 */
export function serveStartedProcesses(desk: SlotDesk): () => void {
  let isEnded = false;
  const serve = (started: unknown): void => {
    serveProcess(desk, (started as { readonly process: ChildProcess }).process as ProcessChannel, () => isEnded);
  };
  for (const worker of Object.values(cluster.workers ?? {})) if (worker !== undefined) serve(worker);
  subscribe(STARTED, serve);
  return () => {
    isEnded = true;
    unsubscribe(STARTED, serve);
  };
}

function sendOver(channel: ProcessChannel, message: object, failed: () => void): void {
  try {
    if (!channel.connected || channel.send === undefined) throw new Error("closed");
    channel.send(message, undefined, undefined, (error) => {
      if (error !== null && error !== undefined) failed();
    });
  } catch {
    failed();
  }
}
