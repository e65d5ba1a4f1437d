import type { RedisCommand } from "../layouts/queue-layout.ts";

/** Commands that go out together. One that is asked for twice is sent once. */
export class CommandBatch {
  readonly #commands: RedisCommand[] = [];
  readonly #places = new Map<string, number>();

  /** Adds a command and answers its place among {@link CommandBatch.commands}. */
  add(command: RedisCommand): number {
    // No word holds a NUL but in names that are not text, where two commands would have to differ in nothing else.
    const spelled = command.join("\0");
    const known = this.#places.get(spelled);
    if (known !== undefined) return known;
    const place = this.#commands.length;
    this.#commands.push(command);
    this.#places.set(spelled, place);
    return place;
  }

  get commands(): readonly RedisCommand[] {
    return this.#commands;
  }
}
