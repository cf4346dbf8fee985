/** What a project itself decides about differences, before and after the diff. */

import type { Catalog, Column, DefaultValue, QualifiedName, Table } from '../catalog/index.js';
import { makeCatalog, nameKey } from '../catalog/index.js';
import { RevError, thrownText } from '../errors.js';
import { apply, misread, type Operation, operationOf } from '../operations/index.js';
import type { DiffRules } from './rules.js';

/** One column of a table that both sides have, where the two differ. */
export interface ColumnDifference<T> {
  /** `schema: null` is the default schema. */
  readonly table: QualifiedName;
  readonly column: string;
  /** In the database. */
  readonly actual: T;
  /** In the models. */
  readonly wanted: T;
}

export interface AutogenerateHooks {
  /** Types that differ: false takes them as equal. */
  readonly compareType?: ((difference: ColumnDifference<string>) => boolean | undefined) | undefined;
  /** Defaults that differ: false takes them as equal. */
  readonly compareDefault?:
    | ((difference: ColumnDifference<DefaultValue | null>) => boolean | undefined)
    | undefined;
  /** The operations that are written in the place of those that were found. */
  readonly rewrite?:
    | ((
        operations: readonly Operation[],
        context: { readonly actual: Catalog; readonly wanted: Catalog },
      ) => readonly Operation[])
    | undefined;
}

/** The wanted catalog, with the database's type or default wherever a hook takes the two as equal. */
export function withEqualColumns(
  actual: Catalog,
  wanted: Catalog,
  rules: DiffRules,
  hooks: AutogenerateHooks,
): Catalog {
  const { compareType, compareDefault } = hooks;
  if (!compareType && !compareDefault) return wanted;
  const live = new Map(actual.tables.map((table) => [nameKey(table), table]));
  const tables = wanted.tables.map((table): Table => {
    const found = live.get(nameKey({ ...table, name: rules.storedName(table.name) }));
    if (!found) return table;
    const before = new Map(found.columns.map((column) => [column.name, column]));
    const columns = table.columns.map((column): Column => {
      const known = before.get(rules.storedName(column.name));
      if (!known) return column;
      const of = <T>(actual: T, wanted: T): ColumnDifference<T> => ({
        table: { schema: table.schema, name: table.name },
        column: column.name,
        actual,
        wanted,
      });
      const sameType =
        !rules.equalTypes(known.type, column.type) &&
        asked('compareType', () => compareType?.(of(known.type, column.type))) === false;
      const sameDefault =
        !rules.equalDefaults(known.default, column.default, column) &&
        asked('compareDefault', () => compareDefault?.(of(known.default, column.default))) === false;
      return {
        ...column,
        ...(sameType ? { type: known.type } : {}),
        ...(sameDefault ? { default: known.default } : {}),
      };
    });
    return { ...table, columns };
  });
  return makeCatalog({ ...wanted, tables });
}

/** The operations as `rewrite` leaves them. Throws REV_CONFIG where they do not fit the database. */
export function rewritten(
  operations: readonly Operation[],
  actual: Catalog,
  wanted: Catalog,
  hooks: AutogenerateHooks,
): readonly Operation[] {
  const { rewrite } = hooks;
  if (!rewrite || operations.length === 0) return operations;
  const result: unknown = asked('rewrite', () => rewrite(operations, { actual, wanted }));
  if (!Array.isArray(result)) {
    throw new RevError(
      'REV_CONFIG',
      `autogenerate.rewrite returned ${typeof result}, not a list of operations.`,
      {
        hint: 'Return the operations that it is given, without those that are not wanted, or with others.',
      },
    );
  }
  let returned: readonly Operation[];
  try {
    returned = result.map((each) => operationOf(each, 'it holds'));
    returned.reduce((before, operation) => {
      try {
        return apply([operation], before);
      } catch (error) {
        throw misread(error, operation, 'it holds');
      }
    }, actual);
  } catch (thrown) {
    if (!(thrown instanceof RevError)) throw thrown;
    throw new RevError(
      'REV_CONFIG',
      `What autogenerate.rewrite returned does not fit the database: ${thrown.message}`,
      {
        hint: 'An operation that another one needs may be missing, or they are out of order.',
        cause: thrown,
      },
    );
  }
  return returned;
}

/** A hook is the user's own code: what it throws is told by its name. */
function asked<T>(name: keyof AutogenerateHooks, hook: () => T): T {
  try {
    return hook();
  } catch (cause) {
    const message = thrownText(cause);
    throw new RevError('REV_CONFIG', `autogenerate.${name} of the configuration threw: ${message}`, {
      hint: 'With --debug its stack is shown.',
      cause,
    });
  }
}
