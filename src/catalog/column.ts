import type { QualifiedName } from './name.js';
import type { SequenceOptions } from './sequence.js';
import type { DefaultValue } from './value.js';

/**
 * How a column numbers itself. `autoincrement` is SQLite's AUTOINCREMENT; `always` and `byDefault` are SQL identity.
 * A PostgreSQL `serial` is no identity: it is the type `serial` (smallserial, bigserial) with no default.
 */
export type Identity =
  | { readonly kind: 'autoincrement' }
  | {
      readonly kind: 'always' | 'byDefault';
      readonly options: SequenceOptions;
      /** Only where the name is not `<table>_<column>_seq`. */
      readonly sequenceName?: string;
    };

export interface Generated {
  readonly expression: string;
  readonly stored: boolean;
}

export interface Column {
  readonly name: string;
  /** SQL type text: what the models say, or what the database prints (PostgreSQL: format_type). */
  readonly type: string;
  /** The enum that the type (or its element type) is, so that order and renames can follow it. Never compared. */
  readonly enum?: QualifiedName;
  readonly nullable: boolean;
  readonly default: DefaultValue | null;
  readonly identity: Identity | null;
  readonly generated: Generated | null;
  /** Live-only: undefined where the models cannot say it, and then kept as it is. */
  readonly collation?: string;
}
