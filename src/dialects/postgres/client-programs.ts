import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { RevError, type RevErrorCode } from '../../errors.js';
import type { BackupOptions } from '../dialect.js';
import type { ConnectionSettings } from './connections/connection.js';
import type { PostgresSession } from './driver.js';

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

export class ClientPrograms {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #secret: string;
  readonly #options: BackupOptions;
  readonly #server: string;
  readonly #code: RevErrorCode;

  /** @param code of what they fail with. */
  constructor({ settings, serverVersion }: PostgresSession, options: BackupOptions, code: RevErrorCode) {
    if (!settings) {
      throw new RevError(
        'REV_UNSUPPORTED',
        'A database in this process has no server that pg_dump could ask.',
        {
          hint: 'Copy its folder while nothing runs, or ask the database itself for a dump (PGlite: dumpDataDir).',
        },
      );
    }
    this.#environment = { ...inherited(), ...connectionEnvironment(settings) };
    this.#secret = typeof settings.pass === 'string' ? settings.pass : '';
    this.#options = options;
    this.#server = serverVersion;
    this.#code = code;
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
function connectionEnvironment(settings: ConnectionSettings): NodeJS.ProcessEnv {
  const { host, port, path, user, database, pass, ssl, connect_timeout: timeout, connection } = settings;
  const { options } = connection;
  const mode = ssl === true ? 'require' : ssl;
  return {
    PGHOST: path ? dirname(path) : host.join(','),
    PGPORT: port.join(','),
    PGUSER: user,
    PGDATABASE: database,
    PGAPPNAME: 'rev',
    PGCONNECT_TIMEOUT: String(timeout),
    // Messages are read.
    LC_ALL: 'C',
    ...(typeof pass === 'string' && pass !== '' ? { PGPASSWORD: pass } : {}),
    ...(typeof mode === 'string' ? { PGSSLMODE: mode } : {}),
    ...(typeof options === 'string' ? { PGOPTIONS: options } : {}),
  };
}
