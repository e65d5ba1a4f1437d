/** What an element is made with. `style` is set property by property. */
export interface ElementOptions {
  readonly class?: string;
  /** Its text. Names and labels come from whoever writes metrics, so nothing here is ever read as HTML. */
  readonly text?: string;
  readonly title?: string;
  readonly style?: Readonly<Record<string, string>>;
}

/** Makes an element with its children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  options: ElementOptions = {},
  ...children: readonly HTMLElement[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (options.class !== undefined) made.className = options.class;
  if (options.text !== undefined) made.textContent = options.text;
  if (options.title !== undefined) made.title = options.title;
  for (const [property, value] of Object.entries(options.style ?? {})) made.style.setProperty(property, value);
  made.append(...children);
  return made;
}

/** The style of a text that has a colour of its own. */
export function colorStyle(color: string | undefined): Readonly<Record<string, string>> {
  return color === undefined ? {} : { color };
}
