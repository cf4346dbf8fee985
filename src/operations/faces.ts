import type { Catalog } from '../catalog/index.js';
import type { Source } from './source.js';

/** An operation of any kind; a face that cares narrows it by its kind. */
export interface NextOperation {
  readonly kind: string;
}

/** What every kind of operation can do. A kind that lacks one does not compile (see operation.ts). */
export interface Faces<Self, Inverse = Self> {
  /** The operations that undo it, in order, or null where its definition does not hold enough to. */
  invert(operation: Self): readonly Inverse[] | null;
  /** The catalog afterwards. Throws REV_OPERATION where it does not fit the catalog. */
  apply(operation: Self, catalog: Catalog): Catalog;
  /** One line for a person. */
  describe(operation: Self): string;
  /** The TypeScript statement of a revision file that makes it. */
  render(operation: Self, source: Source): string;
  /**
   * What this operation and the one right after it come to, if that is less than the two: another operation, or none.
   * null: they stay as they are.
   */
  reduce(operation: Self, next: NextOperation): readonly (Self | Inverse)[] | null;
  /** What data cannot come back once it has run, as lines for a person; empty where nothing is lost. */
  losses(operation: Self): readonly string[];
}
