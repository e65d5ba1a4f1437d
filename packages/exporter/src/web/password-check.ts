import { createHash } from "node:crypto";
import { compare } from "bcryptjs";

/** Checks users and passwords against bcrypt hashes, which may change. */
export interface PasswordCheck {
  verify(given: { readonly username: string; readonly password: string }): Promise<boolean>;
  /** Puts other users in the place of those there were. */
  replace(users: Readonly<Record<string, string>>): void;
}

/** Answers that are remembered, so that a scrape does not cost a hash each time. */
const MAX_REMEMBERED = 100;

/** Checks that wait for their turn; beyond that a check is refused at once. One takes a tenth of a second of CPU. */
const MAX_WAITING = 20;

/** A hash of nothing that anybody knows: a user that is not there takes as long as one that is. */
const NOBODY = "$2b$10$abcdefghijklmnopqrstuuwkPZ1v2Zg8p0a0zqRm3yQd8y2r8uq6W";

/** Makes the check. Hashes are computed one at a time, in slices that give the event loop back. */
export function createPasswordCheck(first: Readonly<Record<string, string>>): PasswordCheck {
  let users = new Map(Object.entries(first));
  let turn: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  const remembered = new Map<string, boolean>();
  return {
    async verify({ username, password }) {
      const hash = users.get(username);
      const key = createHash("sha256")
        .update(JSON.stringify([username, password, hash ?? ""]))
        .digest("base64");
      const known = remembered.get(key);
      if (known !== undefined) return known;
      if (waiting >= MAX_WAITING) return false;
      waiting += 1;
      const answer = turn.then(() => compare(password, hash ?? NOBODY)).catch(() => false);
      turn = answer;
      const granted = (await answer) && hash !== undefined;
      waiting -= 1;
      if (remembered.size >= MAX_REMEMBERED) remembered.delete(remembered.keys().next().value ?? "");
      remembered.set(key, granted);
      return granted;
    },
    replace(next) {
      users = new Map(Object.entries(next));
      remembered.clear();
    },
  };
}
