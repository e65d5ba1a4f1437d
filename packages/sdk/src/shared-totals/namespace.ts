/** What a namespace of shared totals may be: part of a key's hash tag, so no braces. */
export const NAMESPACE: RegExp = /^[\w.-]{1,64}$/;

/** The same in words. */
export const NAMESPACE_EXPECTED = 'a string of 1 to 64 letters, digits, ".", "_" or "-"';
