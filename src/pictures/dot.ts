import type { Picture, PictureRevision } from './picture.js';
import { plainLine, shortened } from './text.js';

/** For Graphviz: https://graphviz.org. Bases at the bottom. */
export function drawDot({ revisions }: Picture): string {
  const shown = new Set(revisions.map(({ id }) => id));
  const nodes = revisions.map(
    (revision) => `  ${quoted(revision.id)} [label=${labelOf(revision)}${styleOf(revision)}];`,
  );
  const edges = revisions.flatMap(({ id, parents, depends }) => [
    ...parents.filter((each) => shown.has(each)).map((each) => `  ${quoted(each)} -> ${quoted(id)};`),
    ...depends
      .filter((each) => shown.has(each))
      .map((each) => `  ${quoted(each)} -> ${quoted(id)} [style=dashed, constraint=false];`),
  ]);
  return ['digraph revisions {', ...settings, ...nodes, ...edges, '}'].map((line) => `${line}\n`).join('');
}

const settings = [
  '  rankdir=BT;',
  '  node [shape=box, style=rounded, fontname="Helvetica", fontsize=11];',
  '  edge [arrowsize=0.6];',
];

function labelOf({ id, message, labels, marks }: PictureRevision): string {
  const after = [...labels, ...marks].map((each) => `(${each})`).join(' ');
  const lines = [id, shortened(plainLine(message), 60), after].filter((line) => line !== '');
  return quoted(lines.map(plainLine).join('\n'), { entities: true });
}

function styleOf({ marks }: PictureRevision): string {
  if (marks.includes('current')) return ', color="#b45309", penwidth=2';
  return marks.includes('head') ? ', color="#15803d", penwidth=2' : '';
}

/** A string of DOT. In labels backslashes and HTML entities have a meaning too. */
function quoted(text: string, { entities = false } = {}): string {
  const safe = entities ? text.replaceAll('&', '&amp;') : text;
  return `"${safe.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}
