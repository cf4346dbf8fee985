/** The characters of a drawing in lanes, two columns for each lane. */

export interface Glyphs {
  readonly revision: string;
  readonly current: string;
  readonly vertical: string;
  readonly horizontal: string;
  /** Where a line turns downwards, from the left and from the right. */
  readonly openRight: string;
  readonly openLeft: string;
  /** The same for a line that has others turning farther away. */
  readonly openBetween: string;
  /** Where a line from above ends towards the left, and the one that takes it in. */
  readonly close: string;
  readonly takeIn: string;
  readonly ellipsis: string;
}

export const unicodeGlyphs: Glyphs = {
  revision: '●',
  current: '◉',
  vertical: '│',
  horizontal: '─',
  openRight: '╮',
  openLeft: '╭',
  openBetween: '┬',
  close: '╯',
  takeIn: '├',
  ellipsis: '…',
};

export const asciiGlyphs: Glyphs = {
  revision: '*',
  current: '@',
  vertical: '|',
  horizontal: '-',
  openRight: '.',
  openLeft: '.',
  openBetween: '.',
  close: "'",
  takeIn: '|',
  ellipsis: '...',
};

interface Cell {
  readonly text: string;
  readonly lane: number;
}

/** One line of a drawing. */
export class Cells {
  readonly #cells: (Cell | undefined)[] = [];
  readonly #glyphs: Glyphs;

  constructor(glyphs: Glyphs, running: Iterable<number>) {
    this.#glyphs = glyphs;
    for (const lane of running) this.put(lane, glyphs.vertical, lane);
  }

  put(lane: number, text: string, colour: number): void {
    this.#cells[lane * 2] = { text, lane: colour };
  }

  /** A stroke between two lanes. Lines that it crosses run on top of it. */
  stroke(from: number, to: number, colour: number): void {
    const horizontal = { text: this.#glyphs.horizontal, lane: colour };
    for (let at = Math.min(from, to) * 2 + 1; at < Math.max(from, to) * 2; at++)
      this.#cells[at] ??= horizontal;
  }

  get columns(): number {
    return this.#cells.length;
  }

  /** The first `columns` of it, padded. */
  text(columns: number, paint: (lane: number, text: string) => string): string {
    const { ellipsis } = this.#glyphs;
    const cut = this.columns > columns;
    const shown = cut ? columns - ellipsis.length : columns;
    let line = '';
    for (let at = 0; at < shown; at++) {
      const cell = this.#cells[at];
      line += cell ? paint(cell.lane, cell.text) : ' ';
    }
    return cut ? line + ellipsis : line;
  }
}
