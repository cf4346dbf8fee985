import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freshDatabase, type TestDatabase } from '../support/postgres.js';
import type { UserProject } from '../support/project.js';
import { config, refused, revision, sqliteProject } from '../support/refusals.js';

/** Restores of kinds of objects, and of privileges: pg_dump says the same of the database before and after. */

const id = 'aaaa11112222';
const bin = process.env.REV_TEST_POSTGRES_BIN ?? '';

function projectOf(url: string, schemas: readonly string[] = []): UserProject {
  const project = sqliteProject();
  config(project, { dialect: 'postgres', url, schema: './schema', schemas, backup: { bin } });
  revision(project, { id, upgrade: "await op.createTable('t', [column('n', 'integer')]);" });
  return project;
}

async function make(statements: string, schemas: readonly string[] = []) {
  const database = await freshDatabase();
  const project = projectOf(database.url, schemas);
  await database.sql(statements);
  await project.ok(['upgrade', 'head']);
  return { database, project };
}

/** A role of the cluster that is gone when the test is, with what it owns. Its name is one to be quoted. */
async function roleOf(database: TestDatabase, rights = ''): Promise<string> {
  const name = `"${database.name} Role's"`;
  await database.sql(`create role ${name} ${rights}`);
  onTestFinished(async () => {
    const maintenance = await freshDatabase();
    await database.drop();
    await maintenance.sql(`drop role ${name}`);
  });
  return name;
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

describe('kinds of tables', () => {
  /** In their catalog entries most of these depend on themselves or on each other. */
  const tables = `
    create schema parts; create schema a;
    create table public.measures (id int not null, day date not null, note text, primary key (id, day))
      partition by range (day);
    create table parts.of_26 partition of public.measures for values from ('2026-01-01') to ('2027-01-01')
      partition by list (id);
    create table parts.of_26_1 partition of parts.of_26 for values in (1);
    create table public.of_27 partition of public.measures for values from ('2027-01-01') to ('2028-01-01');
    create table public.others partition of public.measures default;
    create index measures_note on public.measures (note);
    create table public.owner (id int generated always as identity primary key);
    create table a.hashed (id int generated always as identity, of int references public.owner) partition by hash (of);
    alter table public.measures add constraint owned foreign key (id) references public.owner;
    create table public.reader (id int, day date, foreign key (id, day) references public.measures);
    create table a.by_expression (n int, s text) partition by range (lower(s), (n + 1));
    insert into public.owner default values;
    insert into public.measures values (1, '2026-05-05', 'a'), (1, '2027-05-05', 'b'), (1, '2020-05-05', 'c');
    insert into public.reader values (1, '2026-05-05');
    create table public.parent (n int); create table a.child (m int) inherits (public.parent);
    create type a.pair as (one int, two int); create table public.typed of a.pair (primary key (one));
    create table public.computed (n int, twice int generated always as (n * 2) stored check (twice > 0));
    create table public.ruled (n int); create rule nothing as on insert to public.ruled do instead nothing;
    create sequence public.counter; create table public.counted (n int default nextval('public.counter'), s serial);
    alter sequence public.counter owned by public.counted.n;
    create table public.self (n int primary key, up int references public.self);
    create view public.seen as select * from public.measures; create unlogged table a.unlogged (n serial)`;

  it('are all gone before a restore, and there again', async () => {
    const { database, project } = await make(tables);
    const before = dump(database);
    const file = await fileOf(project);
    await database.sql(`drop table public.of_27 cascade; delete from reader; insert into measures values (1, '2019-01-01', 'd');
      create table made_since (n int) partition by range (n); create table a.of_it partition of made_since default`);
    await project.ok(['restore', file, '--yes']);
    expect(dump(database)).toBe(before);
  });

  it('that a backup has not are gone after its restore', async () => {
    const { database, project } = await make('select 1');
    const before = dump(database);
    const file = await fileOf(project);
    await database.sql(tables);
    await project.ok(['restore', file, '--yes']);
    expect(dump(database)).toBe(before);
  });

  it('are all gone after a reset', async () => {
    const { database, project } = await make(tables, ['public', 'parts', 'a']);
    const { dropped } = JSON.parse((await project.ok(['reset', '--drop', '--yes', '--json'])).stdout);
    expect(dropped).toEqual(
      expect.arrayContaining([
        'table public.measures',
        'table a.hashed',
        'table a.child',
        'table public.typed',
      ]),
    );
    expect(await database.sql('select relname from pg_class where oid >= 16384')).toEqual([]);
  });
});

describe('access methods of users', () => {
  it('are restored like everything else', async () => {
    const { database, project } =
      await make(`create access method own type table handler heap_tableam_handler;
      create table of_own (n int) using own`);
    const before = dump(database);
    const file = await fileOf(project);
    await database.sql('create access method made_since type table handler heap_tableam_handler');
    await project.ok(['restore', file, '--yes']);
    expect(dump(database)).toBe(before);
  });
});

describe('large objects', () => {
  it('do not end the transaction of the restore', async () => {
    const { database, project } = await make("select lo_from_bytea(42, '\\x01ff'); select lo_create(43);");
    const reporting = await roleOf(database);
    await database.sql(`grant select on t to ${reporting}`);
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
  });
});

describe('default privileges', () => {
  const objects = `create schema app; create table app.secret (n serial); create table public.secret (n int);
    create view public.seen as select n from secret; create function public.f() returns int language sql as 'select 1';
    create procedure app.p() language sql as 'select 1'; create type public.mood as enum ('sad');
    create type app.days as range (subtype = date); create sequence app.counter; select lo_create(42);`;

  /** What whoever says this makes is as little as can be like what PostgreSQL gives by itself. */
  const defaults = (reporting: string) => `
    alter default privileges grant select, insert on tables to ${reporting}, public;
    alter default privileges grant update on tables to ${reporting} with grant option;
    alter default privileges revoke delete on tables from current_user;
    alter default privileges in schema public grant trigger on tables to ${reporting};
    alter default privileges in schema public grant usage on sequences to ${reporting} with grant option;
    alter default privileges grant usage on sequences to public;
    alter default privileges revoke execute on functions from public;
    alter default privileges revoke usage on types from public, current_user;
    alter default privileges grant create, usage on schemas to ${reporting};
    alter default privileges for role ${reporting} grant select on tables to public;`;

  /** Of the current user, by schema and kind of object. */
  const kept = (database: TestDatabase) =>
    database.sql(`select concat_ws(' ', nspname, defaclobjtype, (select string_agg(concat(
        case grantee when 0 then 'public' when defaclrole then 'owner' else 'reporting' end, ' ', privilege_type,
        case when is_grantable then '*' end), ', ' order by grantee, privilege_type)
        from aclexplode(defaclacl) where privilege_type <> 'MAINTAIN')) as acl
      from pg_default_acl left join pg_namespace n on n.oid = defaclnamespace
      where pg_get_userbyid(defaclrole) = current_user order by 1`);

  it('give nothing to what is restored, and take nothing from it', async () => {
    const { database, project } = await make(objects);
    const reporting = await roleOf(database);
    await database.sql(`${defaults(reporting)} create schema "It's";
      alter default privileges in schema "It's" grant all on tables to ${reporting};
      create table public.later (n int); create table "It's".more (n serial);
      create function "It's".g() returns int language sql as 'select 1'; grant execute on function "It's".g() to public;
      create table public.shut (n int); revoke all on shut from public, ${reporting}, current_user;
      grant select (n) on app.secret to ${reporting};
      create schema reporting authorization ${reporting};
      create table reporting.own (n int); alter table reporting.own owner to ${reporting}`);
    const before = dump(database);
    const file = await fileOf(project);
    await project.ok(['restore', file, '--yes']);
    expect(dump(database)).toBe(before);
  });

  it('of a user who is no superuser are the same afterwards, and have done nothing', async () => {
    const database = await freshDatabase();
    const owner = await roleOf(database, "login password 'p'");
    await database.sql(
      `alter database ${database.name} owner to ${owner}; grant create on schema public to ${owner}`,
    );
    const url = new URL(database.url);
    url.username = encodeURIComponent(owner.slice(1, -1));
    url.password = 'p';
    const project = projectOf(url.href);
    await project.ok(['upgrade', 'head']);
    await database.sql(`set role ${owner}; create function f() returns int language sql as 'select 1';
      alter default privileges grant select on tables to public; alter default privileges revoke execute on functions from public;
      alter default privileges in schema public grant insert on tables to public; reset role`);
    const before = dump(database);
    const file = await fileOf(project);
    await project.ok(['restore', file, '--yes']);
    expect(dump(database)).toBe(before);
  });

  it('stay where they are of the whole database or of a schema that stays, beside those of the backup', async () => {
    const { database, project } = await make(objects);
    const reporting = await roleOf(database);
    await database.sql(`alter default privileges grant truncate on tables to public;
      alter default privileges revoke usage on types from public`);
    const file = await fileOf(project);
    await database.sql(`alter default privileges revoke truncate on tables from public;
      alter default privileges in schema app grant select on tables to public; ${defaults(reporting)}`);
    await project.ok(['restore', file, '--yes']);
    expect((await kept(database)).map(({ acl }) => acl)).toEqual([
      'S public USAGE, owner SELECT, owner UPDATE, owner USAGE',
      'T',
      'f owner EXECUTE',
      'n owner CREATE, owner USAGE, reporting CREATE, reporting USAGE',
      'public S reporting USAGE*',
      'public r reporting TRIGGER',
      [
        'r public INSERT, public SELECT, public TRUNCATE, owner INSERT, owner REFERENCES, owner SELECT, owner TRIGGER',
        'owner TRUNCATE, owner UPDATE, reporting INSERT, reporting SELECT, reporting UPDATE*',
      ].join(', '),
    ]);
  });

  it('act as ever where the privileges of the backup are left out', async () => {
    const { database, project } = await make(objects);
    const reporting = await roleOf(database);
    await database.sql(defaults(reporting));
    await project.ok(['restore', await fileOf(project), '--yes', '--no-owner']);
    expect(await database.sql("select has_function_privilege('public', 'f()', 'execute') as may")).toEqual([
      { may: false },
    ]);
  });
});
