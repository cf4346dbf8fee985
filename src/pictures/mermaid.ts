import type { Picture, PictureRevision } from './picture.js';
import { plainLine, shortened } from './text.js';

/** A flowchart for Markdown: https://mermaid.js.org. Bases at the bottom, as in the other pictures. */
export function drawMermaid({ layout, revisions }: Picture): string {
  // Ids of the user's may be words of the language; rows never are.
  const names = new Map(revisions.map(({ id }, row) => [id, `r${row}`]));
  const nodes = layout.revisions.flatMap(({ row }) => {
    const revision = revisions[row];
    return revision ? [`  r${row}["${textOf(revision)}"]${classOf(revision)}`] : [];
  });
  const edges = revisions.flatMap(({ id, parents, depends }) => {
    const to = names.get(id);
    const from = (ids: readonly string[]) => ids.flatMap((each) => names.get(each) ?? []);
    return [
      ...from(parents).map((parent) => `  ${parent} --> ${to}`),
      ...from(depends).map((needed) => `  ${needed} -. needed by .-> ${to}`),
    ];
  });
  return ['flowchart BT', ...nodes, ...edges, ...classes].map((line) => `${line}\n`).join('');
}

const classes = [
  '  classDef head stroke:#15803d,stroke-width:3px',
  '  classDef current stroke:#b45309,stroke-width:3px',
];

function textOf({ id, message, labels, marks }: PictureRevision): string {
  const after = [...labels, ...marks].map((each) => `(${each})`).join(' ');
  return [id, shortened(plainLine(message), 60), after]
    .filter((line) => line !== '')
    .map(escaped)
    .join('<br/>');
}

function classOf({ marks }: PictureRevision): string {
  if (marks.includes('current')) return ':::current';
  return marks.includes('head') ? ':::head' : '';
}

/** Everything that could end the text, be markup or Markdown, or begin an entity. */
function escaped(text: string): string {
  return plainLine(text).replace(/[^\p{L}\p{M}\p{N} .,;:()/+=?!-]/gu, (each) => `#${each.codePointAt(0)};`);
}
