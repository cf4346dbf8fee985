import { displayName } from '../catalog/index.js';
import type { Dialect } from '../dialects/dialect.js';
import { RevError } from '../errors.js';
import type { Operation } from '../operations/index.js';

/**
 * Whether the values of an operation can be bound, before any of it is run or printed. What an operation of the project
 * or `op.db` sends is looked at where it is bound.
 * @throws RevError REV_OPERATION, with the column, or the place in the statement
 */
export function checkValues(operation: Operation, { bindable }: Pick<Dialect, 'bindable'>): void {
  const check = (value: unknown, place: () => string) => {
    try {
      bindable(value);
    } catch (error) {
      if (!(error instanceof RevError)) throw error;
      const { code, message, hint } = error;
      throw new RevError(code, `${place()}: ${message}`, hint === undefined ? {} : { hint });
    }
  };
  const checkAll = (values: readonly unknown[], place: string) => {
    for (const [at, value] of values.entries()) check(value, () => `Value ${at + 1} of ${place}`);
  };
  switch (operation.kind) {
    case 'insert': {
      const { table, columns, rows } = operation;
      for (const [at, row] of rows.entries()) {
        for (const [place, column] of columns.entries())
          check(row[place], () => `Column ${column} of ${displayName(table)}, row ${at + 1}`);
      }
      break;
    }
    case 'backfill': {
      const table = displayName(operation.table);
      for (const { column, value } of operation.set)
        for (const each of value.values) check(each, () => `Column ${column} of ${table}`);
      checkAll(operation.where?.values ?? [], `the backfill's condition for ${table}`);
      break;
    }
    case 'execute':
      checkAll(operation.sql.values, 'the statement');
      break;
  }
}
