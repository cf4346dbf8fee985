import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { RevError, type RevErrorCode } from '../../errors.js';
import type { BackupOptions } from '../dialect.js';
import type { ConnectionSettings } from './connections/connection.js';
import type { PostgresSession } from './driver.js';
import { findPooler, programsAtPooler } from './pooler.js';

/**
 * PostgreSQL's own programs. All that they are to know of the connection they are told by the environment (its manual,
 * "Environment Variables" of libpq): other users of the machine can read the arguments of a process.
 */

export type ProgramName = 'pg_dump' | 'pg_restore' | 'psql';

export interface Started {
  readonly child: ChildProcess;
  /** Once it has ended. Rejects where it failed, with what it said. */
  readonly ended: Promise<void>;
}

/** Where they go to. */
interface Target {
  /** Its version. */
  readonly server: string;
  readonly password: string;
  readonly environment: NodeJS.ProcessEnv;
}

export class ClientPrograms {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #secret: string;
  readonly #options: BackupOptions;
  readonly #server: string;
  readonly #code: RevErrorCode;

  private constructor(
    { server, password, environment }: Target,
    { options, code }: { readonly options: BackupOptions; readonly code: RevErrorCode },
  ) {
    this.#environment = environment;
    this.#secret = password;
    this.#options = options;
    this.#server = server;
    this.#code = code;
  }

  /**
   * Throws REV_UNSUPPORTED where they cannot reach the session's database, REV_POOLER where they would change others' sessions.
   * @param code of what they fail with.
   */
  static async open(
    driver: PostgresSession,
    options: BackupOptions,
    code: RevErrorCode,
  ): Promise<ClientPrograms> {
    const { settings, serverVersion: server } = driver;
    if (!settings) {
      throw new RevError(
        'REV_UNSUPPORTED',
        'A database in this process has no server that pg_dump could ask.',
        {
          hint: 'Nothing was done. Copy its folder while nothing runs, or ask the database itself for a dump (PGlite: dumpDataDir).',
        },
      );
    }
    if ((await findPooler(driver)) === 'of transactions') throw programsAtPooler(driver);
    const given: unknown = typeof settings.pass === 'function' ? await settings.pass() : settings.pass;
    const password = typeof given === 'string' ? given : '';
    const environment = { ...inherited(), ...connectionEnvironment(settings, password) };
    return new ClientPrograms({ server, password, environment }, { options, code });
  }

  /** Throws where a program is missing, or is older than the server: it would not know all that is in it. */
  async check(...names: readonly ProgramName[]): Promise<void> {
    for (const name of names) {
      const version = /\(PostgreSQL\) (\d+)(\S*)/.exec(await this.read(name, ['--version']));
      if (Number(version?.[1] ?? 0) >= major(this.#server)) continue;
      const found = version ? `of PostgreSQL ${version[1]}${version[2]}` : 'of an unknown version';
      throw new RevError(
        this.#code,
        `${this.#path(name)} is ${found}, and the server is ${this.#server}: it must not be older.`,
        { hint: this.#hint, data: { program: name, server: this.#server } },
      );
    }
  }

  /** Runs one to its end; returns what it wrote to its stdout. */
  async read(name: ProgramName, args: readonly string[]): Promise<string> {
    const { child, ended } = this.start(name, args, ['ignore', 'pipe', 'pipe']);
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    await ended;
    return text;
  }

  /** Runs one to its end; nobody reads its stdout. */
  run(name: ProgramName, args: readonly string[]): Promise<void> {
    return this.start(name, args, ['ignore', 'ignore', 'pipe']).ended;
  }

  start(name: ProgramName, args: readonly string[], stdio: StdioOptions): Started {
    const { signal } = this.#options;
    const child = spawn(this.#path(name), args, { env: this.#environment, stdio, windowsHide: true });
    const stop = () => void child.kill();
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
    const ended = new Promise<void>((resolve, reject) => {
      let said = '';
      child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
        said = (said + chunk).slice(-20_000);
      });
      child.on('error', (error) => reject(this.#notStarted(name, error)));
      child.on('close', (code, killed) => {
        signal?.removeEventListener('abort', stop);
        if (signal?.aborted) reject(new RevError('REV_INTERRUPTED', 'Interrupted.'));
        else if (code === 0) resolve();
        else reject(this.#failed(name, said, killed));
      });
    });
    // Whoever waits for it hears of a failure.
    ended.catch(() => undefined);
    return { child, ended };
  }

  #path(name: ProgramName): string {
    return this.#options.bin === undefined ? name : join(this.#options.bin, name);
  }

  get #hint(): string {
    return `Install the client programs of PostgreSQL ${major(this.#server)} or later (Debian: apt install postgresql-client), or say in the configuration where they are: backup: { bin: '/usr/lib/postgresql/${major(this.#server)}/bin' }.`;
  }

  #notStarted(name: ProgramName, error: Error): RevError {
    const { code } = error as NodeJS.ErrnoException;
    const where = this.#options.bin === undefined ? 'is not on PATH' : `is not in ${this.#options.bin}`;
    const reason = code === 'ENOENT' ? where : `cannot be started (${code ?? error.message})`;
    return new RevError(this.#code, `${name} ${reason}.`, { hint: this.#hint, data: { program: name } });
  }

  #failed(name: ProgramName, said: string, killed: NodeJS.Signals | null): RevError {
    const lines = said
      .split('\n')
      .map((line) => line.replace(/^(?:psql:<stdin>:\d+|pg_dump|pg_restore): (?:error: )?/, '').trim())
      .filter((line) => line !== '' && !/^(?:NOTICE|WARNING|warning):/.test(line));
    const reason = lines.slice(0, 6).join('\n  ') || (killed ? `ended by ${killed}` : 'no reason was given');
    const shown = this.#secret === '' ? reason : reason.replaceAll(this.#secret, '***');
    return new RevError(this.#code, `${name} failed: ${shown}`, {
      hint: `It is ${name}'s own message; PostgreSQL's manual on ${name} may say more.`,
      data: { program: name },
    });
  }
}

export function major(version: string): number {
  return Number.parseInt(version, 10);
}

/** libpq would go where PGSERVICE or PGHOSTADDR say, whatever the URL: only what says how to be trusted is handed on. */
function inherited(): NodeJS.ProcessEnv {
  const kept = /^PG(?:SSL(?:ROOTCERT|CERT|KEY|CRL|CRLDIR)|PASSFILE|KRBSRVNAME|CHANNELBINDING)$/;
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('PG') || kept.test(name)),
  );
}

/** The same connection for libpq. */
function connectionEnvironment(settings: ConnectionSettings, password: string): NodeJS.ProcessEnv {
  const { host, port, path, user, database, ssl, socket, connect_timeout: timeout, connection } = settings;
  const { options } = connection;
  const mode = ssl === true || isUnchecked(ssl) ? 'require' : ssl;
  if (socket !== undefined || (typeof mode === 'object' && mode !== null)) throw ownWay();
  return {
    PGHOST: path ? dirname(path) : host.join(','),
    PGPORT: port.join(','),
    PGUSER: user,
    PGDATABASE: database,
    PGAPPNAME: 'rev',
    PGCONNECT_TIMEOUT: String(timeout),
    // Messages are read.
    LC_ALL: 'C',
    ...(password === '' ? {} : { PGPASSWORD: password }),
    ...(typeof mode === 'string' ? { PGSSLMODE: mode } : {}),
    ...(typeof options === 'string' ? { PGOPTIONS: options } : {}),
  };
}

/** Of Node's settings for TLS the only one that libpq has, too. */
function isUnchecked(ssl: unknown): boolean {
  if (typeof ssl !== 'object' || ssl === null) return false;
  const { rejectUnauthorized, ...others } = ssl as { readonly rejectUnauthorized?: unknown };
  return rejectUnauthorized === false && Object.keys(others).length === 0;
}

function ownWay(): RevError {
  return new RevError(
    'REV_UNSUPPORTED',
    'The connection goes to its server in a way that pg_dump cannot go: its ssl has settings of Node, or it has a socket of its own.',
    { hint: "Nothing was done. Give a url, or ssl: 'require' or 'verify-full' to the connection." },
  );
}
