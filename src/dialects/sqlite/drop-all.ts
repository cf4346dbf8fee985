/** Everything that is in a database, and its removal. */

import type { QualifiedName } from '../../catalog/index.js';
import type { Driver, Droppable, Scope } from '../dialect.js';
import { quoteIdentifier } from './quote.js';

/** Views first, then virtual tables, which take their own tables along. Indexes and triggers go with their tables. */
export async function droppable(
  driver: Driver,
  { includes }: Scope,
  tables: readonly QualifiedName[] = [],
): Promise<readonly Droppable[]> {
  const found = await driver.query<{ type: 'table' | 'view'; name: string }>(
    `SELECT type, name FROM sqlite_schema
    WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
      AND name NOT IN (SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow')
    ORDER BY type = 'table', rootpage <> 0, name`,
  );
  return found
    .filter(({ name }) => tables.some((each) => each.name === name) || includes({ schema: null, name }))
    .map(({ type, name }) => ({
      text: `${type} ${name}`,
      drop: { sql: `DROP ${type.toUpperCase()} ${quoteIdentifier(name)}` },
    }));
}

/** The transaction's own check refuses what would leave a foreign key or a view without its table. */
export async function dropAll(driver: Driver, objects: readonly Droppable[]): Promise<void> {
  await driver.runAll(objects.map(({ drop }) => drop));
}
