import type { QualifiedName } from './name.js';

/** Options of a sequence or an identity column; whole numbers as decimal strings (bigint range). Absent: the type's default. */
export interface SequenceOptions {
  readonly start?: string;
  readonly increment?: string;
  readonly minValue?: string;
  readonly maxValue?: string;
  readonly cache?: string;
  readonly cycle?: boolean;
}

/** A free-standing sequence: not one that belongs to a serial or identity column. */
export interface Sequence extends QualifiedName {
  readonly kind: 'sequence';
  /** smallint, integer or bigint; undefined: the models cannot say (drizzle), bigint on creation. */
  readonly type?: string;
  readonly options: SequenceOptions;
  /** Live-only: a table that is not compared takes numbers from it, so it is never dropped. */
  readonly usedElsewhere?: true;
}
