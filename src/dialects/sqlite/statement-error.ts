/** What SQLite throws, as RevErrors: its own message and the statement, never a bound value. */

import { beginningWithoutSecrets, withoutSecretsOf } from '../../catalog/index.js';
import { RevError, type RevErrorCode } from '../../errors.js';
import { fillFirst } from '../../operations/index.js';
import { withoutRebuiltName } from './rebuilt-name.js';
import { statementsOf } from './statements.js';
import { isWord } from './tokens.js';

const longest = 500;

interface Kind {
  readonly code: RevErrorCode;
  readonly hint?: string;
}

/** By the beginning of SQLite's own result code. */
const kinds: readonly (readonly [prefix: string, kind: Kind])[] = [
  [
    'SQLITE_BUSY',
    { code: 'REV_LOCKED', hint: 'Another process writes to the database. Run it again when that is done.' },
  ],
  ['SQLITE_LOCKED', { code: 'REV_LOCKED', hint: 'A statement of this process still reads the table.' }],
  [
    'SQLITE_READONLY',
    { code: 'REV_CONNECT', hint: 'Make the database file and its folder writable for this user.' },
  ],
  [
    'SQLITE_PERM',
    { code: 'REV_CONNECT', hint: 'Make the database file and its folder writable for this user.' },
  ],
  [
    'SQLITE_CANTOPEN',
    {
      code: 'REV_CONNECT',
      hint: 'Check the path, and that this user may read and write the file and its folder.',
    },
  ],
  [
    'SQLITE_NOTADB',
    { code: 'REV_CONNECT', hint: 'The file is no SQLite database, or it is encrypted. Check the URL.' },
  ],
  [
    'SQLITE_CORRUPT',
    {
      code: 'REV_STATEMENT',
      hint: 'The database file is damaged: restore a backup, or try `sqlite3 FILE .recover`.',
    },
  ],
  [
    'SQLITE_FULL',
    {
      code: 'REV_STATEMENT',
      hint: 'The disk is full. Make room, and run it again. Nothing of this transaction was kept.',
    },
  ],
  [
    'SQLITE_IOERR',
    {
      code: 'REV_STATEMENT',
      hint: 'The file could not be read or written. If the disk is full, or a quota is used up, make room, and run it again. Nothing of this transaction was kept.',
    },
  ],
];

/** The RevError for whatever a statement threw. */
export function statementError(thrown: unknown, sql: string): RevError {
  if (thrown instanceof RevError) return thrown;
  const sqliteCode = codeOf(thrown);
  const kind = kinds.find(([prefix]) => sqliteCode?.startsWith(prefix))?.[1];
  const message = withoutSecretsOf(sql, messageOf(thrown));
  const statement = shorten(sql);
  const isCopy = sqliteCode === 'SQLITE_CONSTRAINT_NOTNULL' && withoutRebuiltName(sql) !== sql;
  const hint = isCopy
    ? nullInRebuild(message)
    : (kind?.hint ?? goneColumn(message, sql) ?? onlyOfApplication(message));
  return new RevError(kind?.code ?? 'REV_STATEMENT', `${message}\n  in: ${statement}`, {
    ...(hint === undefined ? {} : { hint }),
    data: { statement, ...(sqliteCode === undefined ? {} : { sqliteCode }) },
    cause: thrown,
  });
}

/** A rebuild copies rows: one that is null where the new table does not take it. */
function nullInRebuild(message: string): string {
  const [, name, column] = /NOT NULL constraint failed: (.+)\.(.+)$/m.exec(message) ?? [];
  return `Rows hold null there. ${fillFirst(name === undefined ? undefined : { schema: null, name }, column)}`;
}

/** A definition with a mistyped name; or it is made anew, after a rebuild or in it, and names a column that is dropped. */
function goneColumn(message: string, sql: string): string | undefined {
  const [, column] = /^no such column: "?(.+?)"?(?: - should this be .*)?$/m.exec(message) ?? [];
  if (column === undefined || !/^create (?:unique )?(?:index|table)\b/i.test(sql)) return undefined;
  const what = /index\b/i.test(sql.slice(0, 20))
    ? 'this index: op.dropIndex'
    : 'the check or column that names it';
  return `Mend the name if it is mistyped. If the revision drops ${column}, let it first drop ${what}.`;
}

/** What is no part of the database file: whoever opens it has to bring it along. */
function onlyOfApplication(message: string): string | undefined {
  const [, what] = /\b(?:no such|unknown) (function|collation sequence|module):/.exec(message) ?? [];
  if (what === undefined) return undefined;
  return `Is the name right? A ${what} that the application registers is known only on its own connection: let the application run the revisions, and hand that in (upgrade({ connection })).`;
}

/** How a transaction was ended by a statement inside it. */
export type TransactionEnd = 'commit' | 'rollback';

/** The RevError for a statement that ended the transaction: in what it says, or (`thrown`) as it failed. */
export function endedError(sql: string, end: TransactionEnd, thrown?: unknown): RevError {
  const what = end === 'commit' ? 'what came before it is committed' : 'everything was rolled back';
  const hint = 'Leave COMMIT, ROLLBACK and ON CONFLICT ROLLBACK out of revisions.';
  if (thrown === undefined) {
    const statement = shorten(sql);
    return new RevError('REV_STATEMENT', `A statement ended the transaction: ${what}.\n  in: ${statement}`, {
      hint,
      data: { statement },
    });
  }
  if (thrown instanceof RevError) return thrown;
  const error = statementError(thrown, sql);
  return new RevError(error.code, `${error.message}\nThe statement ended the transaction: ${what}.`, {
    hint: error.hint ?? hint,
    data: error.data,
    cause: thrown,
  });
}

/** By which of its statements a text ended the transaction; one that has none for it ended it by a conflict. */
export function transactionEnd(sql: string): TransactionEnd {
  for (const [first, second, third] of statementsOf(sql)) {
    if (isWord(first, 'commit', 'end')) return 'commit';
    if (isWord(first, 'rollback') && !isWord(isWord(second, 'transaction') ? third : second, 'to')) {
      return 'rollback';
    }
  }
  return 'rollback';
}

/** The RevError for whatever opening a database threw. */
export function connectError(thrown: unknown, path: string): RevError {
  if (thrown instanceof RevError) return thrown;
  const sqliteCode = codeOf(thrown);
  const kind = kinds.find(([prefix]) => sqliteCode?.startsWith(prefix))?.[1];
  const code = kind?.code === 'REV_LOCKED' ? 'REV_LOCKED' : 'REV_CONNECT';
  return new RevError(code, `Cannot open ${path}: ${messageOf(thrown)}.`, {
    hint: kind?.hint ?? 'Check the path, and that this user may read and write the file and its folder.',
    ...(sqliteCode === undefined ? {} : { data: { sqliteCode } }),
    cause: thrown,
  });
}

/** On a server there is no file beside the database. @throws RevError REV_UNSUPPORTED. */
export function refuseOnServer(): never {
  throw new RevError(
    'REV_UNSUPPORTED',
    'A libsql server has no lock between transactions, and no file to copy.',
    {
      hint: [
        'A revision stays in its transaction there: leave out `transactional = false` and op.autocommit, and make several of it.',
        'Backups and restores are made with the means of the server; `reset --drop` is for files.',
      ].join('\n'),
    },
  );
}

export function isBusy(thrown: unknown): boolean {
  return codeOf(thrown)?.startsWith('SQLITE_BUSY') === true;
}

export function isCorrupt(thrown: unknown): boolean {
  return codeOf(thrown)?.startsWith('SQLITE_CORRUPT') === true;
}

function codeOf(thrown: unknown): string | undefined {
  const code = (thrown as { code?: unknown } | null)?.code;
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : undefined;
}

function messageOf(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  // The user knows the table by its own name, not by that of its successor during a rebuild.
  return withoutRebuiltName(message);
}

function shorten(sql: string): string {
  const text = beginningWithoutSecrets(withoutRebuiltName(sql.trim()));
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
