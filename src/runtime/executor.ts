import type { Catalog } from '../catalog/index.js';
import type { DatabaseCallback } from '../dialects/dialect.js';
import type { Operation } from '../operations/index.js';

/** Where a revision's operations go: to a database, to a script, or nowhere but into a catalog in memory. */
export interface Executor {
  readonly offline: boolean;
  operation(operation: Operation): Promise<void>;
  /** Serves `op.db`. */
  readonly query: DatabaseCallback;
  /** The schema as it is at this point. */
  inspect(): Promise<Catalog>;
}
