import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/config.js';
import { findConfig, type LoadConfigOptions, loadConfig } from '../../src/config/load.js';
import { loadModels, modelFiles } from '../../src/config/models.js';
import { tableScope } from '../../src/config/tables.js';
import { requireUrl } from '../../src/config/url.js';
import type { RevError } from '../../src/errors.js';
import { project } from '../loading/project.js';

async function load(text: string, options: Partial<LoadConfigOptions> = {}, name = 'alembic.config.ts') {
  const cwd = project({ 'package.json': '{ "type": "module" }', [name]: text });
  return { cwd, config: await loadConfig({ cwd, ...options }) };
}

async function refused(text: string, options: Partial<LoadConfigOptions> = {}): Promise<RevError> {
  return load(text, options).then(
    () => expect.unreachable('it loaded'),
    (error: RevError) => error,
  );
}

const least = `dialect: 'sqlite', schema: './schema.ts'`;

describe('a configuration', () => {
  test('is completed with defaults and absolute paths, and frozen', async () => {
    const { cwd, config } = await load(`export default { ${least} };`);
    expect(config).toEqual({
      file: join(cwd, 'alembic.config.ts'),
      folder: cwd,
      databases: [],
      env: undefined,
      args: {},
      dialect: 'sqlite',
      url: undefined,
      urlFolder: cwd,
      schema: [join(cwd, 'schema.ts')],
      revisions: [join(cwd, 'revisions')],
      recursive: false,
      versionTable: 'alembic_version',
      versionTableSchema: undefined,
      journalTable: 'alembic_journal',
      schemas: undefined,
      include: undefined,
      exclude: undefined,
      backup: { before: [], dir: join(cwd, 'backups'), keep: undefined, bin: undefined },
      casing: undefined,
      renames: [],
      autogenerate: {},
      runHooks: {},
      hooks: [],
      transaction: 'each',
      lockTimeout: 5000,
      lockRetries: 5,
      lock: 'session',
      leaseDuration: 30_000,
      statementTimeout: undefined,
      template: undefined,
      timezone: 'UTC',
      fileTemplate: '{id}_{slug}',
      slugLength: 40,
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  test('may be a function, which is told the environment and the arguments', async () => {
    const text = `type C = { env?: string; args: Record<string, string> };
      export default async ({ env, args }: C) => ({ ${least}, url: env + '.db', versionTable: args.tenant + '_version' });`;
    const { cwd, config } = await load(text, { env: 'test', args: { tenant: 'acme' } });
    expect([requireUrl(config), config.versionTable, config.env, config.args]).toEqual([
      join(cwd, 'test.db'),
      'acme_version',
      'test',
      { tenant: 'acme' },
    ]);
  });

  test('may be CommonJS', async () => {
    const { config } = await load(`module.exports = { ${least} };`, {}, 'alembic.config.cjs');
    expect(config.dialect).toBe('sqlite');
    const compiled = `Object.defineProperty(exports, '__esModule', { value: true }); exports.default = { ${least} };`;
    expect((await load(compiled, {}, 'alembic.config.cjs')).config.dialect).toBe('sqlite');
  });

  test('is found in a folder above', async () => {
    const { cwd } = await load(`export default { ${least} };`);
    mkdirSync(join(cwd, 'a/b'), { recursive: true });
    expect(findConfig(join(cwd, 'a/b'))).toBe(join(cwd, 'alembic.config.ts'));
    expect((await loadConfig({ cwd: join(cwd, 'a/b') })).folder).toBe(cwd);
    expect((await loadConfig({ cwd: join(cwd, 'a'), file: '../alembic.config.ts' })).folder).toBe(cwd);
  });

  test('that is not there says how to get one', async () => {
    const cwd = project({});
    await expect(loadConfig({ cwd })).rejects.toMatchObject({ code: 'REV_CONFIG_MISSING', hint: /rev init/ });
    await expect(loadConfig({ cwd, file: 'nope.ts' })).rejects.toThrow(join(cwd, 'nope.ts'));
  });

  test.each<[string, RegExp | string, string?]>([
    [
      `export default { ${least}, schemaa: 1 };`,
      `The configuration has an unknown key 'schemaa'.`,
      `Did you mean 'schema'?`,
    ],
    [`export default { ${least}, out: './drizzle' };`, `unknown key 'out'`, `Did you mean 'revisions'?`],
    [`export default { ${least}, zzz: 1 };`, `unknown key 'zzz'`, 'Known: dialect, url,'],
    [`export default { dialect: 'sqlite' };`, `The configuration has no 'schema'.`],
    [
      `export default { dialect: 'mysql', schema: 'a' };`,
      `'dialect' must be 'postgres' or 'sqlite'; it is 'mysql'.`,
    ],
    [`export default { ${least}, url: 1 };`, `'url' must be a string; it is a number.`],
    [`export default { ${least}, schemas: 'app' };`, `'schemas' must be an array of strings; it is 'app'.`],
    [
      `export default { ${least}, lockTimeout: '5s' };`,
      `'lockTimeout' must be a whole number of milliseconds`,
    ],
    [`export default { ${least}, lock: 'row' };`, `'lock' must be 'session' or 'lease'; it is 'row'.`],
    [`export default { ${least}, lockRetries: -1 };`, `'lockRetries' must be a whole number from 0 to 1000`],
    [`export default { ${least}, leaseDuration: 10 };`, `'leaseDuration' must be 1000 milliseconds or more`],
    [`export default { ${least}, backup: true };`, `'backup' must be an object with before, dir, keep, bin`],
    [`export default { ${least}, backup: { folder: 'b' } };`, `'backup' has no folder: it may have before`],
    [
      `export default { ${least}, backup: { before: 'stamp' } };`,
      `'backup' is wrong: before must be 'upgrade'`,
    ],
    [`export default { ${least}, backup: { keep: 0 } };`, `'backup' is wrong: keep must be a whole number`],
    [`export default { ${least}, timezone: 'Mars/Olympus' };`, `'timezone' must be an IANA time zone`],
    [`export default { ${least}, fileTemplate: '{slug}' };`, `'fileTemplate' must hold {id}`],
    [`export default { ${least}, fileTemplate: '{id}{nope}' };`, `'fileTemplate' has no field {nope}`],
    [`export default { ${least}, renames: ['users'] };`, `'renames' must hold 'old=new'`],
    [
      `export default { ${least}, include: 'users' };`,
      `'include' must be an array of patterns or a function`,
    ],
    [
      `export default { ${least}, versionTable: 'rev', journalTable: 'rev' };`,
      `The version table and the journal are both called 'rev'.`,
      "Give one of them another name: 'versionTable', 'journalTable'.",
    ],
    [`export default { ${least}, versionTable: 'alembic_journal' };`, `are both called 'alembic_journal'`],
    [`export default [];`, 'The configuration is an array, not an object.'],
    [`export default () => undefined;`, 'The configuration is undefined, not an object.'],
    [`export const config = { ${least} };`, 'It has no default export.', 'export default defineConfig('],
    ['', 'It has no default export.'],
    [
      `export default ({ env }) => { throw new Error('no ' + env); };`,
      /alembic\.config\.ts:1:3\d: no undefined$/,
    ],
    [
      `import './nowhere'; export default { ${least} };`,
      /alembic\.config\.ts:1:8: cannot find ".\/nowhere"$/,
    ],
  ])('%s', async (text, message, hint = '') => {
    const error = await refused(text);
    expect(error.code).toBe('REV_CONFIG');
    expect(error.message).toMatch(message);
    expect(error.hint ?? '').toContain(hint);
  });

  test('that is the same for all environments does not pretend to know one', async () => {
    const error = await refused(`export default { ${least} };`, { env: 'production' });
    expect(error).toMatchObject({ code: 'REV_CONFIG', message: /'production'/ });
  });

  test('needs a url only where a database is needed', async () => {
    const { cwd, config } = await load(`export default { ${least}, url: process.env.NO_SUCH_VARIABLE };`);
    expect(() => requireUrl(config)).toThrow('has no url, and this command needs a database');
    const given = await loadConfig({ cwd, url: 'other.db' });
    expect(requireUrl(given)).toBe(join(cwd, 'other.db'));
  });
});

describe('models', () => {
  const files = {
    'package.json': '{ "type": "module" }',
    'src/users.schema.ts': `import { name } from './name'; export const users = { name };`,
    'src/name.ts': `export const name = 'users';`,
    'src/users.schema.test.ts': `throw new Error('a test');`,
    'src/deep/posts.schema.ts': `export const posts = 1;`,
    'src/types.d.ts': `export type A = 1;`,
  };

  test.each([
    ['./src/users.schema.ts', ['src/users.schema.ts']],
    ['./src', ['src/deep/posts.schema.ts', 'src/name.ts', 'src/users.schema.ts']],
    ['./src/**/*.schema.ts', ['src/deep/posts.schema.ts', 'src/users.schema.ts']],
    [['./src/*.schema.*', './src/users.schema.ts'], ['src/users.schema.ts']],
    [
      ['./src/**', '!./src/deep/**'],
      ['src/name.ts', 'src/users.schema.ts'],
    ],
  ])('are found by %j', async (schema, expected) => {
    const cwd = project({
      ...files,
      'alembic.config.ts': `export default { dialect: 'sqlite', schema: ${JSON.stringify(schema)} };`,
    });
    const config = await loadConfig({ cwd });
    expect(await modelFiles(config)).toEqual(expected.map((path) => join(cwd, path)));
    expect((await loadModels(config)).map(({ file }) => file)).toEqual(
      expected.map((path) => join(cwd, path)),
    );
  });

  test('share what the configuration imports', async () => {
    const cwd = project({
      ...files,
      'src/settings.ts':
        'globalThis.count_settings = (globalThis.count_settings ?? 0) + 1; export const settings = {};',
      'src/users.schema.ts': `import { settings } from './settings'; export { settings };`,
      'alembic.config.ts': `import { settings } from './src/settings'; export default { dialect: 'sqlite', schema: './src/users.schema.ts' };`,
    });
    const [users] = await loadModels(await loadConfig({ cwd }));
    expect(users?.exports.settings).toEqual({});
    expect((globalThis as { count_settings?: number }).count_settings).toBe(1);
  });

  test('that are not there, or fail, are named', async () => {
    const cwd = project({ ...files, 'bad.ts': '\nnull.x;' });
    const entry = (path: string) => ({ schema: [join(cwd, path)] });
    await expect(loadModels(entry('nothing/*.ts'))).rejects.toMatchObject({
      code: 'REV_SCHEMA',
      message: /nothing/,
    });
    await expect(loadModels(entry('nothing.ts'))).rejects.toMatchObject({ code: 'REV_SCHEMA' });
    await expect(loadModels(entry('bad.ts'))).rejects.toMatchObject({
      code: 'REV_SCHEMA',
      message: /bad\.ts:2:6: TypeError/,
    });
  });
});

describe('tables are compared', () => {
  const scope = (config: Pick<Config, 'include' | 'exclude'>) =>
    tableScope({
      include: config.include,
      exclude: config.exclude,
      versionTable: 'v',
      versionTableSchema: undefined,
      journalTable: 'j',
    });
  test.each<[Pick<Config, 'include' | 'exclude'>, string[]]>([
    [{}, ['users', 'audit_log', 'app.users']],
    [{ include: ['users'] }, ['users', 'app.users']],
    [{ include: ['app.*'] }, ['app.users']],
    [{ exclude: ['audit_*', 'app.user?'] }, ['users']],
    [{ include: (table) => table.schema === null, exclude: ['*.*', 'u*'] }, ['audit_log']],
  ])('by %j', (config, expected) => {
    const tables = ['users', 'audit_log', 'app.users', 'v', 'j'];
    const included = tables.filter((table) => {
      const [name = '', schema = null] = table.split('.').reverse();
      return scope(config)({ schema, name });
    });
    expect(included).toEqual(expected);
  });

  test('but never what keeps the books, also where the default schema is called by its name', () => {
    const includes = tableScope({
      include: undefined,
      exclude: undefined,
      versionTable: 'v',
      versionTableSchema: 'public',
      journalTable: 'j',
    });
    const names = ['v', 'j', '__drizzle_migrations'];
    expect(names.map((name) => includes({ schema: null, name }))).toEqual([false, false, false]);
  });
});
