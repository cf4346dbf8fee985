/** Which package opens a session, and what is done with one that the user hands in. */

import { RevError } from '../../../errors.js';
import type { ConnectOptions } from '../../dialect.js';
import type { Connection } from './connection.js';
import { adoptPglite, openPglite, type PgliteClient } from './pglite.js';
import { openPostgresJs, type PostgresJsClient } from './postgres-js.js';

/** @throws RevError REV_CONNECTION, REV_CONFIG (no such driver), REV_DRIVER_MISSING, REV_CONNECT, REV_AUTH, REV_URL */
export async function openConnection(options: ConnectOptions): Promise<Connection> {
  const { connection, driver } = options;
  if (connection !== undefined) {
    if (isPostgresJs(connection)) return openPostgresJs(options, connection);
    if (isPglite(connection)) return adoptPglite(connection);
    throw unknownConnection();
  }
  if (driver === 'pglite') return openPglite(options);
  if (driver === undefined || driver === 'postgres') return openPostgresJs(options);
  throw new RevError('REV_CONFIG', `There is no driver ${driver} for PostgreSQL.`, {
    hint: "In the configuration, leave driver out, or set it to 'postgres' or 'pglite'.",
  });
}

function isPostgresJs(connection: object): connection is PostgresJsClient {
  return 'reserve' in connection && 'options' in connection && 'end' in connection;
}

function isPglite(connection: object): connection is PgliteClient {
  return 'waitReady' in connection && 'exec' in connection && 'query' in connection;
}

function unknownConnection(): RevError {
  return new RevError('REV_CONNECTION', 'The connection is neither a client of postgres.js nor a PGlite.', {
    hint: [
      'Hand in the client itself: postgres(…) or new PGlite(…), or db.$client of their drizzle databases.',
      'A transaction (sql.begin) or a reserved session is none. For every other package: url.',
    ].join('\n'),
  });
}
