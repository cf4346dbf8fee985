/** SQLite's result codes (its manual, "Result and Error Codes") where only their number is given, or less. */

const primary: Readonly<Record<number, string>> = {
  3: 'SQLITE_PERM',
  5: 'SQLITE_BUSY',
  6: 'SQLITE_LOCKED',
  7: 'SQLITE_NOMEM',
  8: 'SQLITE_READONLY',
  9: 'SQLITE_INTERRUPT',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  17: 'SQLITE_SCHEMA',
  18: 'SQLITE_TOOBIG',
  19: 'SQLITE_CONSTRAINT',
  20: 'SQLITE_MISMATCH',
  23: 'SQLITE_AUTH',
  26: 'SQLITE_NOTADB',
};

/** The extended codes of constraints, from 1. */
const constraints = [
  'CHECK',
  'COMMITHOOK',
  'FOREIGNKEY',
  'FUNCTION',
  'NOTNULL',
  'PRIMARYKEY',
  'TRIGGER',
  'UNIQUE',
  'VTAB',
  'ROWID',
  'PINNED',
  'DATATYPE',
];

/** An error with SQLite's code by its name, as better-sqlite3 has it. */
export class SqliteError extends Error {
  readonly code: string;

  /** @param resultCode its number or its name. */
  constructor(message: string, resultCode: number | string, cause: unknown) {
    super(message, { cause });
    this.name = 'SqliteError';
    this.code = typeof resultCode === 'number' ? codeName(resultCode) : resultCode;
  }
}

function codeName(code: number): string {
  const name = primary[code & 0xff] ?? 'SQLITE_ERROR';
  const constraint = name === 'SQLITE_CONSTRAINT' ? constraints[(code >> 8) - 1] : undefined;
  return constraint === undefined ? name : `${name}_${constraint}`;
}
