/**
 * A mistyped column in double quotes. The programs that `rev` connects with refuse it; the shell `sqlite3`, which may run
 * a script, takes it for text, but no other quotes.
 */

import { sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import type { Catalog, IndexKey, Table, TableIndex } from '../../../src/catalog/index.js';
import { sqlite } from '../../../src/dialects/sqlite/index.js';
import {
  type AlterTable,
  check,
  column,
  type Operation,
  sqlParts,
  type TableChange,
} from '../../../src/operations/index.js';
import { freshSqlite } from '../../support/sqlite.js';

const t = { schema: null, name: 't' };
const alter = (...changes: TableChange[]): AlterTable => ({ kind: 'alterTable', table: t, changes });
const computed = (stored: boolean): TableChange => ({
  kind: 'addColumn',
  column: column('g', 'text', { generated: sql`upper("t"."typo") || "a"`, stored }),
});
const newTable: Table = {
  ...{ kind: 'table', schema: null, name: 'u', primaryKey: null, uniques: [], foreignKeys: [], indexes: [] },
  columns: [column('a', 'text'), column('g', 'text', { generated: sql`"typo" || "a"` })],
  checks: [check('c', sql`"A" <> "typo"`)],
};

function index(key: IndexKey, where: string | null = null): TableIndex {
  return { kind: 'index', name: 'i', unique: false, method: 'btree', where, keys: [key] };
}

/** Of a script. */
async function compiled(operation: Operation): Promise<string> {
  const db = await freshSqlite();
  await db.setup('create table t (a text, b int)');
  const before: Catalog = await db.inspect();
  return sqlite
    .compile(operation, before, {})
    .map((statement) => statement.sql)
    .join(';\n');
}

it.each<[string, Operation]>([
  ['a check', alter({ kind: 'addConstraint', constraint: check('c', sql`"typo" <> "A"`) })],
  ['a stored column', alter(computed(true))],
  ['a computed column', alter(computed(false))],
  ['a computed column beside others', alter(computed(false), { kind: 'dropColumn', name: 'b' })],
  ['using', alter({ kind: 'alterColumn', name: 'b', to: { type: 'real' }, using: '"typo" * "b"' })],
  ['a new table', { kind: 'createTable', table: newTable }],
  [
    'an index',
    { kind: 'createIndex', table: t, index: index({ column: 'typo', order: 'desc', nulls: null }) },
  ],
  [
    'a backfill',
    {
      ...{ kind: 'backfill', table: t, key: null, batchSize: 10, pause: 0 },
      set: [{ column: 'b', value: sqlParts(sql`"typo" || ${'x'}`) }],
      where: sqlParts(sql`"typo" <> ${'"typo"'}`),
    },
  ],
])('%s', async (_, operation) => {
  const text = await compiled(operation);
  expect(text).toContain('`typo`');
  expect(text).not.toContain('"typo"');
});

it('the columns of a table that is known stay in double quotes', async () => {
  const text = await compiled(
    alter(computed(true), { kind: 'addConstraint', constraint: check('c', '"A" > 0') }),
  );
  expect(text).toContain('upper(`typo`) || "a"');
  expect(text).toContain('CHECK ("A" > 0)');
});

it('the expressions of an index are kept as they are written, and asked for before', async () => {
  const key = { expression: 'lower("typo") desc', order: 'asc', nulls: null } as const;
  const made = index(key, '"t"."b" is null');
  expect(await compiled({ kind: 'createIndex', table: t, index: made })).toBe(
    'SELECT (lower(`typo`)), (`b` is null) FROM "t" LIMIT 0;\n' +
      'CREATE INDEX "i" ON "t" ((lower("typo")) DESC) WHERE "b" is null',
  );
});
