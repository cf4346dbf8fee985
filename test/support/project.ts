import { spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Projects of users, in folders of their own, with the built package installed in them. */

export const repository = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

export type OrmLine = '0.45' | '1.x';

/** Both lines of drizzle-orm, under the names that they are installed by here. */
export const ormPackages: Readonly<Record<OrmLine, string>> = {
  '0.45': 'drizzle-orm',
  '1.x': 'drizzle-orm-v1',
};

/** drizzle-kit of each line; the second has a workspace of its own. */
const kitFolders: Readonly<Record<OrmLine, string>> = {
  '0.45': 'node_modules/drizzle-kit',
  '1.x': 'test/kit-v1/node_modules/drizzle-kit',
};

export interface RevResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface UserProject {
  readonly folder: string;
  path(...parts: string[]): string;
  write(name: string, text: string): void;
  read(name: string): string;
  /** Copies a folder or file of the repository into the project. */
  copy(from: string, to: string): void;
  /** Revision files, sorted by name. */
  revisions(): string[];
  rev(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<RevResult>;
  /** The same, failing the test with its output unless it exits 0. */
  ok(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<RevResult>;
  remove(): void;
}

export interface ProjectOptions {
  readonly orm?: OrmLine;
  /** The line of drizzle-kit; default: the one that belongs to drizzle-orm's. */
  readonly kit?: OrmLine;
  /** Packages that this project does not have, e.g. a driver. */
  readonly without?: readonly string[];
  readonly type?: 'module' | 'commonjs';
}

export function userProject({
  orm = '0.45',
  kit = orm,
  without = [],
  type = 'module',
}: ProjectOptions = {}): UserProject {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'rev-project-')));
  const modules = join(folder, 'node_modules');
  install(modules, { orm, kit, without });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'user-project', private: true, type }));
  const path = (...parts: string[]) => join(folder, ...parts);
  const rev: UserProject['rev'] = (args, env) =>
    runRev(folder, path('node_modules/drizzle-alembic/dist/cli/main.js'), args, env);
  return {
    folder,
    path,
    rev,
    write(name, text) {
      mkdirSync(dirname(path(name)), { recursive: true });
      writeFileSync(path(name), text);
    },
    read: (name) => readFileSync(path(name), 'utf8'),
    copy: (from, to) => cpSync(join(repository, from), path(to), { recursive: true }),
    revisions: () =>
      readdirSync(path('revisions'))
        .filter((name) => !name.startsWith('.'))
        .sort(),
    async ok(args, env) {
      const result = await rev(args, env);
      if (result.code !== 0)
        throw new Error(`rev ${args.join(' ')} exited ${result.code}\n${result.stdout}${result.stderr}`);
      return result;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** As npm would lay it out: the package itself as files, everything else as links to what the tests have installed. */
function install(
  modules: string,
  { orm, kit, without }: { orm: OrmLine; kit: OrmLine; without: readonly string[] },
): void {
  mkdirSync(modules, { recursive: true });
  const own = join(modules, 'drizzle-alembic');
  for (const part of ['package.json', 'dist', 'templates']) {
    cpSync(join(repository, part), join(own, part), { recursive: true });
  }
  const installed = join(repository, 'node_modules');
  for (const name of readdirSync(installed)) {
    if (name.startsWith('.') || /^drizzle-(?:orm|kit)/.test(name) || without.includes(name)) continue;
    symlinkSync(join(installed, name), join(modules, name));
  }
  if (!without.includes('drizzle-kit'))
    symlinkSync(join(repository, kitFolders[kit]), join(modules, 'drizzle-kit'));
  symlinkSync(join(installed, ormPackages[orm]), join(modules, 'drizzle-orm'));
}

export function runRev(
  cwd: string,
  main: string,
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
): Promise<RevResult> {
  return runNode(cwd, [main, ...args], env);
}

/** A process of Node without the settings of whoever runs the tests. */
export function runNode(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<RevResult> {
  return new Promise((done, fail) => {
    const { DATABASE_URL: _url, REV_ENV: _env, FORCE_COLOR: _color, ...inherited } = process.env;
    const child = spawn(process.execPath, args, { cwd, env: { ...inherited, ...env } });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.stdin.end();
    child.on('error', fail);
    child.on('close', (code) => done({ code: code ?? -1, stdout, stderr }));
  });
}
