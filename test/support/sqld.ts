/** libsql's own server, as its users run it. REV_TEST_SQLD names the program; `.ci/libsql-server` fetches one. */

import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Sqld {
  /** Of the server itself, and of its administration. */
  readonly url: string;
  readonly admin: string;
  /** Ends it as a crash would, and starts it again on the same data and ports. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startSqld(...flags: readonly string[]): Promise<Sqld> {
  const program = process.env.REV_TEST_SQLD;
  if (!program) throw new Error('REV_TEST_SQLD does not name a libsql server: run .ci/libsql-server');
  const data = await mkdtemp(join(tmpdir(), 'rev-sqld-'));
  const [port, adminPort] = [await freePort(), await freePort()];
  const run = async () => {
    const all = ['--no-welcome', '--db-path', data, ...flags];
    const addresses = [
      '--http-listen-addr',
      `127.0.0.1:${port}`,
      '--admin-listen-addr',
      `127.0.0.1:${adminPort}`,
    ];
    const child = spawn(program, [...all, ...addresses], { stdio: 'ignore' });
    const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    await answers(`http://127.0.0.1:${port}/health`, () => child.exitCode);
    return async () => {
      process.off('exit', kill);
      kill();
      await ended;
    };
  };
  let end = await run();
  return {
    url: `http://127.0.0.1:${port}`,
    admin: `http://127.0.0.1:${adminPort}`,
    async restart() {
      await end();
      end = await run();
    },
    async stop() {
      await end();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

async function answers(url: string, exitCode: () => number | null): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (exitCode() !== null) throw new Error(`the libsql server ended with ${exitCode()}`);
    try {
      if ((await fetch(url)).ok) return;
    } catch {
      // Not yet.
    }
    await new Promise((go) => setTimeout(go, 50));
  }
  throw new Error('the libsql server does not answer');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
