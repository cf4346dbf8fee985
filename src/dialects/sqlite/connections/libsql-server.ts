/**
 * A database on a libsql server. The libsql package opens one, too, but gives each statement outside of a transaction a
 * stream of its own: `foreign_keys = OFF` is lost there, without a word, and a rebuild would delete the children.
 */

import { RevError } from '../../../errors.js';
import type { Row } from '../../dialect.js';
import { statementsOf } from '../statements.js';
import { isWord, type Token } from '../tokens.js';
import type { Connection, Prepared } from './connection.js';
import {
  type HranaError,
  type HranaResult,
  HranaStream,
  type HranaValue,
  type ServerAddress,
} from './hrana.js';
import { SqliteError } from './result-codes.js';

export function openServer(address: ServerAddress): Connection {
  const stream = new HranaStream(address);
  let open = true;
  const run = (sql: string, statements: readonly (readonly Token[])[], params: readonly unknown[] = []) => {
    const inside = stream.inTransaction;
    // One alone is sent as it is: SQLite keeps the text of a definition with its comments.
    const texts =
      statements.length === 1
        ? [sql]
        : statements.map((tokens) => sql.slice(tokens[0]?.start, tokens.at(-1)?.end));
    const outcomes = stream.run(texts.map((text) => ({ sql: text, args: params.map(encode) })));
    const failed = outcomes.find(({ error }) => error !== null)?.error;
    if (inside && failed?.code === timedOut) throw cut(stream);
    if (failed) throw sqliteError(failed);
    const hasEnded = statements.some(
      ([first], at) => outcomes[at]?.result && isWord(first, 'commit', 'end', 'rollback'),
    );
    if (inside && !stream.inTransaction && !hasEnded) throw cut(stream);
    return outcomes.map(({ result }) => result ?? nothing);
  };
  return {
    isServer: true,
    get open() {
      return open;
    },
    get inTransaction() {
      return stream.inTransaction;
    },
    prepare(sql) {
      const statements = statementsOf(sql);
      const [tokens = []] = statements;
      if (statements.length !== 1) return null;
      return prepared(isReader(tokens), (params) => run(sql, statements, params)[0] ?? nothing);
    },
    exec(sql) {
      const statements = statementsOf(sql);
      if (statements.length > 0) run(sql, statements);
    },
    check: (statements) => stream.check(statements).map((error) => error && sqliteError(error)),
    allowSchemaWrites: () => {},
    close() {
      open = false;
      stream.close();
    },
  };
}

const nothing: HranaResult = { cols: [], rows: [], affected_row_count: 0 };
const timedOut = 'TRANSACTION_TIMEOUT';

function prepared(reader: boolean, run: (params: readonly unknown[] | undefined) => HranaResult): Prepared {
  const values = (result: HranaResult) => result.rows.map((row) => row.map(decode));
  return {
    reader,
    all(params) {
      const result = run(params);
      const names = result.cols.map(({ name }) => name ?? '');
      return values(result).map((row): Row => Object.fromEntries(row.map((value, at) => [names[at], value])));
    },
    values: (params) => values(run(params)),
    run: (params) => run(params).affected_row_count,
  };
}

/** By its words: to ask the server would be a round trip more. */
function isReader([first, ...rest]: readonly Token[]): boolean {
  const reads = isWord(first, 'select', 'values', 'with', 'pragma', 'explain');
  return (
    reads ||
    (isWord(first, 'insert', 'update', 'delete', 'replace') && rest.some((each) => isWord(each, 'returning')))
  );
}

function encode(value: unknown): HranaValue {
  if (value === null) return { type: 'null' };
  if (typeof value === 'bigint') return { type: 'integer', value: String(value) };
  if (typeof value === 'number' && Number.isFinite(value)) return { type: 'float', value };
  if (typeof value === 'string') return { type: 'text', value };
  if (value instanceof Uint8Array) return { type: 'blob', base64: Buffer.from(value).toString('base64') };
  if (typeof value === 'number')
    throw new TypeError(`A libsql server takes no ${value}: JSON has no form for it.`);
  throw new TypeError(`SQLite cannot bind a ${typeof value}.`);
}

function decode(value: HranaValue): unknown {
  switch (value.type) {
    case 'null':
      return null;
    case 'integer':
      return Number(value.value);
    case 'float':
      return value.value ?? Number.NaN;
    case 'text':
      return value.value;
    case 'blob':
      return Buffer.from(value.base64, 'base64');
  }
}

function cut(stream: HranaStream): RevError {
  stream.forget();
  return new RevError(
    'REV_LOCKED',
    'The server ended the transaction, and everything in it was rolled back: another connection waited to write.',
    {
      hint: [
        'A libsql server lets no transaction keep others waiting for more than 5 seconds.',
        'Run it again while nobody writes, or make less in one revision.',
      ].join('\n'),
    },
  );
}

const prefixes = /^(?:SQLite error|SQL input error|SQL string could not be parsed): /;

function sqliteError(error: HranaError): SqliteError {
  const message = error.message.replace(prefixes, '').replace(/ \(at offset \d+\)$/, '');
  return new SqliteError(message, codeOf(error, message), error);
}

/** The server tells the primary code, and not even that of every error. */
function codeOf({ code }: HranaError, message: string): string {
  const constraint = /^(NOT NULL|UNIQUE|CHECK|FOREIGN KEY) constraint failed/.exec(message)?.[1];
  if (constraint !== undefined) return `SQLITE_CONSTRAINT_${constraint.replace(' ', '')}`;
  if (code === timedOut) return 'SQLITE_BUSY';
  return code?.startsWith('SQLITE_') && code !== 'SQLITE_UNKNOWN' ? code : 'SQLITE_ERROR';
}
