import type { Connection } from './connections/connection.js';

/** Does the work inside of a transaction, and keeps what it has changed only where `keeps` says so of its result. */
export function withSavepoint<T>(
  database: Connection,
  name: string,
  work: () => T,
  keeps: (result: T) => boolean,
): T {
  database.exec(`SAVEPOINT ${name}`);
  let kept = false;
  try {
    const result = work();
    kept = keeps(result);
    return result;
  } finally {
    // Some errors, as that of a full disk, have ended the transaction itself.
    if (database.inTransaction)
      database.exec(kept ? `RELEASE ${name}` : `ROLLBACK TO ${name}; RELEASE ${name}`);
  }
}
