import type { Layout, Line, PlacedRevision } from '../graph/layout.js';
import { asciiGlyphs, Cells, type Glyphs, unicodeGlyphs } from './cells.js';
import type { Picture, PictureRevision } from './picture.js';
import { columnsOf, plainLine, shortened } from './text.js';

/** How parts of a drawing are coloured; each returns its text as it is where there are no colours. */
export interface Paint {
  lane(lane: number, text: string): string;
  id(text: string): string;
  label(text: string): string;
  mark(text: string): string;
  note(text: string): string;
}

export interface TerminalOptions {
  /** Lines are no longer than that. Absent: nothing is shortened. */
  readonly columns?: number | undefined;
  readonly ascii?: boolean | undefined;
  readonly paint?: Paint | undefined;
}

const plain: Paint = {
  lane: (_lane, text) => text,
  id: (text) => text,
  label: (text) => text,
  mark: (text) => text,
  note: (text) => text,
};

/** Texts begin in one column up to there; where the drawing is wider, behind it. */
const alignedColumns = 20;
/** What a text keeps of a narrow terminal, however wide the drawing. */
const leastText = 28;

/**
 * A history in lanes, one revision a line, newest first. A revision's other parents open lanes to the right of it
 * (`●─╮`), lines that end in it come in from the right (`●─╯`). Lines between revisions are there only where two lines
 * to the same parent meet higher up.
 */
export function drawTerminal(picture: Picture, options: TerminalOptions = {}): string {
  const { paint = plain, columns = Number.POSITIVE_INFINITY } = options;
  const glyphs = options.ascii ? asciiGlyphs : unicodeGlyphs;
  const drawn = drawRows(picture, glyphs);
  const widest = Math.max(
    0,
    ...drawn.map(({ cells }) => cells.columns).filter((each) => each <= alignedColumns),
  );
  const most = Math.max(4, columns - leastText);
  return drawn
    .map(({ cells, revision, outside }) => {
      const room = Math.min(most, Math.max(widest, cells.columns));
      const drawing = cells.text(revision ? room : Math.min(most, cells.columns), paint.lane);
      if (!revision) return drawing.trimEnd();
      return `${drawing}  ${revisionText(revision, outside, columns - room - 2, glyphs, paint)}`;
    })
    .join('\n');
}

interface DrawnRow {
  readonly cells: Cells;
  /** Absent for a line between revisions. */
  readonly revision?: PictureRevision | undefined;
  readonly outside: readonly string[];
}

function drawRows({ layout, revisions }: Picture, glyphs: Glyphs): readonly DrawnRow[] {
  const { starting, joining } = byRow(layout);
  const running = new Set<number>();
  const rows: DrawnRow[] = [];
  let arriving: readonly Line[] = [];
  for (const placed of layout.revisions) {
    const { row, lane, outside } = placed;
    const revision = revisions[row];
    const lines = starting[row] ?? [];
    const cells = new Cells(glyphs, running);
    drawRevision(cells, placed, lines, arriving, glyphs, revision?.marks.includes('current') ?? false);
    rows.push({ cells, revision, outside });
    running.delete(lane);
    for (const line of lines) running.add(line.lane);
    const next = starting[row + 1] ?? [];
    const joins = joining[row] ?? [];
    // Lines that end in the next revision are drawn beside it, unless it opens lanes there itself.
    arriving = next.length < 2 ? joins.filter((line) => line.to === row + 1) : [];
    for (const group of apart(joins.filter((line) => !arriving.includes(line)))) {
      const between = new Cells(glyphs, running);
      for (const line of group) drawJoin(between, line, glyphs);
      for (const line of group) running.delete(line.lane);
      rows.push({ cells: between, outside: [] });
    }
    for (const line of arriving) running.delete(line.lane);
  }
  return rows;
}

function byRow(layout: Layout): { starting: readonly Line[][]; joining: readonly Line[][] } {
  const starting = layout.revisions.map((): Line[] => []);
  const joining = layout.revisions.map((): Line[] => []);
  for (const line of layout.lines) {
    starting[line.from]?.push(line);
    if (line.joins) joining[line.joins.below]?.push(line);
  }
  return { starting, joining };
}

function drawRevision(
  cells: Cells,
  { lane }: PlacedRevision,
  lines: readonly Line[],
  arriving: readonly Line[],
  glyphs: Glyphs,
  current: boolean,
): void {
  cells.put(lane, current ? glyphs.current : glyphs.revision, lane);
  for (const line of arriving) {
    cells.stroke(lane, line.lane, line.lane);
    cells.put(line.lane, glyphs.close, line.lane);
  }
  const opened = lines.filter((line) => line.lane !== lane).map((line) => line.lane);
  // Nearest first, so that each stretch has the colour of the lane that it leads to.
  opened.sort((a, b) => Math.abs(a - lane) - Math.abs(b - lane));
  for (const each of opened) {
    const goesOn = opened.some((other) => (each > lane ? other > each : other < each));
    cells.stroke(lane, each, each);
    cells.put(each, goesOn ? glyphs.openBetween : each > lane ? glyphs.openRight : glyphs.openLeft, each);
  }
}

function drawJoin(cells: Cells, { lane, joins }: Line, glyphs: Glyphs): void {
  if (!joins) return;
  cells.put(joins.lane, glyphs.takeIn, joins.lane);
  cells.stroke(joins.lane, lane, lane);
  cells.put(lane, glyphs.close, lane);
}

/** Groups of joins that do not touch each other, one for each line of the drawing. */
function apart(joins: readonly Line[]): readonly (readonly Line[])[] {
  const groups: Line[][] = [];
  const ends = ({ lane, joins }: Line) => [joins?.lane ?? lane, lane] as const;
  for (const line of joins) {
    const [left, right] = ends(line);
    const free = groups.find((group) =>
      group.every((other) => {
        const [otherLeft, otherRight] = ends(other);
        return otherRight < left || right < otherLeft;
      }),
    );
    if (free) free.push(line);
    else groups.push([line]);
  }
  return groups;
}

/** What a message keeps before labels and marks give way too. */
const leastMessage = 12;

/** Id, message, labels and marks. Where there is not room for all, the message gives way first. */
function revisionText(
  revision: PictureRevision,
  outside: readonly string[],
  columns: number,
  glyphs: Glyphs,
  paint: Paint,
): string {
  const { labels, marks, depends } = revision;
  const id = shortened(revision.id, columns, glyphs.ellipsis);
  const message = plainLine(revision.message) || '(no message)';
  const tail: readonly Part[] = [
    ...(labels.length > 0 ? [{ text: `(${plainLine(labels.join(', '))})`, paint: paint.label }] : []),
    ...marks.map((mark) => ({ text: `(${mark})`, paint: paint.mark })),
    ...(depends.length > 0 ? [{ text: `needs ${depends.join(', ')}`, paint: paint.note }] : []),
    ...(outside.length > 0 ? [{ text: `revises ${outside.join(', ')}`, paint: paint.note }] : []),
  ];
  const tailColumns = tail.reduce((sum, { text }, at) => sum + (at === 0 ? 2 : 1) + columnsOf(text), 0);
  let room = columns - columnsOf(id);
  const messageRoom = Math.max(leastMessage, room - 2 - tailColumns);
  const parts: readonly Part[] = [{ text: shortened(message, messageRoom, glyphs.ellipsis) }, ...tail];
  let line = paint.id(id);
  for (const [at, part] of parts.entries()) {
    const separator = at < 2 ? '  ' : ' ';
    const text = shortened(part.text, room - separator.length, glyphs.ellipsis);
    if (text === '') break;
    line += separator + (part.paint?.(text) ?? text);
    room -= separator.length + columnsOf(text);
  }
  return line;
}

interface Part {
  readonly text: string;
  readonly paint?: (text: string) => string;
}
