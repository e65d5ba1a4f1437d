import type { LineTemplate } from "./line-template.ts";

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 10;
/** Room for copies that overshoot by less than eight bytes; what they overshoot is overwritten by what follows. */
const OVERSHOOT = 8;

/** Writes a page as bytes into chunks, so that no single allocation or copy grows with the page. */
export class PageWriter {
  readonly #full: Buffer[] = [];
  readonly #spare: Buffer<ArrayBuffer>[] = [];
  #bytes = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  #view = viewOf(this.#bytes);
  #at = 0;

  text(text: string): void {
    this.#ensure(text.length * 3);
    this.#at += this.#bytes.write(text, this.#at, "utf8");
  }

  /**
   * The lines of one series. `values` holds one value per line of the template, each ended by a newline, in ASCII.
   *
   * Lines are copied as 64-bit floats, several times faster than byte by byte or through a native call. A float that is
   * NaN may change its bits on the way, but the bytes of a NaN, read little-endian, end in F0–FF and then 7F or FF,
   * which no UTF-8 text contains; and what is read past the end of a piece is text as well, or zeros.
   */
  series(template: LineTemplate, labels: string, values: string): void {
    this.#ensure(template.size + template.lines.length * labels.length * 3 + values.length);
    const bytes = this.#bytes;
    const view = this.#view;
    let at = this.#at;
    let lineAt = at;
    let labelsAt = -1;
    let labelsLength = 0;
    let next = 0;
    for (const line of template.lines) {
      const { headLength, tailLength } = line;
      if (line.repeatsHead) {
        copy(view, at, view, lineAt, headLength + labelsLength);
        at += headLength + labelsLength;
      } else {
        lineAt = at;
        copy(view, at, template.view, line.headAt, headLength);
        at += headLength;
        if (labelsAt < 0) {
          labelsAt = at;
          labelsLength = writeLabels(bytes, at, labels);
        } else copy(view, at, view, labelsAt, labelsLength);
        at += labelsLength;
      }
      copy(view, at, template.view, line.tailAt, tailLength);
      at += tailLength;
      let code = values.charCodeAt(next++);
      while (code !== NEWLINE) {
        bytes[at++] = code;
        code = values.charCodeAt(next++);
      }
      bytes[at++] = NEWLINE;
    }
    this.#at = at;
  }

  /** The next chunk that is full, in order. */
  takeFull(): Buffer | undefined {
    return this.#full.shift();
  }

  /** What is left at the end: the chunks that were not taken and the last one. */
  finish(): readonly Buffer[] {
    if (this.#at > 0) this.#full.push(this.#bytes.subarray(0, this.#at));
    return this.#full;
  }

  /** Gives back the memory of a chunk that nobody reads any more. */
  reuse({ buffer }: Buffer): void {
    if (buffer.byteLength === CHUNK_BYTES) this.#spare.push(Buffer.from(buffer as ArrayBuffer));
  }

  #ensure(bytes: number): void {
    if (this.#at + bytes + OVERSHOOT <= this.#bytes.length) return;
    if (this.#at > 0) this.#full.push(this.#bytes.subarray(0, this.#at));
    const needed = bytes + OVERSHOOT;
    const spare = needed <= CHUNK_BYTES ? this.#spare.pop() : undefined;
    this.#bytes = spare ?? Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, needed));
    this.#view = viewOf(this.#bytes);
    this.#at = 0;
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function copy(to: DataView, at: number, from: DataView, start: number, length: number): void {
  for (let done = 0; done < length; done += 8) {
    to.setFloat64(at + done, from.getFloat64(start + done, true), true);
  }
}

/** Label text is nearly always ASCII: a loop beats a native call for such short strings. */
function writeLabels(bytes: Buffer, at: number, labels: string): number {
  const { length } = labels;
  for (let index = 0; index < length; index++) {
    const code = labels.charCodeAt(index);
    if (code > 127) return bytes.write(labels, at, "utf8");
    bytes[at + index] = code;
  }
  return length;
}
