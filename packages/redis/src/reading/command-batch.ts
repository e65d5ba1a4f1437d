import type { RedisCommand } from "../layouts/queue-layout.ts";
import type { RedisReply } from "../redis-reply.ts";

/** A command that is asked, with its reply once that is there. */
export interface AskedCommand {
  /** What became of it. */
  reply: RedisReply | undefined;
}

/** Words longer than this, scripts above all, are spelled by a number. */
const LONG_WORD = 64;

/** Commands that several queues asked for. */
export class RepeatedCommands {
  readonly #commands = new Map<string, AskedCommand>();
  readonly #longWords = new Map<string, number>();

  /** The command that is spelled so. */
  get(spelling: string): AskedCommand | undefined {
    return this.#commands.get(spelling);
  }

  /** Remembers a command. */
  set(spelling: string, command: AskedCommand): void {
    this.#commands.set(spelling, command);
  }

  /**
   * A text that two commands share only if they are the same. (No word holds a NUL but in names that are not text, where they would have to
   * differ in nothing else.)
   */
  spell(command: RedisCommand): string {
    let spelling: string = command[0];
    for (let index = 1; index < command.length; index++) {
      const word = command[index] as string | number;
      spelling += typeof word === "string" && word.length > LONG_WORD ? `\0\0${this.#numberOf(word)}` : `\0${word}`;
    }
    return spelling;
  }

  #numberOf(word: string): number {
    const known = this.#longWords.get(word);
    if (known !== undefined) return known;
    this.#longWords.set(word, this.#longWords.size);
    return this.#longWords.size - 1;
  }
}

/**
 * Commands that go out together. One that is asked for twice is sent once; whatever is asked for twice in one batch is not sent with later
 * ones either. (Remembering all commands of thousands of queues would cost more than the few that are sent again.)
 */
export class CommandBatch {
  readonly #commands: RedisCommand[] = [];
  readonly #asked: AskedCommand[] = [];
  readonly #own = new Map<string, AskedCommand>();
  readonly #repeated: RepeatedCommands;

  /**
   * Is empty.
   *
   * @param repeated - shared with the batches before it, all of which are answered before this one is
   */
  constructor(repeated: RepeatedCommands) {
    this.#repeated = repeated;
  }

  /** The commands to send. */
  get commands(): readonly RedisCommand[] {
    return this.#commands;
  }

  /** Adds a command. */
  add(command: RedisCommand): AskedCommand {
    const spelling = this.#repeated.spell(command);
    const repeated = this.#repeated.get(spelling);
    if (repeated !== undefined) return repeated;
    const known = this.#own.get(spelling);
    if (known !== undefined) {
      this.#repeated.set(spelling, known);
      return known;
    }
    const asked: AskedCommand = { reply: undefined };
    this.#commands.push(command);
    this.#asked.push(asked);
    this.#own.set(spelling, asked);
    return asked;
  }

  /** Takes the replies, in the order of the commands. */
  answer(replies: readonly RedisReply[]): void {
    for (let index = 0; index < replies.length; index++) (this.#asked[index] as AskedCommand).reply = replies[index];
  }
}
