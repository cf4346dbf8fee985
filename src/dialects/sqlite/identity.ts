import { basename } from 'node:path';
import type { DatabaseIdentity, Driver } from '../dialect.js';
import type { SqliteSession } from './driver.js';
import { memory, realPath } from './location.js';

/** Two files may have one name, and one file several paths: what tells them apart is where it really is. */
export async function identify(driver: Driver): Promise<DatabaseIdentity> {
  const { path, connection } = driver as SqliteSession;
  if (path === memory) return { name: 'memory', text: 'the database in memory' };
  if (connection.isServer) return { name: path, text: path };
  return { name: basename(path), text: path, place: realPath(path) };
}
