import type { DialectName } from '../catalog/index.js';
import { indent, stringLiteral } from '../operations/index.js';
import type { RenderedBodies } from './render.js';

/** What a revision does in one of several databases. */
export interface Section {
  readonly database: string;
  readonly dialect: DialectName;
  readonly bodies: RenderedBodies;
}

/** One revision for several databases: a part for each that has something to do. */
export function renderSections(sections: readonly Section[]): RenderedBodies {
  const joined = (body: (bodies: RenderedBodies) => string) =>
    sections
      .filter(({ bodies }) => body(bodies) !== '')
      .map(({ database, dialect, bodies }) =>
        [
          `await op.on(${stringLiteral(database)}, async (op: Op<${stringLiteral(dialect)}>) => {`,
          indent(body(bodies)),
          '});',
        ].join('\n'),
      )
      .join('\n');
  return {
    imports: sections.flatMap(({ bodies }) => bodies.imports),
    upgrade: joined(({ upgrade }) => upgrade),
    downgrade: joined(({ downgrade }) => downgrade),
  };
}
