import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repository, runRev } from '../support/project.js';

/** The package as npm would publish it, installed in an empty project beside drizzle-orm. */

interface PackResult {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

let folder: string;
let packed: PackResult;

const npm = (cwd: string, ...args: string[]) =>
  execFileSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd, encoding: 'utf8' });

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'rev-package-')));
  // `npm test` has built the package already; the scripts would build it again.
  const [result] = JSON.parse(
    npm(repository, 'pack', '--json', '--ignore-scripts', '--pack-destination', folder),
  );
  packed = result;
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'app', private: true, type: 'module' }));
  npm(folder, 'install', join(folder, packed.filename), 'drizzle-orm@0.45', 'libsql@0.5');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rev = (...args: string[]) => runRev(folder, join(folder, 'node_modules/.bin/rev'), args);

describe('the package', () => {
  it('holds what runs and its documentation, and no tests', () => {
    const paths = packed.files.map((file) => file.path);
    expect(paths).toContain('dist/cli/main.js');
    expect(paths).toContain('dist/index.d.ts');
    expect(paths).toContain('templates/revision.ts.tmpl');
    expect(paths).toContain('README.md');
    expect(paths).toContain('LICENSE');
    expect(paths.filter((path) => /^(test|bench|schema|revisions|src)\//.test(path))).toEqual([]);
  });

  it('has source maps that hold their sources', () => {
    const maps = packed.files.map((file) => file.path).filter((path) => path.endsWith('.js.map'));
    expect(maps.length).toBeGreaterThan(0);
    for (const path of maps) {
      const file = join(folder, 'node_modules/drizzle-alembic', path);
      const map = JSON.parse(readFileSync(file, 'utf8'));
      const found = map.sources.every(
        (source: string, at: number) => map.sourcesContent?.[at] || existsSync(join(dirname(file), source)),
      );
      expect(found, path).toBe(true);
    }
  });

  it('takes a new user from init to a database and back', async () => {
    const init = await rev('init', '--dialect', 'sqlite');
    expect(init).toMatchObject({ code: 0 });
    expect(existsSync(join(folder, 'alembic.config.ts'))).toBe(true);
    expect(await rev('create', '-m', 'first', '--autogenerate')).toMatchObject({ code: 0 });
    expect(await rev('upgrade', 'head')).toMatchObject({ code: 0 });
    expect(await rev('check')).toMatchObject({ code: 0 });
    const models = readFileSync(join(folder, 'schema/index.ts'), 'utf8');
    writeFileSync(
      join(folder, 'schema/index.ts'),
      models.replace("name: text('name'),", "$& nickname: text('nickname'),"),
    );
    expect(await rev('create', '-m', 'nicknames', '--autogenerate')).toMatchObject({ code: 0 });
    expect(await rev('upgrade', 'head')).toMatchObject({ code: 0 });
    expect(await rev('downgrade', 'base')).toMatchObject({ code: 0 });
    expect(await rev('upgrade', 'head')).toMatchObject({ code: 0 });
    expect(await rev('check')).toMatchObject({ code: 0 });
    expect(await rev('graph', '-o', 'history.html')).toMatchObject({ code: 0 });
  });

  it('gives the types that revisions and configurations use', () => {
    const tsconfig = {
      compilerOptions: {
        module: 'NodeNext',
        target: 'ES2022',
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        types: [],
      },
      include: ['alembic.config.ts', 'revisions', 'schema'],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
    const tsc = join(repository, 'node_modules/typescript/bin/tsc');
    const run = () => execFileSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
    writeFileSync(
      join(folder, 'schema/start.ts'),
      `import { downgrade, upgrade } from 'drizzle-alembic';
const { steps, after } = await upgrade();
const script: string = (await upgrade({ target: 'head', sql: true })).sql;
const { before } = await downgrade({ target: '-1' });
export const all = [steps.map((step) => step.revision), after, script, before];
`,
    );
    // The configuration reads process.env, whose types are Node's.
    writeFileSync(
      join(folder, 'schema/node.d.ts'),
      'declare const process: { env: Record<string, string | undefined> };',
    );
    expect(run()).toBe('');
  });
});
