import type { Line, PlacedRevision } from '../graph/layout.js';
import type { Mark, Picture, PictureRevision } from './picture.js';
import { columnsOf, plainLine, shortened } from './text.js';

const rowHeight = 28;
const laneWidth = 18;
const margin = 14;
/** The widest that any usual monospaced font is, at the sizes of `svgStyle`. */
const idCharacter = 7.3;
const pillCharacter = 6.7;
/** More than most sentences take, for the width of the whole. */
const messageCharacter = 7.2;
const messageColumns = 100;
const colours = 8;

/** A picture's parts, for a document of its own or to be put into another. */
export interface SvgParts {
  readonly width: number;
  readonly height: number;
  /** Where the texts begin. */
  readonly textX: number;
  readonly lines: string;
  /** One group for each revision, by row. */
  readonly revisions: readonly string[];
}

/** A static picture: one row for each revision, newest first. */
export function drawSvg(picture: Picture): string {
  const { width, height, lines, revisions } = svgParts(picture);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="Revisions, newest first">
<style>${svgStyle}</style>
<rect class="paper" width="${width}" height="${height}"/>
<g class="lines">
${lines}
</g>
${revisions.map((each) => `<g class="revision">${each}</g>`).join('\n')}
</svg>
`;
}

/** The picture without its frame. */
export function svgParts({ layout, revisions }: Picture): SvgParts {
  const textX = xOf(layout.lanes) + 4;
  const rows = layout.revisions.flatMap((placed) => {
    const revision = revisions[placed.row];
    return revision ? [drawRevision(placed, revision, textX)] : [];
  });
  return {
    width: Math.ceil(Math.max(240, ...rows.map(({ right }) => right)) + margin),
    height: rows.length * rowHeight + 2 * margin,
    textX,
    lines: layout.lines.map((line) => drawLine(line, layout.revisions[line.from]?.lane ?? 0)).join('\n'),
    revisions: rows.map(({ svg }) => svg),
  };
}

function xOf(lane: number): number {
  return margin + laneWidth * (lane + 0.5);
}

function yOf(row: number): number {
  return margin + rowHeight * (row + 0.5);
}

/** Down from a child: over to its lane under the child's row, along it, and over to the line that it joins. */
function drawLine({ from, to, lane, joins }: Line, childLane: number): string {
  const path = [`M${xOf(childLane)} ${yOf(from)}`];
  const turn = (start: number, startLane: number, endLane: number) => {
    if (startLane === endLane) return;
    const middle = yOf(start) + rowHeight / 2;
    const end = `${xOf(endLane)} ${yOf(start + 1)}`;
    path.push(`C${xOf(startLane)} ${middle} ${xOf(endLane)} ${middle} ${end}`);
  };
  if (joins?.below === from) turn(from, childLane, joins.lane);
  else {
    turn(from, childLane, lane);
    path.push(`V${yOf(joins?.below ?? to)}`);
    if (joins) turn(joins.below, lane, joins.lane);
  }
  return `<path class="s${lane % colours}" d="${path.join('')}"/>`;
}

function drawRevision(
  { row, lane, outside }: PlacedRevision,
  { id, message, labels, marks, depends }: PictureRevision,
  textX: number,
): { readonly svg: string; readonly right: number } {
  const y = yOf(row);
  const parts = [
    `<rect class="row" x="0" y="${y - rowHeight / 2}" width="100%" height="${rowHeight}"/>`,
    drawNode(xOf(lane), y, lane, marks, outside.length > 0),
  ];
  let x = textX;
  const shownId = shortened(id, 24);
  parts.push(`<text class="id" x="${x}" y="${y + 4}">${xml(shownId)}</text>`);
  x += columnsOf(shownId) * idCharacter + 10;
  const pills = [
    ...shownMarks.filter((mark) => marks.includes(mark)).map((mark) => [mark, mark]),
    ...labels.map((label) => ['label', label]),
    ...depends.map((needed) => ['needs', `needs ${needed}`]),
    ...outside.map((parent) => ['outside', `revises ${parent}`]),
  ] as const;
  for (const [kind = '', text = ''] of pills) {
    const shown = shortened(plainLine(text), 32);
    const width = round(columnsOf(shown) * pillCharacter + 12);
    parts.push(
      `<rect class="pill ${kind.split(' ')[0]}" x="${round(x)}" y="${y - 8.5}" width="${width}" height="17" rx="8.5"/>`,
      `<text class="on-pill ${kind.split(' ')[0]}" x="${round(x + width / 2)}" y="${y + 3.5}">${xml(shown)}</text>`,
    );
    x += width + 6;
  }
  const shown = shortened(plainLine(message) || '(no message)', messageColumns);
  const title = shown === plainLine(message) || message === '' ? '' : `<title>${xml(message)}</title>`;
  parts.push(`<text class="message" x="${round(x + 2)}" y="${y + 4}">${xml(shown)}${title}</text>`);
  return { svg: parts.join(''), right: x + columnsOf(shown) * messageCharacter };
}

/** Branches and merges are seen by their lines. */
const shownMarks: readonly Mark[] = ['current', 'head', 'effective head', 'base'];

function drawNode(x: number, y: number, lane: number, marks: readonly Mark[], hasOutside: boolean): string {
  const colour = lane % colours;
  const ring = marks.includes('current') ? `<circle class="ring current" cx="${x}" cy="${y}" r="8.5"/>` : '';
  const stub = hasOutside ? `<path class="stub s${colour}" d="M${x} ${y}v${rowHeight / 2}"/>` : '';
  const node = marks.includes('merge')
    ? `<circle class="node merge s${colour}" cx="${x}" cy="${y}" r="5"/>`
    : `<circle class="node f${colour}" cx="${x}" cy="${y}" r="5.5"/>`;
  return stub + ring + node;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** As text of an element, or as the value of an attribute in double quotes. */
export function xml(text: string): string {
  return plainLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

const light = ['#2563eb', '#c026d3', '#15803d', '#c2410c', '#7c3aed', '#0e7490', '#be123c', '#854d0e'];
const dark = ['#60a5fa', '#e879f9', '#4ade80', '#fb923c', '#a78bfa', '#22d3ee', '#fb7185', '#facc15'];

function laneRules(palette: readonly string[]): string {
  return palette.map((colour, at) => `.s${at}{stroke:${colour}}.f${at}{fill:${colour}}`).join('');
}

export const svgStyle = `
.paper{fill:#fff}.row{fill:transparent}
.lines path,.stub{fill:none;stroke-width:2}.stub{stroke-dasharray:2 3}
.node.merge{fill:#fff;stroke-width:3}.ring{fill:none;stroke-width:2.5}.ring.current{stroke:#b45309}
text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:#1f2328}
text.id{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#57606a}
text.on-pill{font:11px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;text-anchor:middle;fill:#424a53}
.pill{fill:#f6f8fa;stroke:#d0d7de}.pill.label{fill:#ddf4ff;stroke:#80ccff}.on-pill.label{fill:#0550ae}
.pill.head{fill:#15803d;stroke:#15803d}.on-pill.head{fill:#fff}
.pill.current{fill:#b45309;stroke:#b45309}.on-pill.current{fill:#fff}
.pill.needs,.pill.outside{fill:none;stroke-dasharray:3 2}
${laneRules(light)}
@media (prefers-color-scheme:dark){
.paper,.node.merge{fill:#0d1117}text{fill:#e6edf3}text.id{fill:#9198a1}text.on-pill{fill:#c9d1d9}
.pill{fill:#21262d;stroke:#3d444d}.pill.label{fill:#0c2d6b;stroke:#1f6feb}.on-pill.label{fill:#a5d6ff}
.pill.head{fill:#3fb950;stroke:#3fb950}.on-pill.head{fill:#04260f}
.pill.current{fill:#f0b429;stroke:#f0b429}.on-pill.current{fill:#3a2500}.ring.current{stroke:#f0b429}
${laneRules(dark)}
}`;
