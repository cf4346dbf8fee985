import type { Inspector } from '../dialect.js';
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
  return {
    primaryKey: primaryKey.length === 0 ? null : primaryKey,
    columnOf: (name) => columns.find((column) => column === name),
  };
};
