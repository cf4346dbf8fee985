import type { Inspector, RowKey } from '../dialect.js';
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
  const columns = found.map(([column]) => String(column));
  const key = found.filter(([, place]) => Number(place) > 0);
  const [[isWithoutRowid, isIndexed] = []] = await driver.values(
    `SELECT (SELECT max(wr) FROM pragma_table_list(?)),
            EXISTS (SELECT 1 FROM pragma_index_list(${places}) WHERE origin = 'pk')`,
    [name, ...table],
  );
  return keyOf({
    columns,
    primaryKey: key.map(([column]) => String(column)),
    hasRowid: Number(isWithoutRowid) !== 1,
    isRowid: key.length === 1 && isInteger(String(key[0]?.[2])) && Number(isIndexed) === 0,
  });
};

export const rowKeyOf: Inspector['rowKeyOf'] = ({ columns, primaryKey, live }) => {
  const key = primaryKey?.columns ?? [];
  const [first] = columns.filter(({ name }) => foldName(name) === foldName(key[0] ?? ''));
  const hasRowid = live?.withoutRowid !== true;
  return keyOf({
    columns: columns.map(({ name }) => name),
    primaryKey: key,
    hasRowid,
    isRowid: hasRowid && key.length === 1 && first !== undefined && isInteger(first.type),
  });
};

function isInteger(type: string): boolean {
  return foldName(type) === 'integer';
}

function keyOf({
  columns,
  primaryKey,
  hasRowid,
  isRowid,
}: {
  readonly columns: readonly string[];
  readonly primaryKey: readonly string[];
  readonly hasRowid: boolean;
  /** Its one column is the rowid by another name. */
  readonly isRowid: boolean;
}): RowKey {
  return {
    primaryKey: primaryKey.length === 0 ? null : primaryKey,
    columnOf(wanted) {
      const named = columns.find((column) => foldName(column) === foldName(wanted));
      if (named !== undefined) return named;
      if (!hasRowid || !['rowid', 'oid', '_rowid_'].includes(foldName(wanted))) return undefined;
      return isRowid ? primaryKey[0] : 'rowid';
    },
  };
}
