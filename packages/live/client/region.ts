/** A part of the page that is drawn anew only where what it says differs, so that the focus and a selection in it survive the ticks. */
export class Region {
  /** What is put on the page. */
  readonly root: HTMLElement;
  #said: string | undefined;

  /** Draws below `root`. */
  constructor(root: HTMLElement) {
    this.root = root;
  }

  /**
   * Draws what `make` gives, where `about` differs from before.
   *
   * @param about - everything that it is made of
   */
  draw(about: unknown, make: () => readonly Node[]): void {
    const said = JSON.stringify(about);
    if (said === this.#said) return;
    this.#said = said;
    const focused = this.root.contains(document.activeElement) ? document.activeElement?.getAttribute("href") : null;
    this.root.replaceChildren(...make());
    if (focused === null || focused === undefined) return;
    const links = [...this.root.querySelectorAll("a")];
    links.find((link) => link.getAttribute("href") === focused)?.focus({ preventScroll: true });
  }
}
