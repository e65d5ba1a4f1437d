import { validateHeaderName, validateHeaderValue } from "node:http";

/** Whether Node.js would refuse to send this header. */
export function invalidHeader(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return false;
  } catch {
    return true;
  }
}
