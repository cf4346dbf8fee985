import type { DatabaseIdentity, Driver } from '../dialect.js';
import type { PostgresSession } from './driver.js';

/** A pooler may know the database by another name: the server's own counts. */
export async function identify(driver: Driver): Promise<DatabaseIdentity> {
  const rows = await driver.values('select current_database()');
  const name = String(rows[0]?.[0]);
  return { name, text: `database "${name}" at ${(driver as PostgresSession).peer.place}` };
}
