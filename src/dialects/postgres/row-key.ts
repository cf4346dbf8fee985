import type { Inspector, RowKey } from '../dialect.js';
import { identifier } from './quote.js';

export const rowKey: Inspector['rowKey'] = async (driver, table) => {
  const found = await driver.values(
    `select a.attname, array_position(i.indkey::int2[], a.attnum) < i.indnkeyatts
     from pg_attribute as a left join pg_index as i on i.indrelid = a.attrelid and i.indisprimary
     where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped
     order by array_position(i.indkey::int2[], a.attnum), a.attnum`,
    [identifier(table)],
  );
  if (found.length === 0) return null;
  const columns = found.map(([column]) => String(column));
  const primaryKey = columns.filter((_column, at) => found[at]?.[1] === true);
  return keyOf(columns, primaryKey.length === 0 ? null : primaryKey);
};

export const rowKeyOf: Inspector['rowKeyOf'] = ({ columns, primaryKey }) =>
  keyOf(
    columns.map(({ name }) => name),
    primaryKey?.columns ?? null,
  );

function keyOf(columns: readonly string[], primaryKey: readonly string[] | null): RowKey {
  return { primaryKey, columnOf: (name) => columns.find((column) => column === name) };
}
