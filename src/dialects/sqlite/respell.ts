/** To SQLite `Name` and `name` are one name: models that spell it otherwise than the database want no change. */

import { type Catalog, nameKey } from '../../catalog/index.js';
import { apply, type Operation } from '../../operations/index.js';
import { foldName } from './tokens.js';

/** The wanted catalog with tables, columns, indexes and views in the live spelling, wherever they are named. */
export function respell(wanted: Catalog, live: Catalog): Catalog {
  const operations: Operation[] = [];
  const liveNames = live.tables.map(({ name }) => name);
  for (const table of wanted.tables) {
    const name = spellingOf(table.name, liveNames);
    const found = live.tables.find((each) => each.name === name);
    if (!found) continue;
    const to = { schema: table.schema, name };
    if (name !== table.name) {
      // Another table of the models may have that very spelling: that is for others to refuse.
      if (wanted.tables.some((each) => nameKey(each) === nameKey(to))) continue;
      operations.push({ kind: 'renameTable', from: { schema: table.schema, name: table.name }, to });
    }
    const columnNames = found.columns.map((column) => column.name);
    const changes = table.columns.flatMap((column) => {
      const spelled = spellingOf(column.name, columnNames);
      const isTaken = table.columns.some((each) => each.name === spelled);
      return isTaken ? [] : [{ kind: 'renameColumn', from: column.name, to: spelled } as const];
    });
    if (changes.length > 0) operations.push({ kind: 'alterTable', table: to, changes });
    const indexNames = found.indexes.map((index) => index.name);
    for (const index of table.indexes) {
      const spelled = spellingOf(index.name, indexNames);
      if (table.indexes.some((each) => each.name === spelled)) continue;
      operations.push({ kind: 'renameIndex', table: to, from: index.name, to: spelled });
    }
  }
  const viewNames = live.views.map(({ name }) => name);
  for (const { schema, name, materialized } of wanted.views) {
    const spelled = spellingOf(name, viewNames);
    if (wanted.views.some((each) => each.name === spelled)) continue;
    operations.push({
      ...{ kind: 'renameView', from: { schema, name }, to: { schema, name: spelled } },
      materialized,
    });
  }
  return operations.length === 0 ? wanted : apply(operations, wanted);
}

function spellingOf(name: string, live: readonly string[]): string {
  if (live.includes(name)) return name;
  return live.find((each) => foldName(each) === foldName(name)) ?? name;
}
