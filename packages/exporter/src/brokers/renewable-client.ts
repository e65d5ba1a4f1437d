import type { OwnedClient } from "./redis-client.ts";

/** A client that stands for another, which can be exchanged while others hold it. */
export interface RenewableClient<T extends object> {
  /** Does all that the current client does. */
  readonly client: T;
  /** The client behind it now. */
  current(): T;
  /** Puts another in its place, and ends the one before. */
  renew(next: T): void;
}

/** Makes a client that can be renewed; `end` ends one that was replaced. */
export function renewableClient<T extends object = OwnedClient>(
  first: T,
  end: (replaced: T) => void,
): RenewableClient<T> {
  let current = first;
  const client = new Proxy(first, {
    get: (_, name) => {
      const value: unknown = Reflect.get(current, name, current);
      return typeof value === "function" ? value.bind(current) : value;
    },
    set: (_, name, value) => Reflect.set(current, name, value, current),
    has: (_, name) => Reflect.has(current, name),
  });
  return {
    client,
    current: () => current,
    renew(next) {
      const replaced = current;
      current = next;
      end(replaced);
    },
  };
}
