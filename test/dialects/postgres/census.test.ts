import { describe, expect, test } from 'vitest';
import type { Catalog } from '../../../src/catalog/index.js';
import { postgres } from '../../../src/dialects/postgres/index.js';
import { diff } from '../../../src/diff/diff.js';
import { invert } from '../../../src/operations/index.js';
import { runAll } from '../../support/oracle.js';
import { session } from '../../support/postgres-session.js';

/** What no model can say: it is listed, and it lives through every change of what it stands on. */

const setup = `
  do $$ begin create role rev_reader; exception when duplicate_object or unique_violation then null; end $$;
  create type mood as enum ('sad', 'ok');
  create sequence seq;
  create table t (id int primary key, a int, b varchar(20) collate "C", c text, d int, m mood, doc jsonb,
    constraint positive check (a > 0), constraint only_one unique (b) include (d),
    exclude using gist (box(point(d, d), point(d, d)) with &&)) with (fillfactor = 70);
  create index t_a on t (a) include (d) where a > 1;
  create index t_c on t (c);
  cluster t using t_c;
  alter table t replica identity full;
  create statistics st on a, d from t;
  alter table t alter column c set storage external, alter column d set statistics 500;
  create view v as select a, b from t where a > 0;
  create materialized view mv as select a from v;
  create index mv_a on mv (a);
  create function tf() returns trigger language plpgsql as 'begin return new; end';
  create trigger tr before update of a on t for each row execute function tf();
  create trigger tv instead of insert on v for each row execute function tf();
  create rule r as on delete to t where old.a < 0 do instead nothing;
  create rule rv as on update to v do instead nothing;
  create publication pub for table t;
  alter view v alter column b set default 'x';
  alter table t enable row level security, force row level security;
  create policy p on t using (a > 0);
  comment on table t is '1'; comment on column t.a is '2'; comment on index t_a is '3'; comment on view v is '4';
  comment on constraint positive on t is '5'; comment on trigger tr on t is '6'; comment on policy p on t is '7';
  comment on type mood is '8'; comment on sequence seq is '9'; comment on column v.b is '10'; comment on rule r on t is '11';
  comment on index mv_a is '12'; comment on materialized view mv is '13'; comment on trigger tv on v is '14';
  grant select on t, v, mv to rev_reader; grant update (a) on t to rev_reader; grant select (b) on v to rev_reader;
  grant usage on sequence seq to rev_reader; grant usage on type mood to rev_reader;
  insert into t values (1, 2, 'x', 'y', 3, 'ok', '{}');
  refresh materialized view mv`;

const listed = (catalog: Catalog) =>
  catalog.uncompared.map(
    ({ kind, name, table }) => `${kind} ${name.name}${table ? ` on ${table.name}` : ''}`,
  );

describe('the census', () => {
  test('lists all that stands on tables and views', async () => {
    const { sql, inspect } = await session();
    await sql(setup);
    expect(listed(await inspect())).toEqual([
      'INCLUDE of constraint only_one on t',
      'INCLUDE of index t_a on t',
      'clustered index t_c on t',
      'collation of column t.b on t',
      ...['mood', 'mv on mv', 'mv_a on mv', 'p on t', 'positive on t', 'r on t', 'seq'].map(
        (on) => `comment ${on}`,
      ),
      ...['t on t', 't.a on t', 't_a on t', 'tr on t', 'tv on v', 'v on v', 'v.b on v'].map(
        (on) => `comment ${on}`,
      ),
      'default of view column v.b on v',
      'exclusion constraint t_box_excl on t',
      'forced row level security t on t',
      'function tf()',
      ...['mood', 'mv on mv', 'seq', 't on t', 't.a on t', 'v on v', 'v.b on v'].map((on) => `grants ${on}`),
      'index of materialized view mv_a on mv',
      'publication pub on t',
      'replica identity t on t',
      'rule r on t',
      'rule rv on v',
      'statistics st on t',
      'statistics target of column t.d on t',
      'storage of column t.c on t',
      'storage parameters t on t',
      'trigger tr on t',
      'trigger tv on v',
    ]);
  });

  const retyped = (catalog: Catalog, change: (table: Catalog['tables'][number]) => object): Catalog => ({
    ...catalog,
    tables: catalog.tables.map((table) => (table.name === 't' ? { ...table, ...change(table) } : table)),
  });

  test.each<[string, (catalog: Catalog) => Catalog]>([
    [
      'new types of columns under views, rules, triggers, policies and indexes',
      (catalog) =>
        retyped(catalog, (table) => ({
          columns: table.columns.map((column) =>
            column.name === 'a'
              ? { ...column, type: 'bigint' }
              : column.name === 'b'
                ? { ...column, type: 'varchar(40)' }
                : column,
          ),
        })),
    ],
    [
      'columns that come and go, become nullable and get defaults',
      (catalog) =>
        retyped(catalog, (table) => ({
          columns: [
            ...table.columns
              .filter(({ name }) => name !== 'doc')
              .map((column) => (column.name === 'd' ? { ...column, nullable: false } : column)),
            { ...table.columns[1], name: 'more', default: { kind: 'literal', value: 5 } },
          ],
        })),
    ],
    [
      'an enum that is made anew',
      (catalog) => ({
        ...catalog,
        enums: [{ kind: 'enum', schema: null, name: 'mood', values: ['ok', 'sad'] }],
      }),
    ],
    [
      'a view that is made again',
      (catalog) => ({
        ...catalog,
        views: catalog.views.map((view) =>
          view.name === 'v'
            ? { ...view, query: 'select a, b, c from t where a > 0', columns: undefined as never }
            : view,
        ),
      }),
    ],
  ])('lives through %s, and the way back', async (_what, change) => {
    const { sql, inspect, driver } = await session();
    await sql(setup);
    const before = await inspect();
    const { actual, wanted } = await postgres.normalize(driver, before, change(before));
    const { operations } = diff(actual, wanted, postgres.rules);
    expect(operations).not.toEqual([]);
    await runAll(postgres, driver, operations);
    expect(listed(await inspect())).toEqual(listed(before));
    await runAll(postgres, driver, invert(operations) ?? []);
    expect(listed(await inspect())).toEqual(listed(before));
    expect(await sql('select a from mv')).toEqual([{ a: 2 }]);
  });

  test('follows renames', async () => {
    const { sql, inspect, driver } = await session();
    await sql(setup);
    const before = await inspect();
    const renamed = JSON.parse(
      JSON.stringify(before)
        .replaceAll('"name":"t"', '"name":"u"')
        .replaceAll(/\bFROM t\b/g, 'FROM u')
        // PostgreSQL up to 15 writes the table before its columns.
        .replaceAll(/\bt\./g, 'u.'),
    ) as Catalog;
    const { actual, wanted } = await postgres.normalize(driver, before, renamed);
    const { operations } = diff(actual, wanted, postgres.rules, { renames: { said: ['t=u'] } });
    await runAll(postgres, driver, operations);
    const after = listed(await inspect()).map((line) =>
      line.replace(/\bu(?=$|\.)/g, 't').replace(' u on', ' t on'),
    );
    expect(after.sort()).toEqual([...listed(before)].sort());
    await runAll(postgres, driver, invert(operations) ?? []);
    expect(listed(await inspect())).toEqual(listed(before));
  });
});
