import {
  type QualifiedName,
  sqlStatements,
  withoutSecrets,
  withoutSecretsOf,
  withoutValues,
} from '../../catalog/index.js';
import { RevError, shellWord } from '../../errors.js';
import { fillFirst } from '../../operations/index.js';
import { extensionOf } from './extension-names.js';
import { identifier } from './quote.js';

/**
 * What the server or the network says, as a RevError. Nothing here may carry a password or a value of a row: no
 * `cause` is kept (postgres.js hangs the query and its parameters on its errors), and texts that quote values are cut.
 */

/** Whom a session talks to, for messages. */
export interface Peer {
  /** `localhost:5432`, `[::1]:5432`, or the path of a socket. */
  readonly place: string;
  readonly user: string;
  readonly database: string;
}

/** Whose statement it was. */
interface Asking {
  readonly user?: string;
  /** Whether a statement may have set another role. */
  readonly maySetRole?: boolean;
}

interface ServerError {
  readonly code?: string;
  readonly message?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly position?: string;
  readonly schema_name?: string;
  readonly table_name?: string;
  readonly column_name?: string;
  readonly constraint_name?: string;
}

/** Why a session could not be opened: REV_CONNECT or REV_AUTH. */
export function connectFailure(error: unknown, peer: Peer): RevError {
  const { code = '', message = '' } = asServerError(error);
  const data = { server: peer.place, database: peer.database, user: peer.user, reason: code };
  if (code === '28P01' || code === '28000' || code === 'SASL_SIGNATURE_MISMATCH') {
    return new RevError(
      'REV_AUTH',
      `PostgreSQL at ${peer.place} refused user "${peer.user}" (database "${peer.database}"): ${message}.`,
      { hint: 'Check the user and the password of the URL, and the server’s pg_hba.conf.', data },
    );
  }
  if (code === '3D000') {
    return new RevError('REV_CONNECT', `There is no database "${peer.database}" at ${peer.place}.`, {
      hint: `createdb ${connectionFlags(peer)} ${shellWord(peer.database)}`,
      data,
    });
  }
  const noTls = /before secure TLS connection/.test(message) || /^(EPROTO|ERR_SSL_)/.test(code);
  const [reason, hint] = reasons[noTls ? 'TLS' : code] ?? [message || code || 'unknown reason', undefined];
  return new RevError(
    'REV_CONNECT',
    `Cannot connect to PostgreSQL at ${peer.place}, database "${peer.database}": ${reason}.`,
    { ...(hint === undefined ? {} : { hint }), data },
  );
}

const running = 'Is the server running, and are host and port of the URL right?';
const reasons: Readonly<Record<string, readonly [string, string]>> = {
  ECONNREFUSED: ['connection refused', running],
  ENOTFOUND: ['no such host', running],
  EAI_AGAIN: ['the name of the host could not be looked up', running],
  ENOENT: ['there is no such socket', running],
  ETIMEDOUT: ['no answer in time', running],
  CONNECT_TIMEOUT: ['no answer in time', running],
  EHOSTUNREACH: ['the host cannot be reached', running],
  ENETUNREACH: ['the network cannot be reached', running],
  ECONNRESET: ['the server closed the connection', running],
  CONNECTION_CLOSED: ['the server closed the connection', running],
  TLS: [
    'the URL asks for TLS, and the server does not speak it',
    'Is TLS on at the server (ssl = on)? Without it: ?sslmode=prefer or ?sslmode=disable in the URL.',
  ],
  '57P03': ['the server is starting up or shutting down', 'Try again in a moment.'],
};

/** Whether the session is gone, so that nothing more can be asked on it. */
export function isLost(error: unknown): boolean {
  const { code = '' } = asServerError(error);
  return /^(CONNECTION_|ECONN|EPIPE|ETIMEDOUT|08|57P0[1235])/.test(code);
}

export function lostFailure(peer: Peer): RevError {
  return new RevError(
    'REV_CONNECT',
    `The connection to PostgreSQL at ${peer.place}, database "${peer.database}", was lost.`,
    {
      hint: 'What was not committed is undone. Run the command again: it goes on from where it was.',
      data: { server: peer.place, database: peer.database, user: peer.user },
    },
  );
}

/** A refused statement: REV_STATEMENT, with the place in its text. */
export function statementFailure(error: unknown, statement: string, session: Asking = {}): RevError {
  const server = asServerError(error);
  const { code = '' } = server;
  const shown = (text: string) => withoutSecretsOf(statement, text);
  const place = server.position === undefined ? null : placeOf(statement, Number(server.position));
  const message = code.startsWith('22')
    ? hideQuoted(server.message ?? '')
    : shown(server.message ?? String(error));
  const where = place && statement.includes('\n') ? `line ${place.line}, column ${place.column}: ` : '';
  const excerpt = shortSql(statement, place?.line);
  // DETAIL of data errors (classes 22, 23, P0) quotes values of rows.
  const detail = /^(0A|2B|2F|3|42|5)/.test(code) && server.detail ? shown(server.detail) : undefined;
  const hints = [server.hint && shown(server.hint), hintFor(server, statement, session)].filter(
    (line) => line !== undefined,
  );
  const hint = hints.length === 0 ? undefined : hints.join('\n');
  const lines = [
    `${message}${code === '' ? '' : ` (SQLSTATE ${code})`}`,
    ...(detail === undefined ? [] : [`  ${detail.replaceAll('\n', '\n  ')}`]),
    `  ${where}${excerpt}`,
  ];
  return new RevError('REV_STATEMENT', lines.join('\n'), {
    ...(hint === undefined ? {} : { hint }),
    data: withoutUndefined({
      sqlstate: code === '' ? undefined : code,
      statement: excerpt,
      line: place?.line,
      column: place?.column,
      detail,
      schema: server.schema_name,
      table: server.table_name,
      columnName: server.column_name,
      constraint: server.constraint_name,
    }),
  });
}

function tableOf({ schema_name: schema, table_name: name }: ServerError): QualifiedName | undefined {
  return name === undefined ? undefined : { schema: schema === 'public' ? null : (schema ?? null), name };
}

/** What to do next, where the server does not say it. */
function hintFor(server: ServerError, statement: string, { user, maySetRole }: Asking) {
  const { code = '', message = '' } = server;
  if (code.startsWith('23') && /^commit\b/i.test(statement)) {
    return 'This was found at COMMIT: the constraint is deferred, and is checked when all statements have run. Nothing was committed.';
  }
  switch (code) {
    case '23502':
      return /^\s*alter table\b/i.test(statement)
        ? `Rows hold null there. ${fillFirst(tableOf(server), server.column_name)}`
        : undefined;
    case '42704': {
      const extension = extensionOf(/"([^"]+)"/.exec(message)?.[1] ?? '');
      return extension === undefined
        ? undefined
        : `It comes with the extension ${extension}: await op.execute('create extension if not exists ${extension}') before this. If the database has that, its schema must be in the search_path.`;
    }
    case '3F000': {
      const schema = /"(.+)"/.exec(message)?.[1];
      return schema === undefined
        ? undefined
        : `Make it first: create schema ${identifier(schema)}; For the version table (versionTableSchema) that is done by hand, before the first run.`;
    }
    case '42501': {
      const owner = user === undefined ? 'he user of the URL' : `he user of the URL, "${user}",`;
      const role = maySetRole ? `The role that was set before this, or else t${owner}` : `T${owner}`;
      return /^must be owner/.test(message)
        ? `${role} does not own it: use the owner in the URL, or make the user a member of the owner's role (GRANT owner TO user).`
        : `${role} lacks the privilege: its owner or a superuser can give it (GRANT … ON … TO …).`;
    }
    case '25001':
      return setsLevel.test(statement)
        ? [
            'The runner has read the version rows in this transaction: from the first query on its level stays.',
            "For all transactions: ALTER ROLE … SET default_transaction_isolation = 'serializable', or in the URL ?default_transaction_isolation=serializable",
          ].join('\n')
        : undefined;
    case '25006':
      return [
        'Something has made the transaction read only: SET TRANSACTION READ ONLY before this, or default_transaction_read_only of the role, the database or the URL.',
        'If the server is a standby (select pg_is_in_recovery()), use the URL of the primary server.',
      ].join('\n');
    case '53100':
      return "The server's disk is full: make room there, and run it again.";
    case '55006':
      return /pending trigger events/.test(message)
        ? "A deferred constraint has not been checked yet: await op.execute('set constraints all immediate') before this."
        : undefined;
    case '55P04':
      return 'Add the value in a revision of its own, and run without --atomic: it can be used once it is committed.';
    case '57014':
      return /statement timeout/.test(message)
        ? 'It took longer than it may: statementTimeout in the configuration, --statement-timeout, or the server’s own statement_timeout. 0 is no limit.'
        : undefined;
    case '55P03':
      return [
        'Another session holds a lock on it. Open transactions, the oldest first:',
        'select pid, state, xact_start, query from pg_stat_activity where xact_start is not null and pid <> pg_backend_pid() order by xact_start;',
        'Try again when it has ended, or wait longer: --lock-timeout.',
      ].join('\n');
    default:
      return undefined;
  }
}

const setsLevel = /\bset\s+(?:local\s+|session\s+)?transaction(?:_isolation|_deferrable)?\b/i;

/** Of a refused statement: it would have to be the first of a transaction, and outside of any it would do nothing. */
export function isTooLate(error: unknown): boolean {
  return error instanceof RevError && setsLevel.test(String(error.data.statement));
}

export function interrupted(): RevError {
  return new RevError('REV_INTERRUPTED', 'Interrupted: the running statement was cancelled.');
}

/** The SQLSTATE of a refused statement. */
export function sqlstateOf(error: unknown): string | undefined {
  if (error instanceof RevError) return error.data.sqlstate as string | undefined;
  return asServerError(error).code;
}

const excerptLength = 160;

/** A statement as one short line; where one on data is in it, no value is shown. */
function shortSql(statement: string, line?: number): string {
  const starts = sqlStatements(statement).map(([first]) => first?.text ?? '');
  const onData = starts.some((word) => !onStructure.test(word));
  const shown = onData ? withoutValues(statement) : withoutSecrets(statement);
  const atLine = line === undefined ? undefined : shown.split('\n')[line - 1];
  return oneLine(starts.length === 1 && onData ? shown : (atLine ?? shown));
}

const onStructure = /^(?:create|alter|drop|comment|set|begin|commit|savepoint|release|rollback)$/i;

/** What another session runs, which nobody here has written. */
export function othersSql(text: string): string {
  return oneLine(withoutValues(text));
}

function oneLine(text: string): string {
  const flat = text.trim().replace(/\s+/g, ' ');
  return flat.length > excerptLength ? `${flat.slice(0, excerptLength - 1)}…` : flat;
}

function hideQuoted(message: string): string {
  return message.replace(/: ".*$/s, ': "…"').replace(/(value|date|time) ".*?"/g, '$1 "…"');
}

/** PostgreSQL counts characters from 1; JavaScript UTF-16 units. */
function placeOf(statement: string, position: number): { line: number; column: number } | null {
  if (!Number.isSafeInteger(position) || position < 1) return null;
  const before = [...statement].slice(0, position - 1).join('');
  const lines = before.split('\n');
  return { line: lines.length, column: [...(lines.at(-1) ?? '')].length + 1 };
}

function asServerError(error: unknown): ServerError {
  return typeof error === 'object' && error !== null ? (error as ServerError) : {};
}

function withoutUndefined(data: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
}

function connectionFlags(peer: Peer): string {
  const colon = peer.place.lastIndexOf(':');
  if (colon < 0) return `-U ${shellWord(peer.user)}`;
  const [host, port] = [peer.place.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), peer.place.slice(colon + 1)];
  return `-h ${host} -p ${port} -U ${shellWord(peer.user)}`;
}
