import { chmodSync, existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { UserProject } from '../support/project.js';
import { refused, sqliteProject } from '../support/refusals.js';
import { changeFile, readFile } from '../support/sqlite-file.js';

/** What a project decides about --autogenerate and new files itself, in its configuration. */

function configured(settings: string): UserProject {
  const project = sqliteProject();
  project.write(
    'alembic.config.ts',
    `import { defineConfig } from 'drizzle-alembic';
export default defineConfig({ dialect: 'sqlite', url: 'file:app.db', schema: './schema', ${settings} });
`,
  );
  return project;
}

const differing =
  'create table users (id integer primary key, name varchar(10) default 5); create table old (a)';

async function listed(project: UserProject): Promise<readonly string[]> {
  const result = await project.ok(['create', '-m', 'x', '--autogenerate', '--dry-run', '--json']);
  return JSON.parse(result.stdout).changes;
}

describe('differences', () => {
  it('count unless a hook says that they do not', async () => {
    const without = configured('');
    changeFile(without.path('app.db'), differing);
    expect((await listed(without)).join('\n')).toMatch(/users[\s\S]*old|old[\s\S]*users/);
    const project = configured(`autogenerate: {
      compareType: ({ table, column, actual, wanted }) =>
        table.name === 'users' && column === 'name' && actual === 'varchar(10)' && wanted === 'text' ? false : undefined,
      compareDefault: ({ actual, wanted }) => (actual !== null && wanted === null ? false : undefined),
      rewrite: (operations) => operations.filter(({ kind }) => kind !== 'dropTable'),
    }`);
    changeFile(project.path('app.db'), differing);
    expect(await listed(project)).toEqual([]);
    await project.ok(['check']);
  });

  it('are refused where a hook throws, or leaves what does not fit', async () => {
    const throws = configured(`autogenerate: { rewrite: () => { throw new Error('no way'); } }`);
    await refused(throws, ['create', '-m', 'x', '--autogenerate'], 'REV_CONFIG', 2, [/rewrite .*no way/]);
    const nothing = configured('autogenerate: { rewrite: () => undefined }');
    await refused(nothing, ['check'], 'REV_CONFIG', 2, [/returned undefined/]);
    const twice = configured('autogenerate: { rewrite: (operations) => [...operations, ...operations] }');
    await refused(twice, ['check'], 'REV_CONFIG', 2, [/does not fit/]);
    const none = configured('autogenerate: { rewrite: (operations) => [...operations, undefined] }');
    await refused(none, ['check'], 'REV_CONFIG', 2, [/it holds undefined, which is no operation/]);
    const unknown = configured('autogenerate: { compareEverything: () => false }');
    await refused(unknown, ['check'], 'REV_CONFIG', 2, [/compareEverything/]);
  });
});

describe('operations of the project', () => {
  it('are written by autogenerate with their import, run, and are taken back', async () => {
    const project = sqliteProject();
    project.write(
      'operations/audit.ts',
      `import { defineOperation, sql } from 'drizzle-alembic';
type Input = { table: string };
const from = '../operations/audit.js';
export const audit = defineOperation({ name: 'audit', from,
  sql: ({ table }: Input, { identifier, literal }) => [
    'create table if not exists log (line text)',
    \`create trigger \${identifier('audit ' + table)} after insert on \${identifier(table)} begin insert into log values (\${literal(table)}); end\`,
  ],
  invert: (input) => unaudit(input) });
export const unaudit = defineOperation({ name: 'unaudit', from,
  sql: ({ table }: Input, { identifier }) => [\`drop trigger \${identifier('audit ' + table)}\`, 'drop table log'],
  invert: (input) => audit(input) });
`,
    );
    project.write(
      'alembic.config.ts',
      `import { defineConfig } from 'drizzle-alembic';
import { audit } from './operations/audit.js';
export default defineConfig({ dialect: 'sqlite', url: 'file:app.db', schema: './schema', exclude: ['log'], autogenerate: {
  rewrite: (operations) => operations.flatMap((each) =>
    each.kind === 'createTable' ? [each, audit({ table: each.table.name })] : [each]),
} });
`,
    );
    await project.ok(['create', '-m', 'users', '--autogenerate']);
    const text = project.read(`revisions/${project.revisions()[0]}`);
    expect(text).toContain("import { audit, unaudit } from '../operations/audit.js';");
    await project.ok(['upgrade', 'head']);
    changeFile(project.path('app.db'), 'insert into users default values');
    expect(readFile(project.path('app.db'), 'select line from log')).toEqual(['users']);
    await project.ok(['check']);
    await project.ok(['downgrade', 'base', '--yes']);
    expect(readFile(project.path('app.db'), "select name from sqlite_schema where type = 'trigger'")).toEqual(
      [],
    );
  });
});

describe('operations of the project whose names are taken', () => {
  it('are imported by other names, and run', async () => {
    const project = sqliteProject();
    const names = ['mark', 'sql', 'column', 'op', 'delete'];
    const module = (file: string) => `import { defineOperation } from 'drizzle-alembic';
const own = (name: string) => {
  const make = defineOperation({ name, from: '../operations/${file}.js',
    sql: (_input: undefined, { literal }) => \`insert into log values (\${literal('${file} ' + name)})\`,
    invert: () => make(undefined) });
  return make;
};
const all = { ${names.map((name) => `made_${name}: own('${name}')`).join(', ')} };
export const { ${names.map((name) => `made_${name}`).join(', ')} } = all;
export { ${names.map((name) => `made_${name} as ${name}`).join(', ')} };
`;
    project.write('operations/a.ts', module('a'));
    project.write('operations/b.ts', module('b'));
    project.write(
      'alembic.config.ts',
      `import { defineConfig } from 'drizzle-alembic';
import * as a from './operations/a.js';
import * as b from './operations/b.js';
export default defineConfig({ dialect: 'sqlite', url: 'file:app.db', schema: './schema', exclude: ['log'], autogenerate: {
  rewrite: (operations) => [...operations, ...[a, b].flatMap((each) =>
    ${JSON.stringify(names)}.map((name) => each[name]()))],
} });
`,
    );
    changeFile(project.path('app.db'), 'create table log (line text)');
    await project.ok(['create', '-m', 'users', '--autogenerate']);
    await project.ok(['upgrade', 'head']);
    const lines = [...names.map((name) => `a ${name}`), ...names.map((name) => `b ${name}`)];
    expect(readFile(project.path('app.db'), 'select line from log order by rowid')).toEqual(lines);
    await project.ok(['downgrade', 'base', '--yes']);
    expect(readFile(project.path('app.db'), 'select line from log order by rowid')).toEqual([
      ...lines,
      ...lines.toReversed(),
    ]);
  });
});

describe('hooks', () => {
  it('get each new file, and find the commands of the project', async () => {
    const project = configured(`hooks: ['stamper --mark', "node -e 'console.log(1)' --"]`);
    const command = 'node_modules/.bin/stamper';
    project.write(
      command,
      `#!${process.execPath}\nconst { appendFileSync } = require('node:fs');\nappendFileSync(process.argv[3], '// ' + process.argv[2]);\n`,
    );
    chmodSync(project.path(command), 0o755);
    const created = await project.ok(['create', '-m', `it's first`, '--json']);
    const { file } = JSON.parse(created.stdout);
    expect(project.read(`revisions/${project.revisions()[0]}`)).toMatch(/\/\/ --mark$/);
    expect(existsSync(file)).toBe(true);
    await project.ok(['heads']);
  });

  it('that fail say so, and keep the file', async () => {
    const project = configured(`hooks: ['no-such-formatter --write']`);
    await refused(project, ['create', '-m', 'first'], 'REV_HOOK', 1, [/no-such-formatter/]);
    expect(project.revisions()).not.toEqual([]);
  });
});
