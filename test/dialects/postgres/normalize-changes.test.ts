import { describe, expect, test } from 'vitest';
import type { EnumType } from '../../../src/catalog/index.js';
import { postgres } from '../../../src/dialects/postgres/index.js';
import { check, column } from '../../../src/operations/index.js';
import {
  catalogOf,
  changes,
  enumColumn,
  expressionOf,
  index,
  mood,
  table,
} from '../../support/postgres-models.js';
import { session, type TestSession } from '../../support/postgres-session.js';

describe('real changes', () => {
  test('are seen behind equal looks', async () => {
    const at = await session();
    await at.sql(`create table t (a varchar(20) default 'x', b integer default 1, g integer generated always as (b * 2) stored,
      constraint ck check (a in ('x', 'y'))); create index i on t (lower(a)) where b > 0; create index j on t (a)`);
    const wanted = catalogOf([
      table(
        [
          column('a', 'varchar(20)', { default: 'X' }),
          column('b', 'integer', { default: 2 }),
          column('g', 'integer', { generated: 'b * 3' }),
        ],
        {
          checks: [check('ck', "a in ('x', 'z')")],
          indexes: [
            index('i', [{ expression: 'lower(a)' }], { where: 'b > 1' }),
            index('j', [{ column: 'a', opclass: 'text_pattern_ops' }]),
          ],
        },
      ),
    ]);
    const { lines, unverified } = await changes(at, wanted);
    expect(unverified).toEqual([]);
    expect(lines.join('\n')).toMatch(/drop check ck.*column a: default.*column b: default.*/s);
    expect(lines.filter((line) => line.includes('create index'))).toHaveLength(2);
  });

  test('of a type alone leave checks and indexes alone', async () => {
    const at = await session();
    await at.sql(
      `create table t (a varchar(20), constraint ck check (a = lower(a))); create index i on t (a) where a <> 'z'`,
    );
    const wanted = catalogOf([
      table([column('a', 'text')], {
        checks: [check('ck', 'a = lower(a)')],
        indexes: [index('i', ['a'], { where: "a <> 'z'" })],
      }),
    ]);
    const { lines } = await changes(at, wanted);
    expect(lines).toEqual(['alter table t: alter column a: type text']);
  });

  test('that need a new enum are compared all the same', async () => {
    const at = await session();
    await at.sql(
      `create type mood as enum ('sad', 'ok', 'it''s'); create table t (a mood default 'ok', b integer, constraint ck check (a <> 'sad'))`,
    );
    const kind: EnumType = { kind: 'enum', schema: null, name: 'Kind', values: ['k'] };
    const more: EnumType = { ...mood, values: [...mood.values, 'new'] };
    const wanted = catalogOf(
      [
        table(
          [
            enumColumn('a', 'mood', more, expressionOf("'ok'::mood")),
            column('b', 'integer'),
            enumColumn('k', '"Kind"', kind),
          ],
          {
            checks: [check('ck', "a not in ('sad')"), check('ck2', `a in ('new') and k = 'k'`)],
          },
        ),
      ],
      { enums: [more, kind] },
    );
    const { lines, unverified } = await changes(at, wanted);
    expect(unverified).toEqual([]);
    expect(lines.filter((line) => /check ck\b/.test(line))).toEqual([]);
  });

  test('of names that nobody gave are matched by what they mean', async () => {
    const at = await session();
    await at.sql(`create table t (a varchar(20), check (a in ('x', 'y')), check (length(a) > 2))`);
    const wanted = catalogOf([
      table([column('a', 'varchar(20)')], {
        checks: [
          { ...check('t_a_1', "a in ('x','y')"), derived: true },
          { ...check('t_a_2', 'length(a) > 2'), derived: true },
        ],
      }),
    ]);
    expect(await changes(at, wanted)).toEqual({ lines: [], unverified: [] });
  });
});

describe('where PostgreSQL cannot be asked', () => {
  const wanted = (text: string) => catalogOf([table([column('a', 'text')], { checks: [check('ck', text)] })]);

  test('equal tokens are equal, others are said to be unverified', async () => {
    const at = await session();
    await at.sql(`create table t (a text, constraint ck check (length(a) > 3));
      create role plain_user login password 'x'; revoke temp on database ${at.name} from public;`);
    const url = new URL(at.url);
    url.username = 'plain_user';
    url.password = 'x';
    const driver = await postgres.connect({ url: url.href, from: import.meta.dirname });
    try {
      const plain = {
        ...at,
        driver,
        inspect: (scope?: Parameters<TestSession['inspect']>[0]) => at.inspect(scope),
      };
      expect(await changes(plain, wanted('(LENGTH( "a" ) > 3)'))).toEqual({ lines: [], unverified: [] });
      const other = await changes(plain, wanted('char_length(a) > 3'));
      expect(other.unverified).toEqual([
        'The check ck of t could only be compared as text: PostgreSQL did not take the models’ version on a temporary table.',
      ]);
      expect(other.lines).toHaveLength(1);
    } finally {
      await driver.close();
      await at.sql('drop role plain_user');
    }
  });

  test('an expression that PostgreSQL refuses is said to be unverified', async () => {
    const at = await session();
    await at.sql('create table t (a text, constraint ck check (length(a) > 3))');
    expect((await changes(at, wanted('no_such_function(a)'))).unverified).toHaveLength(1);
  });
});

test('asking leaves nothing behind', async () => {
  const at = await session();
  await at.sql(`create table t (a varchar, constraint ck check (a in ('x'))); insert into t values ('x')`);
  await changes(at, catalogOf([table([column('a', 'varchar')], { checks: [check('ck', "a in ('y')")] })]));
  expect(await at.driver.query("select relname from pg_class where relpersistence = 't'")).toEqual([]);
  expect(await at.driver.query('show search_path')).toEqual([{ search_path: '"$user", public' }]);
});
