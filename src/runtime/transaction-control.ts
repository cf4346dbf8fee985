import { RevError } from '../errors.js';

/** The transaction belongs to the runner: version rows written after its end would say that all is done. */
export function refuseTransactionControl(sql: string, caller: 'revision' | 'hook'): void {
  const bare = sql.replace(
    /--[^\n]*|\/\*[\s\S]*?\*\/|e'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|(\$\w*\$)[\s\S]*?\1/gi,
    ' ',
  );
  // The bodies of triggers and functions have a BEGIN and an END of their own.
  if (/^\s*(?:do\b|create\b[^;]*?\b(?:trigger|function|procedure)\b)/i.test(bare)) return;
  const found =
    /(?:^|;)\s*(begin|start\s+transaction|commit|end|rollback(?!\s+(?:work\s+|transaction\s+)?to)|abort)\b/i.exec(
      bare,
    );
  if (!found?.[1]) return;
  throw new RevError(
    'REV_OPERATION',
    `A ${caller === 'hook' ? 'function of runHooks' : 'revision'} cannot run ${found[1].toUpperCase()}: ${caller === 'hook' ? 'transactions are' : 'its transaction is'} the runner's.`,
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
