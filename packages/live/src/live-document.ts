/** The page at `/`, whole: no other file belongs to it. */
export interface LiveDocument {
  /** The document, HTML in UTF-8. */
  readonly html: string;
  /** The Content-Security-Policy header that it must be served with: the script and the style of this very document run, and nothing else. */
  readonly contentSecurityPolicy: string;
}
