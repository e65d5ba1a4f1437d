/** What an element is made with. Names come from whoever made a queue, so nothing here is ever read as HTML. */
export interface ElementOptions {
  /** Its classes. */
  readonly class?: string;
  /** Its text. */
  readonly text?: string;
  /** Its attributes; one that is `undefined` is left out. */
  readonly attributes?: Readonly<Record<string, string | undefined>>;
  /** What a click on it does. */
  readonly onClick?: () => void;
}

/** Makes an element with its children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  options: ElementOptions = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (options.class !== undefined) made.className = options.class;
  if (options.text !== undefined) made.textContent = options.text;
  for (const [attribute, value] of Object.entries(options.attributes ?? {})) {
    if (value !== undefined) made.setAttribute(attribute, value);
  }
  if (options.onClick !== undefined) made.addEventListener("click", options.onClick);
  made.append(...children);
  return made;
}

/** Sets a text only where it differs, so that a screen reader and a selection are left alone. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** Sets an attribute only where it differs; `undefined` takes it away. */
export function setAttribute(node: Element, name: string, value: string | undefined): void {
  if (value === undefined) node.removeAttribute(name);
  else if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}
