/** Copies of a whole database by pg_dump, and the way back. */

import { once } from 'node:events';
import { closeSync, openSync, readSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { QualifiedName } from '../../catalog/index.js';
import { RevError } from '../../errors.js';
import type { BackupOptions, Driver, RestoreOptions } from '../dialect.js';
import { ClientPrograms, major } from './client-programs.js';
import type { PostgresSession } from './driver.js';
import { emptying, type KeptEntries, keptEntries } from './emptying.js';

export const backupEnding = 'dump';

/** Subscriptions are the cluster's affair, and cannot be made in a transaction. */
const dumpArguments = ['--format=custom', '--no-password', '--no-subscriptions'];

export async function backup(driver: Driver, file: string, options: BackupOptions): Promise<void> {
  const programs = new ClientPrograms(driver as PostgresSession, options, 'REV_BACKUP');
  await programs.check('pg_dump', 'pg_restore');
  await programs.run('pg_dump', [
    ...dumpArguments,
    ...(options.lockTimeout > 0 ? [`--lock-wait-timeout=${Math.ceil(options.lockTimeout)}`] : []),
    `--file=${file}`,
  ]);
  // All of it is read and unpacked.
  await programs.run('pg_restore', ['--file=-', file]);
}

export async function rowsOfBackup(
  driver: Driver,
  file: string,
  { schema, name }: QualifiedName,
  options: BackupOptions,
): Promise<readonly string[] | null> {
  if (!hasHeader(file)) {
    throw new RevError('REV_RESTORE', `${file} is no archive of pg_dump (custom format).`, {
      hint: 'Give the file that `rev backup` has written, or one of `pg_dump -Fc`.',
    });
  }
  const programs = new ClientPrograms(driver as PostgresSession, options, 'REV_RESTORE');
  await programs.check('pg_restore', 'psql');
  const only = [`--table=${name}`, ...(schema === null ? [] : [`--schema=${schema}`])];
  const script = await programs.read('pg_restore', ['--data-only', ...only, '--file=-', file]);
  const copied = /^COPY .*;\n([\s\S]*?)^\\\.$/m.exec(script);
  return copied
    ? (copied[1] ?? '')
        .split('\n')
        .filter((line) => line !== '')
        .sort()
    : null;
}

/**
 * psql runs it all in one transaction: first everything that is there is dropped, then the archive's own script makes all of
 * it again. The COMMIT is sent only when pg_restore has written the whole script.
 */
export async function restore(driver: Driver, file: string, options: RestoreOptions): Promise<void> {
  const programs = new ClientPrograms(driver as PostgresSession, options, 'REV_RESTORE');
  const contents = (await programs.read('pg_restore', ['--list', file])).split('\n');
  const kept = await keptEntries(driver);
  const folder = await mkdtemp(join(tmpdir(), 'rev-restore-'));
  try {
    const list = join(folder, 'list');
    await writeFile(list, wanted(contents, kept).join('\n'), { mode: 0o600 });
    const owner = options.noOwner ? ['--no-owner', '--no-privileges'] : [];
    const statements = [
      `SET client_encoding = 'UTF8'`,
      'BEGIN',
      `SET LOCAL lock_timeout = ${Math.ceil(options.lockTimeout)}`,
      ...(await emptying(driver, extensionsOf(contents))),
    ];
    const target = programs.start(
      'psql',
      ['--no-psqlrc', '--quiet', '--no-password', '-v', 'ON_ERROR_STOP=1', '-v', 'VERBOSITY=terse'],
      ['pipe', 'ignore', 'pipe'],
    );
    const stdin = target.child.stdin as Writable;
    stdin.on('error', () => undefined);
    stdin.write(statements.map((statement) => `${statement};\n`).join(''));
    // It is read from the first moment on: Node throws away what a program that has ended wrote, and nobody read.
    const source = programs.start(
      'pg_restore',
      [...owner, '--no-subscriptions', `--use-list=${list}`, '--file=-', file],
      ['ignore', 'pipe', 'pipe'],
    );
    const isWhole = await feed(source.child.stdout as Readable, stdin, driver.serverVersion);
    const [made] = await Promise.allSettled([source.ended]);
    stdin.end(isWhole && made.status === 'fulfilled' ? '\nCOMMIT;\n' : '\nROLLBACK;\n');
    await target.ended;
    if (made.status === 'rejected') throw made.reason;
    if (!isWhole) throw new RevError('REV_RESTORE', 'pg_restore has not written its script to the end.');
  } catch (error) {
    throw asItWas(error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns whether the script has come to its end, which pg_restore marks. */
async function feed(from: Readable, to: Writable, serverVersion: string): Promise<boolean> {
  let isFirst = true;
  let end = '';
  for await (const chunk of from as AsyncIterable<Buffer>) {
    // What psql refuses ends it, and with it the pipe.
    if (to.destroyed) return false;
    const text = isFirst ? withoutYounger(chunk.toString('latin1'), serverVersion) : chunk.toString('latin1');
    isFirst = false;
    end = (end + text).slice(-1000);
    if (!to.write(text, 'latin1')) await Promise.race([once(to, 'drain'), once(to, 'close')]);
  }
  return end.includes('\n-- PostgreSQL database dump complete\n');
}

/** What a younger pg_restore sets at the beginning of its script, and an older server does not know. */
function withoutYounger(beginning: string, serverVersion: string): string {
  return major(serverVersion) >= 17 ? beginning : beginning.replace(/^SET transaction_timeout = 0;$/m, '');
}

/** `3079 16388 EXTENSION - citext `: what a list of the archive's contents says of an extension. */
function extensionsOf(contents: readonly string[]): readonly string[] {
  return contents.flatMap((line) => /^\d+; \d+ \d+ EXTENSION - (.*?)\s*$/.exec(line)?.[1] ?? []);
}

/** Without what is not dropped before. */
function wanted(contents: readonly string[], kept: KeptEntries): readonly string[] {
  return contents.filter((line) => {
    const entry = /^\d+; \d+ \d+ (.*)$/.exec(line)?.[1];
    return entry === undefined || !kept.some((each) => `${entry} `.startsWith(`${each} `));
  });
}

function asItWas(error: unknown): unknown {
  if (!(error instanceof RevError) || error.code !== 'REV_RESTORE') return error;
  const hints = [
    ...(error.hint === undefined ? [] : [error.hint]),
    ...(/must be owner of|permission denied/.test(error.message)
      ? ['Restore as the owner of all that is in the database, or as a superuser.']
      : []),
    ...(/role ".*" does not exist/.test(error.message)
      ? ['Make the role, or let everything belong to the user of the URL: --no-owner.']
      : []),
    ...(/lock timeout/.test(error.message)
      ? ['Other sessions use the tables. End them, or wait longer: --lock-timeout.']
      : []),
  ];
  return new RevError('REV_RESTORE', `The database is as it was: ${error.message}`, {
    ...(hints.length === 0 ? {} : { hint: hints.join('\n') }),
    data: error.data,
  });
}

function hasHeader(file: string): boolean {
  const header = Buffer.alloc(5);
  const opened = openSync(file, 'r');
  try {
    readSync(opened, header, 0, header.length, 0);
  } finally {
    closeSync(opened);
  }
  return header.toString('latin1') === 'PGDMP';
}
