import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '../support/postgres.js';
import type { UserProject } from '../support/project.js';
import { config, refused, revision, sqliteProject } from '../support/refusals.js';

/** Restores of kinds of objects, and of privileges: pg_dump says the same of the database before and after. */

const id = 'aaaa11112222';
const bin = process.env.REV_TEST_POSTGRES_BIN ?? '';

async function make(statements: string, schemas: readonly string[] = []) {
  const database = await freshDatabase();
  const project = sqliteProject();
  config(project, { dialect: 'postgres', url: database.url, schema: './schema', schemas, backup: { bin } });
  revision(project, { id, upgrade: "await op.createTable('t', [column('n', 'integer')]);" });
  await database.sql(statements);
  await project.ok(['upgrade', 'head']);
  return { database, project };
}

const fileOf = async (project: UserProject) => (await project.ok(['backup'])).stdout.trim();

/** Without the keys that a younger one makes anew each time. */
const dump = ({ url }: TestDatabase) =>
  execFileSync(join(bin, 'pg_dump'), ['--no-subscriptions', url])
    .toString()
    .replace(/^\\(?:un)?restrict .*$/gm, '');

describe('what belongs to a type', () => {
  /** Their functions, casts, arrays and relations are made with them, and go with them. */
  const types = `
    create type public.fr as range (subtype = float8);
    create table public.of_fr (at fr, several fr_multirange, exclude using gist (at with &&));
    create schema a; create schema b;
    create type a.days as range (subtype = date, multirange_type_name = b.many_days);
    create function a.width(b.many_days) returns int language sql as 'select 1';
    create cast (a.days as text) with inout;
    create type a.pair as (one int, two fr);
    create type a.pairs as (several a.pair[]);
    create domain a.positive as int check (value > 0);
    create domain a.more as a.positive[] not null;
    create table a.typed of a.pair;
    create table a.holder (p a.pairs, d a.positive, m a.more default '{}');
    create type a.shell;
    create type a.mood as enum ('sad', 'happy');
    create type a.own;
    create function a.own_in(cstring) returns a.own language internal immutable strict as 'int4in';
    create function a.own_out(a.own) returns cstring language internal immutable strict as 'int4out';
    create type a.own (input = a.own_in, output = a.own_out, like = int4);
    create function a.less(a.own, a.own) returns bool language internal immutable strict as 'int4lt';
    create function a.compared(a.own, a.own) returns int language internal immutable strict as 'btint4cmp';
    create operator a.< (function = a.less, leftarg = a.own, rightarg = a.own);
    create operator class a.own_ops default for type a.own using btree as operator 1 a.<, function 1 a.compared(a.own, a.own);
    create type a.owns as range (subtype = a.own, subtype_opclass = a.own_ops);
    create cast (a.own as int) without function;
    create function a.second(a.own, a.own) returns a.own language sql as 'select $2';
    create aggregate a.last(a.own) (sfunc = a.second, stype = a.own)`;

  it('is not dropped by itself in a restore', async () => {
    const { database, project } = await make(types);
    const before = dump(database);
    const file = await fileOf(project);
    await database.sql('create type made_since as range (subtype = int); create type a.since as (n int)');
    await project.ok(['restore', file, '--yes']);
    expect(dump(database)).toBe(before);
  });

  it('is not dropped by itself in a reset', async () => {
    const { database, project } = await make(types, ['public', 'a', 'b']);
    const { dropped } = JSON.parse((await project.ok(['reset', '--drop', '--yes', '--json'])).stdout);
    expect(dropped).toContain('type public.fr');
    expect(dropped.join('\n')).not.toMatch(/function public\.fr/);
    expect(await database.sql("select oid from pg_type where oid >= 16384 and typtype <> 'p'")).toEqual([]);
    expect(await database.sql('select oid from pg_proc where oid >= 16384')).toEqual([]);
  });

  it('goes with it only where nothing else needs it', async () => {
    const { database, project } = await make(types, ['a', 'b']);
    const before = dump(database);
    await database.sql('create schema theirs; create table theirs.t (d b.many_days)');
    await refused(project, ['reset', '--drop', '--yes'], 'REV_IN_USE', 1, [/theirs\.t\.d/]);
    await database.sql('drop schema theirs cascade');
    expect(dump(database)).toBe(before);
  });
});

describe('large objects', () => {
  it('do not end the transaction of the restore', async () => {
    const { database, project } = await make("select lo_from_bytea(42, '\\x01ff'); select lo_create(43);");
    const reporting = `${database.name}_gone`;
    await database.sql(`create role ${reporting}; grant select on t to ${reporting}`);
    const whole = dump(database);
    const file = await fileOf(project);
    await database.sql(
      `revoke select on t from ${reporting}; drop role ${reporting}; create table made_since (n int)`,
    );
    const before = dump(database);
    // Privileges come after the large objects.
    await refused(project, ['restore', file, '--yes'], 'REV_RESTORE', 1, [/as it was/, /does not exist/]);
    expect(dump(database)).toBe(before);
    await database.sql(`create role ${reporting}`);
    await project.ok(['restore', file, '--yes']);
    expect(dump(database)).toBe(whole);
    await database.sql(`drop owned by ${reporting}; drop role ${reporting}`);
  });
});
