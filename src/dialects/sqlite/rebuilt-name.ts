/** The name of a table's successor while the table is rebuilt; the user never meets it. */

import type { Catalog } from '../../catalog/index.js';
import { foldName } from './tokens.js';

/** @param catalog what there is: the name is none of a table, view or index, which share their names. */
export function rebuiltName(table: string, catalog: Catalog): string {
  const taken = new Set(
    [
      ...catalog.tables.flatMap(({ name, indexes }) => [name, ...indexes.map((index) => index.name)]),
      ...catalog.views.map(({ name }) => name),
      ...catalog.uncompared.map(({ name }) => name.name),
    ].map(foldName),
  );
  for (let number = 1; ; number += 1) {
    const name = `_rev_new${number === 1 ? '' : number}_${table}`;
    if (!taken.has(foldName(name))) return name;
  }
}

/** Whether a statement begins the rebuild of a table. */
export function beginsRebuild(sql: string): boolean {
  return /^CREATE TABLE "_rev_new\d*_/.test(sql);
}

/** A message with the table's own name in the place of its successor's. */
export function withoutRebuiltName(message: string): string {
  return message.replaceAll(/\b_rev_new\d*_/g, '');
}
