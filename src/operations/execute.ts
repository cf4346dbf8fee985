import type { Faces } from './faces.js';
import type { SqlParts } from './sql-text.js';
import { literalText } from './sql-text.js';

/** SQL that `rev` does not understand: it runs as it is, and is said to be opaque. */
export interface Execute {
  readonly kind: 'execute';
  readonly sql: SqlParts;
}

export const execute: Faces<Execute> = {
  invert: () => null,
  apply: (_operation, catalog) => catalog,
  describe: ({ sql }) => `execute ${oneLine(sql.texts.join('?'))}`,
  render: ({ sql }, source) =>
    source.statement('execute', [
      source.sql(sql.texts.reduce((text, next, at) => text + literalText(sql.values[at - 1]) + next)),
    ]),
  reduce: () => null,
  losses: () => [],
};

function oneLine(sql: string): string {
  const line = sql.trim().replace(/\s+/g, ' ');
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}
