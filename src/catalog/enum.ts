import type { QualifiedName } from './name.js';

/** An enumerated type; the order of its values is its sort order. */
export interface EnumType extends QualifiedName {
  readonly kind: 'enum';
  readonly values: readonly string[];
  /** Live-only: a table that is not compared has a column of it, so it is never dropped. */
  readonly usedElsewhere?: true;
}
