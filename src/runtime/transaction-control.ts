import type { Dialect } from '../dialects/dialect.js';
import { RevError } from '../errors.js';

const control =
  /^(begin|start transaction|commit|end|rollback(?! (?:work |transaction )?to)|abort|prepare transaction)\b/i;

/** The transaction belongs to the runner: version rows written after its end would say that all is done. */
export function refuseTransactionControl(
  sql: string,
  {
    dialect,
    caller,
  }: { readonly dialect: Pick<Dialect, 'statementsIn'>; readonly caller: 'revision' | 'hook' },
): void {
  // Most texts, and the long ones, have none of these words.
  if (!/\b(?:begin|transaction|commit|end|rollback|abort)\b/i.test(sql)) return;
  const found = dialect.statementsIn(sql).flatMap((statement) => control.exec(statement) ?? []);
  if (!found[0]) return;
  throw new RevError(
    'REV_OPERATION',
    `A ${caller === 'hook' ? 'function of runHooks' : 'revision'} cannot run ${found[0].toUpperCase()}: ${caller === 'hook' ? 'transactions are' : 'its transaction is'} the runner's.`,
    {
      hint: (caller === 'hook'
        ? ['Leave it out. Several changes that belong together: db.transaction(async (tx) => { … }).']
        : [
            'Leave it out. What cannot run in a transaction: op.autocommit(async () => { … }).',
            'Several changes that belong together, there: op.db.transaction(async (tx) => { … }).',
          ]
      ).join('\n'),
    },
  );
}

/** What a query of `op.db` is for its outermost transaction, which the dialects make a savepoint. */
export function savepointStep(sql: string): 'savepoint' | 'undo' | 'release' | null {
  const match = /^(savepoint|rollback to(?: savepoint)?|release(?: savepoint)?) (?:op_db|rev_db)_1$/i.exec(
    sql.trim(),
  );
  const word = match?.[1]?.toLowerCase();
  if (word === undefined) return null;
  if (word === 'savepoint') return 'savepoint';
  return word.startsWith('release') ? 'release' : 'undo';
}

/** `op.autocommit` inside of `op.db.transaction`. */
export function refuseInSavepoint(): never {
  throw new RevError('REV_OPERATION', 'op.autocommit was called inside of op.db.transaction.', {
    hint: 'Call it before or after: it ends the transaction that it is in.',
  });
}
