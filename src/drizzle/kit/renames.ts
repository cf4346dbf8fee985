/** Renames that stand in the SQL of a migration. A snapshot of drizzle-kit 0.31 does not tell them from a drop and an add. */

import type { DialectName } from '../../catalog/index.js';

/** By drizzle-kit's names of the kinds; `constraint` is any constraint. */
export type RenameKind =
  | 'column'
  | 'constraint'
  | 'enum'
  | 'index'
  | 'policy'
  | 'role'
  | 'schema'
  | 'sequence'
  | 'table'
  | 'view';

export interface KitRename {
  readonly kind: RenameKind;
  /** Schema, table and name, as far as the kind has them. Without a schema: `public`, also on SQLite, as drizzle-kit has it. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** The statement that takes it back: the same words, names exchanged. */
  readonly undo: string;
}

const name = '(?:"(?:[^"]|"")+"|`(?:[^`]|``)+`|[A-Za-z_][\\w$]*)';
const qualified = `(?:(${name})\\.)?(${name})`;
const pattern = (words: string) => new RegExp(`^${words}$`, 'is');

const simpleKinds: Readonly<Record<string, RenameKind>> = {
  table: 'table',
  type: 'enum',
  sequence: 'sequence',
  view: 'view',
  'materialized view': 'view',
  index: 'index',
};

const patterns = {
  object: pattern(
    `alter (table|type|sequence|view|materialized view|index)( if exists)? ${qualified} rename to (${name})`,
  ),
  moved: pattern(
    `alter (table|type|sequence|view|materialized view)( if exists)? ${qualified} set schema (${name})`,
  ),
  inTable: pattern(
    `alter table( if exists)? ${qualified} rename (column |constraint )?(${name}) to (${name})`,
  ),
  policy: pattern(`alter (policy) (${name}) on ${qualified} rename to (${name})`),
  global: pattern(`alter (schema|role) (${name}) rename to (${name})`),
};

/** In the order in which they are made. */
export function findRenames(statements: readonly string[], dialect: DialectName): readonly KitRename[] {
  return statements.flatMap((statement) =>
    // Where breakpoints are off, several statements stand in one text.
    statement.split(';').flatMap(
      (text) =>
        readRename(
          text
            .replace(/--[^\n]*/g, ' ')
            .replace(/\s+/g, ' ')
            .trim(),
          dialect,
        ) ?? [],
    ),
  );
}

function readRename(text: string, dialect: DialectName): KitRename | undefined {
  const object = patterns.object.exec(text);
  if (object) {
    const [, word = '', ifExists = '', schema, from = '', to = ''] = object;
    // drizzle-kit's rebuild of a table (SQLite) ends so.
    if (dialect === 'sqlite' && plain(from).startsWith('__new_')) return undefined;
    const kind = simpleKinds[word.toLowerCase()] ?? 'table';
    return {
      kind,
      from: [schemaOf(schema), plain(from)],
      to: [schemaOf(schema), plain(to)],
      undo: `ALTER ${word.toUpperCase()}${ifExists} ${schema ? `${schema}.` : ''}${to} RENAME TO ${from};`,
    };
  }
  const moved = patterns.moved.exec(text);
  if (moved) {
    const [, word = '', ifExists = '', schema, moving = '', to = ''] = moved;
    return {
      kind: simpleKinds[word.toLowerCase()] ?? 'table',
      from: [schemaOf(schema), plain(moving)],
      to: [plain(to), plain(moving)],
      undo: `ALTER ${word.toUpperCase()}${ifExists} ${to}.${moving} SET SCHEMA ${schema ?? 'public'};`,
    };
  }
  const inTable = patterns.inTable.exec(text);
  if (inTable) {
    const [, ifExists = '', schema, table = '', what = '', from = '', to = ''] = inTable;
    const place = [schemaOf(schema), plain(table)];
    return {
      kind: what.toLowerCase().startsWith('constraint') ? 'constraint' : 'column',
      from: [...place, plain(from)],
      to: [...place, plain(to)],
      undo: `ALTER TABLE${ifExists} ${schema ? `${schema}.` : ''}${table} RENAME ${what.toUpperCase()}${to} TO ${from};`,
    };
  }
  const policy = patterns.policy.exec(text);
  if (policy) {
    const [, , from = '', schema, table = '', to = ''] = policy;
    const place = [schemaOf(schema), plain(table)];
    return {
      kind: 'policy',
      from: [...place, plain(from)],
      to: [...place, plain(to)],
      undo: `ALTER POLICY ${to} ON ${schema ? `${schema}.` : ''}${table} RENAME TO ${from};`,
    };
  }
  const global = patterns.global.exec(text);
  if (!global) return undefined;
  const [, word = '', from = '', to = ''] = global;
  return {
    kind: word.toLowerCase() === 'schema' ? 'schema' : 'role',
    from: [plain(from)],
    to: [plain(to)],
    undo: `ALTER ${word.toUpperCase()} ${to} RENAME TO ${from};`,
  };
}

function schemaOf(quoted: string | undefined): string {
  return quoted === undefined ? 'public' : plain(quoted);
}

/** A name without its quotes. */
function plain(quoted: string): string {
  const quote = quoted[0];
  if (quote !== '"' && quote !== '`') return quoted;
  return quoted.slice(1, -1).replaceAll(quote + quote, quote);
}
