import type { Op } from './op.js';

/** A revision's functions, once its module has been evaluated. */
export interface RevisionFunctions {
  readonly upgrade: (op: Op) => unknown;
  readonly downgrade: ((op: Op) => unknown) | undefined;
}

/** What the runtime must know of a revision; where it comes from is not its business. */
export interface RevisionSource {
  readonly id: string;
  /** First line of what it says about itself. */
  readonly message: string;
  /** False: statements that cannot run in a transaction; nothing is rolled back if it fails. */
  readonly transactional: boolean;
  /** SHA-256 of the file, for the journal. */
  contentHash(): Promise<string>;
  /** Evaluates the module, at most once. Throws REV_REVISION_LOAD. */
  load(): Promise<RevisionFunctions>;
}
