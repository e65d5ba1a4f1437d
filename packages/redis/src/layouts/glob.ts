/** The pattern that matches only this text: what a glob pattern of Redis gives a meaning is escaped. */
export function globLiteral(text: string): string {
  return text.replace(/[\\*?[\]]/g, "\\$&");
}
