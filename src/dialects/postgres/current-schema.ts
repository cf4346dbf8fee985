import type { QualifiedName } from '../../catalog/index.js';
import { RevError } from '../../errors.js';
import type { Driver } from '../dialect.js';
import { kindsOfTables } from './inspect.js';
import { literal } from './quote.js';

/**
 * The schema of names without one. A revision that makes the schema "$user", or a search_path that is another one than
 * before, moves it: then the version table is not in it any more, but still visible.
 */
export async function currentSchema(driver: Driver, { schema, name }: QualifiedName): Promise<string | null> {
  const [row] = await driver.query<{ current: string | null; found: string | null }>(`
    select current_schema() as current, (
      select n.nspname from unnest(current_schemas(false)) with ordinality as path (name, at)
        join pg_namespace as n on n.nspname = path.name join pg_class as c on c.relnamespace = n.oid
      where c.relname = ${literal(name)} and c.relkind in (${kindsOfTables}) order by path.at limit 1
    ) as found`);
  const { current = null, found = null } = row ?? {};
  if (schema !== null || found === null || found === current) return current;
  throw new RevError(
    'REV_CONFIG',
    `There is no ${name} in ${current}, the first schema of the search_path, but there is one in ${found}, which comes later in it.`,
    {
      hint: `Nothing was done. Say in the configuration which one is meant: versionTableSchema: '${found}' goes on with that one, versionTableSchema: '${current}' begins the history anew.`,
      data: { versionTable: name, found, current },
    },
  );
}
