import { describe, expect, test } from 'vitest';
import { emptyCatalog } from '../../src/catalog/index.js';
import { postgres } from '../../src/dialects/postgres/index.js';
import { sqlite } from '../../src/dialects/sqlite/index.js';
import {
  apply,
  defineOperation,
  describe as describeOperation,
  invert,
  losses,
  type Operation,
  type RawObject,
  reduce,
  type Source,
} from '../../src/operations/index.js';
import { renderBodies } from '../../src/revisions/render.js';
import { renderSections } from '../../src/revisions/sections.js';

const trigger: RawObject = {
  kind: 'trigger',
  name: 'touched on posts',
  create: ['create function touch() …', 'create trigger touched …'],
  drop: ['drop trigger touched on posts', 'drop function touch()'],
};

const enable = defineOperation({
  name: 'enableAudit',
  from: '../operations/audit.js',
  sql: ({ table }: { table: string; keep?: number }, { identifier, literal }) => [
    `select audit.enable(${literal(table)})`,
    `comment on table ${identifier(table)} is 'audited'`,
  ],
  invert: ({ table }) => disable({ table }),
  describe: ({ table }) => `audit ${table}`,
  losses: () => ['what was never audited'],
  reduce: (_input, next) => (next.kind === 'own' && next.definition.name === 'disableAudit' ? [] : null),
  apply: (_input, catalog) => ({ ...catalog, schemas: ['audit'] }),
});
const disable = defineOperation({
  name: 'disableAudit',
  sql: ({ table }: { table: string }) => `select audit.disable('${table}')`,
});

describe('an operation of a project', () => {
  const operation = enable({ table: 'the "posts"' });

  test('has the SQL of its definition, in either dialect', () => {
    for (const dialect of [postgres, sqlite]) {
      expect(dialect.compile(operation, emptyCatalog(dialect.name), {}).map(({ sql }) => sql)).toEqual([
        `select audit.enable('the "posts"')`,
        `comment on table "the ""posts""" is 'audited'`,
      ]);
    }
  });

  test('has the faces that it defines', () => {
    expect(invert([operation])).toMatchObject([{ kind: 'own', input: { table: 'the "posts"' } }]);
    expect(describeOperation(operation)).toBe('audit the "posts"');
    expect(losses(operation)).toEqual(['what was never audited']);
    expect(reduce([operation, disable({ table: 'a' })])).toEqual([]);
    expect(apply([operation], emptyCatalog('postgres')).schemas).toEqual(['audit']);
  });

  test('has faces without being told', () => {
    const bare = disable({ table: 'a' });
    expect(invert([bare])).toBeNull();
    expect(describeOperation(bare)).toBe('disableAudit');
    expect(losses(bare)).toEqual([]);
    expect(apply([bare], emptyCatalog('sqlite'))).toEqual(emptyCatalog('sqlite'));
    expect(reduce([bare, bare])).toEqual([bare, bare]);
  });

  test('is named where one of its faces throws, or is of no use', () => {
    const odd = (faces: object) => defineOperation({ name: 'odd', sql: () => 'select 1', ...faces })({});
    const throws = () => {
      throw new Error('no way');
    };
    expect(() => invert([odd({ invert: throws })])).toThrow('The operation odd: its invert threw: no way');
    expect(() => losses(odd({ losses: throws }))).toThrow('The operation odd: its losses threw: no way');
    expect(() => apply([odd({ apply: throws })], emptyCatalog('sqlite'))).toThrow('odd: its apply threw');
    expect(() => reduce([odd({ reduce: throws }), odd({})])).toThrow('odd: its reduce threw');
    expect(() => invert([odd({ invert: () => disable })])).toThrow(
      'The inverse of odd is a function, which is no operation.',
    );
  });

  test('is written into a revision with what it imports', () => {
    const input = { table: "it's", keep: 3 };
    const { imports, upgrade } = renderBodies([enable(input)], []);
    expect(upgrade).toContain('await op.run(enableAudit({ table: "it\'s", keep: 3 }));');
    expect(imports).toEqual([{ name: 'enableAudit', from: '../operations/audit.js' }]);
    expect(() => renderBodies([disable({ table: 'a' })], [])).toThrow(
      /which module exports it|cannot be written/,
    );
    expect(() => renderBodies([enable({ table: new Date() as never })], [])).toThrow(/no plain data/);
    expect(() => renderBodies([disable({ table: 'a' })])).toThrow(/how to take back: disableAudit/);
    const odd = defineOperation({ name: 'a.b', from: './a.js', sql: () => 'select 1' });
    expect(() => renderBodies([odd({})], [])).toThrow(/no identifier/);
  });
});

describe('names in a revision file', () => {
  const from = (name: string, module: string) =>
    defineOperation({ name, from: module, sql: () => 'select 1' })(undefined);

  test('are each given to one thing alone', () => {
    const { imports, upgrade } = renderBodies(
      [
        from('grant', './a.js'),
        from('grant', './b.js'),
        from('grant2', './c.js'),
        from('grant', './a.js'),
        ...['check', 'op', 'Op', 'upgrade', 'default', 'delete'].map((name) => from(name, './a.js')),
      ],
      [],
    );
    expect(upgrade.match(/(?<=run\()\w+/g)).toEqual([
      ...['grant', 'grant2', 'grant22', 'grant'],
      ...['check2', 'op2', 'Op2', 'upgrade2', 'default2', 'delete2'],
    ]);
    expect(imports).toContainEqual({ name: 'grant', from: './a.js' });
    expect(imports).toContainEqual({ name: 'grant', from: './b.js', as: 'grant2' });
    expect(imports).toContainEqual({ name: 'default', from: './a.js', as: 'default2' });
  });

  test('are the same in the parts of several databases', () => {
    const part = (database: string, module: string) => ({
      database,
      dialect: 'sqlite' as const,
      write: (source: Source) => renderBodies([from('grant', module)], [], source),
    });
    const { imports, upgrade } = renderSections([part('one', './a.js'), part('two', './b.js')]);
    expect(upgrade.match(/(?<=run\()\w+/g)).toEqual(['grant', 'grant2']);
    expect(imports).toHaveLength(2);
  });
});

describe('an object with its own SQL', () => {
  const create: Operation = { kind: 'createObject', object: trigger };
  const newer: RawObject = { ...trigger, create: ['create function touch() newer'] };

  test('is made, replaced and dropped, and each is taken back', () => {
    const sql = (operation: Operation) =>
      postgres.compile(operation, emptyCatalog('postgres'), {}).map((each) => each.sql);
    const replace: Operation = { kind: 'replaceObject', object: newer, was: trigger };
    expect(sql(create)).toEqual(trigger.create);
    expect(sql(replace)).toEqual([...trigger.drop, ...newer.create]);
    expect(sql({ ...replace, object: { ...newer, replace: ['create or replace …'] } })).toEqual([
      'create or replace …',
    ]);
    expect(invert([create, replace])?.map(sql)).toEqual([[...newer.drop, ...trigger.create], trigger.drop]);
    expect(describeOperation(replace)).toBe('replace trigger touched on posts');
  });

  test('is written into a revision', () => {
    const { upgrade, downgrade } = renderBodies([create]);
    expect(upgrade).toContain('await op.createObject({');
    expect(upgrade).toContain("kind: 'trigger',");
    expect(downgrade).toContain('await op.dropObject({');
  });
});

describe('extensions and comments', () => {
  test.each<[Operation, string, string | null]>([
    [{ kind: 'createExtension', name: 'citext' }, 'CREATE EXTENSION "citext"', 'DROP EXTENSION "citext"'],
    [
      { kind: 'createExtension', name: 'citext', schema: 'ext', version: '1.6', ifNotExists: true },
      `CREATE EXTENSION IF NOT EXISTS "citext" SCHEMA "ext" VERSION '1.6'`,
      null,
    ],
    [
      {
        kind: 'comment',
        target: { on: 'column', name: 'a b', table: { schema: 's', name: 't' } },
        text: "it's",
        was: null,
      },
      `COMMENT ON COLUMN "s"."t"."a b" IS 'it''s'`,
      'COMMENT ON COLUMN "s"."t"."a b" IS NULL',
    ],
    [
      {
        kind: 'comment',
        target: { on: 'policy', name: 'p', table: { schema: null, name: 't' } },
        text: null,
      },
      'COMMENT ON POLICY "p" ON "t" IS NULL',
      null,
    ],
    [
      {
        kind: 'comment',
        target: { on: 'materialized view', name: { schema: null, name: 'v' } },
        text: 'x',
        was: 'y',
      },
      `COMMENT ON MATERIALIZED VIEW "v" IS 'x'`,
      `COMMENT ON MATERIALIZED VIEW "v" IS 'y'`,
    ],
  ])('%o', (operation, sql, back) => {
    const texts = (operations: readonly Operation[] | null) =>
      operations?.flatMap((each) =>
        postgres.compile(each, emptyCatalog('postgres'), {}).map((statement) => statement.sql),
      ) ?? null;
    expect(texts([operation])).toEqual([sql]);
    expect(texts(invert([operation]))).toEqual(back === null ? null : [back]);
    expect(() => sqlite.compile(operation, emptyCatalog('sqlite'), {})).toThrow(/SQLite has no/);
  });
});
