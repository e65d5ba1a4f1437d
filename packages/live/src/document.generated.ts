import type { LiveDocument } from "./live-document.ts";

/** The page at `/`. */
export const liveDocument: LiveDocument = {
  html: "<!doctype html><title>taskvitals</title>",
  contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'",
};
