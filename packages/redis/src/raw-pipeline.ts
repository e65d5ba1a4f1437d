import type { Words } from "./command-words.ts";
import { lastCommand } from "./held-command.ts";
import type { SendPipeline } from "./pipeline.ts";
import type { RedisNodeLike } from "./redis-client-like.ts";
import { type RedisReply, replyFailure } from "./redis-reply.ts";

/** What is used of ioredis' own `Command`, beside that everything else of it is inherited. */
type CommandClass = new (name: string) => object;

/** What is used of a client of our own, beside pipelines. */
interface RawClient extends RedisNodeLike {
  sendCommand(command: object, stream?: { readonly isPipeline: boolean; write(text: unknown): unknown }): unknown;
}

/** Where the commands after the first write to: the first has brought the text of all. */
const NOWHERE = { isPipeline: false, write: (): boolean => true };

/**
 * Sends pipelines of which the client sees one command, put into its queue once for each reply. Its own pipelines make five promises and four
 * functions per command, which take most of the time of a large reading, and which V8 keeps until it collects the whole heap: the pauses are ten times as
 * long. Only for clients of our own, which speak RESP2, send nothing again, and put no prefix in front of keys.
 *
 * @returns `undefined` when this version of the client does not work as those do that are known: 5.0 to 6.0
 */
export function rawPipelines(client: RedisNodeLike): SendPipeline | undefined {
  // A pipeline that is never sent: the class of its commands is reached no other way in every version.
  const sample = lastCommand(client.pipeline([["ping"]])) as { readonly constructor: CommandClass } | undefined;
  const Command = sample?.constructor;
  if (Command === undefined || !("sendCommand" in client)) return undefined;

  /** A whole pipeline, in the place of one command. The client calls it by what `Command` has. */
  class Pipeline extends Command {
    readonly commands: readonly Words[];
    readonly replies: RedisReply[] = [];
    readonly settle: (replies: readonly RedisReply[]) => void;
    #isWritten = false;

    constructor(commands: readonly Words[], settle: (replies: readonly RedisReply[]) => void) {
      super("pipeline");
      this.commands = commands;
      this.settle = settle;
    }

    /** Called by the constructor of `Command`, which would give each command a promise and functions of its own. */
    initPromise(): void {}

    toWritable(): string | Buffer {
      if (this.#isWritten) return "";
      this.#isWritten = true;
      return encode(this.commands);
    }

    resolve(value: unknown): void {
      const name = this.commands[this.replies.length]?.[0];
      this.#take({ ok: true, value: String(name).endsWith(BYTES) ? value : asText(value) });
    }

    reject(error: Error): void {
      this.#take(replyFailure(error));
    }

    #take(reply: RedisReply): void {
      this.replies.push(reply);
      if (this.replies.length === this.commands.length) this.settle(this.replies);
    }
  }

  const { resolve, reject } = new Pipeline([], () => {});
  if (resolve !== Pipeline.prototype.resolve || reject !== Pipeline.prototype.reject) return undefined;
  return (commands) => {
    const { promise: replies, resolve: settle } = Promise.withResolvers<readonly RedisReply[]>();
    const pipeline = new Pipeline(commands, settle);
    (client as RawClient).sendCommand(pipeline);
    for (let sent = 1; sent < commands.length; sent++) (client as RawClient).sendCommand(pipeline, NOWHERE);
    return { last: pipeline, replies };
  };
}

/** What ends the name of a command whose answer is bytes. */
const BYTES = "Buffer";

/** The client leaves texts as bytes to its commands. */
function asText(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString();
  return Array.isArray(value) ? value.map(asText) : value;
}

/** Commands as the server reads them. */
function encode(commands: readonly Words[]): string | Buffer {
  const text = encodeWith(commands, (word) => word.length);
  if (text === undefined) return encodeBytes(commands);
  // Nearly always all of it is ASCII, and counting the bytes of it at once is much cheaper than those of each word.
  return Buffer.byteLength(text) === text.length ? text : (encodeWith(commands, Buffer.byteLength) as string);
}

/** `undefined` when a word is bytes. */
function encodeWith(commands: readonly Words[], byteLength: (word: string) => number): string | undefined {
  let text = "";
  for (const command of commands) {
    text += `*${command.length}\r\n`;
    for (let index = 0; index < command.length; index++) {
      const given = command[index];
      if (typeof given === "object") return undefined;
      let word = String(given);
      if (index === 0 && word.endsWith(BYTES)) word = word.slice(0, -BYTES.length);
      text += `$${byteLength(word)}\r\n${word}\r\n`;
    }
  }
  return text;
}

function encodeBytes(commands: readonly Words[]): Buffer {
  const parts: Buffer[] = [];
  for (const command of commands) {
    parts.push(Buffer.from(`*${command.length}\r\n`));
    for (const [index, given] of command.entries()) {
      let word = typeof given === "object" ? given : Buffer.from(String(given));
      if (index === 0 && String(given).endsWith(BYTES)) word = word.subarray(0, -BYTES.length);
      parts.push(Buffer.from(`$${word.length}\r\n`), word, Buffer.from("\r\n"));
    }
  }
  return Buffer.concat(parts);
}
