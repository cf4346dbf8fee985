import type { Catalog } from '../catalog/index.js';
import type { DatabaseCallback } from '../dialects/dialect.js';
import type { Operation } from '../operations/index.js';

/** Where a revision's operations go: to a database, to a script, or nowhere but into a catalog in memory. */
export interface Executor {
  readonly offline: boolean;
  operation(operation: Operation): Promise<void>;
  /** Serves `op.db`. */
  readonly query: DatabaseCallback;
  /** Ends the transaction, does the work outside of any, and begins another one. */
  autocommit(work: () => Promise<void>): Promise<void>;
  /** The schema as it is at this point. */
  inspect(): Promise<Catalog>;
}
