import type { Output } from './terminal.js';

const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const ERASE_LINE_END = '\x1b[K';
const ERASE_BELOW = '\x1b[J';

/**
 * Lines at the bottom of a terminal that are redrawn in place. Nothing is erased before it is overwritten,
 * and a frame is one write, so nothing flickers.
 */
export class LiveTable {
  readonly #output: Pick<Output, 'write'>;
  #drawn: readonly string[] = [];
  #isOpen = false;

  constructor(output: Pick<Output, 'write'>) {
    this.#output = output;
  }

  /** Replaces the lines shown last. Each line must fit into the width of the terminal. */
  draw(lines: readonly string[]): void {
    if (this.#isOpen && lines.join('\n') === this.#drawn.join('\n')) return;
    const up = this.#drawn.length > 0 ? `\x1b[${this.#drawn.length}A\r` : '';
    const body = lines.map((line) => `${line}${ERASE_LINE_END}\n`).join('');
    this.#output.write(`${this.#isOpen ? '' : HIDE_CURSOR}${up}${body}${ERASE_BELOW}`);
    this.#isOpen = true;
    this.#drawn = lines;
  }

  /** Leaves the last lines on the screen and shows the cursor again. */
  close(): void {
    if (!this.#isOpen) return;
    this.#output.write(SHOW_CURSOR);
    this.#isOpen = false;
    this.#drawn = [];
  }
}
