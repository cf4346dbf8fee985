import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { freePort, unprivilegedAccount } from './postgres-server.js';

/** A real PgBouncer between a test and its database, gone with the test. */

export interface PgBouncerOptions {
  readonly mode: 'session' | 'transaction';
  /** How many sessions it keeps with the server. */
  readonly size?: number;
  /** Hands out what was used longest ago, instead of last. */
  readonly takesTurns?: boolean;
}

/** The database's URL through the pooler. */
export async function pgBouncer(
  url: string,
  { mode, size = 20, takesTurns = false }: PgBouncerOptions,
): Promise<string> {
  const { hostname, port: serverPort, username, password, pathname } = new URL(url);
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'rev-pgbouncer-'));
  const file = join(folder, 'pgbouncer.ini');
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'any',
    pool_mode: mode,
    default_pool_size: size,
    max_client_conn: 200,
    server_round_robin: takesTurns ? 1 : 0,
  };
  const lines = [
    '[databases]',
    `* = host=${hostname} port=${serverPort} user=${username} password=${password}`,
    '[pgbouncer]',
    ...Object.entries(settings).map(([name, value]) => `${name} = ${value}`),
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const account = unprivilegedAccount();
  const { uid, gid } = account;
  if (uid !== undefined && gid !== undefined) for (const path of [folder, file]) chownSync(path, uid, gid);
  const child = spawn('pgbouncer', [file], {
    ...account,
    cwd: '/',
    // Debian's is where only root looks.
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  await untilItListens(child, port);
  const through = new URL(url);
  through.host = `127.0.0.1:${port}`;
  through.pathname = pathname;
  return through.href;
}

function untilItListens(child: ChildProcess, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      if (log.length < 100_000) log += chunk.toString();
    });
    child.on('error', (error) => reject(new Error(`This machine has no PgBouncer: ${error.message}`)));
    child.on('exit', (code) => reject(new Error(`pgbouncer ended with code ${code}:\n${log}`)));
    const attempt = () => {
      const socket = connect(port, '127.0.0.1');
      socket.on('connect', () => {
        socket.destroy();
        resolve();
      });
      socket.on('error', () => setTimeout(attempt, 20));
    };
    attempt();
  });
}
