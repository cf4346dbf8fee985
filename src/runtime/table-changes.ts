import { type Column, type Constraint, deepFreeze, type Identity } from '../catalog/index.js';
import { RevError } from '../errors.js';
import {
  type ColumnFacets,
  collationOf,
  type DefaultInput,
  defaultValue,
  identityOf,
  type SqlInput,
  sqlText,
  type TableChange,
} from '../operations/index.js';

/** What `alterColumn` can change; what is absent stays as it is. */
export interface ColumnChange {
  readonly type?: string;
  /** How old values become new ones where the type changes; absent: an assignment cast. */
  readonly using?: SqlInput;
  readonly nullable?: boolean;
  /** A JS value is a literal, sql`…` an expression, null none. */
  readonly default?: DefaultInput;
  readonly identity?: Identity['kind'] | Identity | null;
  readonly generated?: SqlInput | null;
  readonly stored?: boolean;
  readonly collation?: string;
}

/** Collects the changes of one table, in order: what `op.alterTable` hands to its callback. */
export class TableChanges {
  readonly #changes: TableChange[] = [];
  #done = false;

  addColumn(column: Column): void {
    this.#push({ kind: 'addColumn', column });
  }

  dropColumn(name: string): void {
    this.#push({ kind: 'dropColumn', name });
  }

  renameColumn(from: string, to: string): void {
    this.#push({ kind: 'renameColumn', from, to });
  }

  alterColumn(name: string, change: ColumnChange): void {
    const to: ColumnFacets = {
      ...(change.type === undefined ? {} : { type: change.type }),
      ...(change.nullable === undefined ? {} : { nullable: change.nullable }),
      ...(change.default === undefined ? {} : { default: defaultValue(change.default) }),
      ...(change.identity === undefined ? {} : { identity: identityOf(change.identity) }),
      ...(change.generated === undefined
        ? {}
        : {
            generated:
              change.generated === null
                ? null
                : { expression: sqlText(change.generated), stored: change.stored ?? true },
          }),
      ...(change.collation === undefined ? {} : { collation: collationOf(change.collation, name) }),
    };
    this.#push({
      kind: 'alterColumn',
      name,
      to,
      ...(change.using === undefined ? {} : { using: sqlText(change.using) }),
    });
  }

  addConstraint(constraint: Constraint): void {
    this.#push({ kind: 'addConstraint', constraint });
  }

  /** By name; a constraint without a name (SQLite) by its definition, as the factories make it. */
  dropConstraint(constraint: string | Constraint): void {
    this.#push(
      typeof constraint === 'string'
        ? { kind: 'dropConstraint', name: constraint }
        : { kind: 'dropConstraint', name: constraint.name, was: constraint },
    );
  }

  renameConstraint(from: string, to: string): void {
    this.#push({ kind: 'renameConstraint', from, to });
  }

  /** The changes so far. */
  done(): readonly TableChange[] {
    this.#done = true;
    return deepFreeze([...this.#changes]);
  }

  #push(change: TableChange): void {
    if (this.#done) {
      throw new RevError(
        'REV_OPERATION',
        'A change was named after the callback of alterTable had returned.',
        {
          hint: 'Name every change inside of the callback, without waiting for anything.',
        },
      );
    }
    this.#changes.push(change);
  }
}
