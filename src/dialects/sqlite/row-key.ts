import type { Inspector } from '../dialect.js';
import { foldName } from './tokens.js';

/** To SQLite `ID` and `id` are one name. So is `rowid`, where the primary key is one integer that has no index of its own. */
export const rowKey: Inspector['rowKey'] = async (driver, { schema, name }) => {
  const table = [name, ...(schema === null ? [] : [schema])];
  const places = table.map(() => '?').join(', ');
  const found = await driver.values(
    `SELECT name, pk, type FROM pragma_table_xinfo(${places}) ORDER BY pk, cid`,
    table,
  );
  if (found.length === 0) return null;
  const columns = found.map(([column, place, type]) => ({
    column: String(column),
    isKey: Number(place) > 0,
    type: String(type),
  }));
  const key = columns.filter(({ isKey }) => isKey);
  const [[isWithoutRowid, isIndexed] = []] = await driver.values(
    `SELECT (SELECT max(wr) FROM pragma_table_list(?)),
            EXISTS (SELECT 1 FROM pragma_index_list(${places}) WHERE origin = 'pk')`,
    [name, ...table],
  );
  const [only, more] = key;
  const isRowid = only && !more && foldName(only.type) === 'integer' && Number(isIndexed) === 0;
  return {
    primaryKey: only ? key.map(({ column }) => column) : null,
    columnOf(wanted) {
      const named = columns.find(({ column }) => foldName(column) === foldName(wanted));
      if (named) return named.column;
      if (Number(isWithoutRowid) === 1 || !['rowid', 'oid', '_rowid_'].includes(foldName(wanted)))
        return undefined;
      return isRowid ? only.column : 'rowid';
    },
  };
};
