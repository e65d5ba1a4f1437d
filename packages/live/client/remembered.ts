/** A choice of the user, kept in the browser where it allows that. */
export function remembered<Value extends string>(name: string, allowed: readonly Value[]): Value | undefined {
  try {
    const value = localStorage.getItem(`taskvitals.${name}`);
    return allowed.find((one) => one === value);
  } catch {
    // Storage may be switched off, which throws: the choice then lasts as long as the page.
    return undefined;
  }
}

/** Keeps a choice; `undefined` forgets it. */
export function remember(name: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(`taskvitals.${name}`);
    else localStorage.setItem(`taskvitals.${name}`, value);
  } catch {
    // As above.
  }
}
