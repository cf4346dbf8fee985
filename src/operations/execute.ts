import { beginningWithoutSecrets } from '../catalog/index.js';
import type { Faces } from './faces.js';
import type { SqlParts } from './sql-text.js';
import { literalText } from './sql-text.js';

/** SQL that `rev` does not understand: it runs as it is, and is said to be opaque. */
export interface Execute {
  readonly kind: 'execute';
  /** Without any text there is nothing to run this way. */
  readonly sql: SqlParts;
  /** What takes it back, where that is known. */
  readonly was?: SqlParts;
}

export function isNothing({ sql }: Execute): boolean {
  return sql.texts.every((text) => text.trim() === '') && sql.values.length === 0;
}

export const execute: Faces<Execute> = {
  invert: ({ sql, was }) => (was ? [{ kind: 'execute', sql: was, was: sql }] : null),
  apply: (_operation, catalog) => catalog,
  describe: ({ sql }) => `execute ${oneLine(beginningWithoutSecrets(sql.texts.join('?')))}`,
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
