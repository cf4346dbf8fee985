import type { Dialect } from '../dialects/dialect.js';
import { RevError } from '../errors.js';

const callers = { revision: 'A revision', hook: 'A function of runHooks' } as const;

const control =
  /^(begin|start transaction|commit|end|rollback(?! (?:work |transaction )?to)|abort|prepare transaction)\b/i;

interface Asked {
  readonly dialect: Pick<Dialect, 'statementsIn'>;
  /** Whose statement it is. */
  readonly caller: 'revision' | 'hook';
}

/** Throws REV_OPERATION for what no revision and no hook can run, before any of it is sent. */
export function refuseUnrunnable(sql: string, asked: Asked): void {
  refuseTransactionControl(sql, asked);
  refuseCopy(sql, asked);
}

/** The transaction belongs to the runner: version rows written after its end would say that all is done. */
function refuseTransactionControl(sql: string, { dialect, caller }: Asked): void {
  // Most texts, and the long ones, have none of these words.
  if (!/\b(?:begin|transaction|commit|end|rollback|abort)\b/i.test(sql)) return;
  const found = dialect.statementsIn(sql).flatMap((statement) => control.exec(statement) ?? []);
  if (!found[0]) return;
  throw new RevError(
    'REV_OPERATION',
    `${callers[caller]} cannot run ${found[0].toUpperCase()}: ${caller === 'hook' ? 'transactions are' : 'its transaction is'} the runner's.`,
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

/** Nobody would send the rows, or take them: the server would wait for ever, with all locks of the transaction. */
function refuseCopy(sql: string, { dialect, caller }: Asked): void {
  if (!/\bcopy\b/i.test(sql)) return;
  const [found] = dialect.statementsIn(sql).flatMap((statement) => {
    const unquoted = statement.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, '""');
    return /^copy\b.*?\b((?:from|to)\s+(?:stdin|stdout))\b/is.exec(unquoted)?.[1] ?? [];
  });
  if (found === undefined) return;
  throw new RevError('REV_OPERATION', `${callers[caller]} cannot run COPY ${found.toUpperCase()}.`, {
    hint: 'Write the rows by op.bulkInsert. Many rows: load them beside the revisions, by \\copy of psql.',
  });
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
