import type { DialectName } from '../catalog/index.js';
import { Imports, indent, lineWidth, Source, stringLiteral } from '../operations/index.js';
import type { Bodies, RenderedBodies } from './render.js';

/** What a revision does in one of several databases. */
export interface Section {
  readonly database: string;
  readonly dialect: DialectName;
  /** Writes it, with the names that its file has for what it imports. */
  readonly write: (source: Source) => Bodies;
}

/** One revision for several databases: a part for each that has something to do. */
export function renderSections(sections: readonly Section[]): RenderedBodies {
  const imports = new Imports();
  const parts = sections.map((section) => {
    const frame = frameOf(section);
    const bodies = section.write(new Source({ imports, column: 2 + frame.depth }));
    const framed = (body: string) =>
      body === '' ? [] : [[...frame.before, indent(body, frame.depth), ...frame.after].join('\n')];
    return { upgrade: framed(bodies.upgrade), downgrade: framed(bodies.downgrade) };
  });
  return {
    imports: imports.all,
    upgrade: parts.flatMap(({ upgrade }) => upgrade).join('\n'),
    downgrade: parts.flatMap(({ downgrade }) => downgrade).join('\n'),
  };
}

/** As the common formatters leave it: what does not fit on its line has a line for each argument. */
function frameOf({ database, dialect }: Section) {
  const name = stringLiteral(database);
  const start = `async (op: Op<${stringLiteral(dialect)}>) => {`;
  const line = `await op.on(${name}, ${start}`;
  return 2 + line.length <= lineWidth
    ? { before: [line], after: ['});'], depth: 2 }
    : { before: ['await op.on(', `  ${name},`, `  ${start}`], after: ['  },', ');'], depth: 4 };
}
