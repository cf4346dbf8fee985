/**
 * Writes a new text of a definition into the schema itself: no row is touched, whatever the table's size (SQLite's
 * manual, ALTER TABLE, "Making Other Kinds Of Table Schema Changes"). Whatever is not as it must be undoes it.
 */

import type { DefaultValue } from '../../catalog/index.js';
import type { Row } from '../dialect.js';
import { type Connection, columnOf, pragma, rowsOf } from './connections/connection.js';
import { defaultText } from './definition.js';
import type { EditSchema } from './live-statement.js';
import { quoteLiteral, quoteName } from './quote.js';
import { withSavepoint } from './savepoint.js';

/**
 * Inside a transaction.
 * @returns false where it cannot be done so, and nothing has changed.
 */
export function editSchema(database: Connection, edit: EditSchema): boolean {
  if (database.isServer) return false;
  const work = () => {
    const before = factsOf(database, edit);
    const values = countDefaults(database, edit);
    if (!write(database, edit)) return false;
    // Rows that are older than a column have no value of it: they show the default, and a new one would change them.
    if (!sameRows(values, countDefaults(database, edit))) return false;
    return before === factsOf(database, edit) && isSound(database, edit);
  };
  return withSavepoint(database, 'rev_edit', work, (done) => done);
}

/** @returns false where the package or SQLite itself does not allow it. */
function write(database: Connection, { schema, sql, from }: EditSchema): boolean {
  database.allowSchemaWrites(true);
  try {
    database.exec('PRAGMA writable_schema = ON');
    if (pragma(database, 'writable_schema') !== 1) return false;
    const changed = database.prepare(`${sql} AND sql = ${quoteLiteral(from)}`)?.run();
    if (changed !== 1) return false;
    // Other connections, and the statements of this one, see that they must read the schema again.
    const version = pragma(database, `${quoteName(schema)}.schema_version`);
    database.exec(`PRAGMA ${quoteName(schema)}.schema_version = ${version + 1}`);
    return true;
  } catch (thrown) {
    // A full disk may have ended the transaction: nothing else can be tried in it.
    if (!database.inTransaction) throw thrown;
    return false;
  } finally {
    // It turns writing off, and this connection reads the schema again.
    database.exec('PRAGMA writable_schema = RESET');
    database.allowSchemaWrites(false);
  }
}

/** All that must be the same before and after: columns but for NOT NULL and defaults, indexes and their places. */
function factsOf(database: Connection, { schema, table }: EditSchema): string {
  const [name, database_] = [quoteLiteral(table), quoteLiteral(schema)];
  const queries = [
    `SELECT name, type, pk, hidden FROM pragma_table_xinfo(${name}, ${database_}) ORDER BY cid`,
    `SELECT name, "unique", origin, partial FROM pragma_index_list(${name}, ${database_}) ORDER BY name`,
    `SELECT type, name, rootpage FROM ${quoteName(schema)}.sqlite_schema ORDER BY rowid`,
  ];
  return JSON.stringify(queries.map((sql) => rowsOf(database, sql)));
}

/** For each column with a new default, how many rows are null and how many have the new default's value. */
function countDefaults(database: Connection, { schema, table, defaults }: EditSchema): Row {
  if (defaults.length === 0) return {};
  const counts = defaults.flatMap(({ column, value }, at) => {
    const name = quoteName(column);
    return [
      `count(*) FILTER (WHERE ${name} IS NULL) AS nulls${at}`,
      `count(*) FILTER (WHERE ${name} IS ${constant(value)} COLLATE BINARY) AS same${at}`,
    ];
  });
  const sql = `SELECT ${counts.join(', ')} FROM ${quoteName(schema)}.${quoteName(table)}`;
  return rowsOf(database, sql)[0] ?? {};
}

/** An expression is never what an older row shows. */
function constant(value: DefaultValue | null): string {
  return value?.kind === 'literal' ? defaultText(value) : 'NULL';
}

function sameRows(before: Row, after: Row): boolean {
  return Object.entries(before).every(([name, count]) => after[name] === count);
}

function isSound(database: Connection, { schema, table }: EditSchema): boolean {
  return columnOf(database, `PRAGMA ${quoteName(schema)}.quick_check(${quoteLiteral(table)})`)[0] === 'ok';
}
