import { afterEach, expect, it } from 'vitest';
import { freshDatabase, serverMajor } from '../support/postgres.js';
import { type UserProject, userProject } from '../support/project.js';

/** What no model can say and stands on a column that goes: said, written out, or refused. */

const projects: UserProject[] = [];
afterEach(() => {
  for (const project of projects.splice(0)) project.remove();
});

const models = (columns: string) => `
  import { integer, pgTable } from 'drizzle-orm/pg-core';
  export const rooms = pgTable('rooms', { id: integer('id').primaryKey(), ${columns} });
`;

it('a column does not take its constraints and triggers along in silence', async () => {
  const project = userProject();
  projects.push(project);
  const database = await freshDatabase();
  project.write(
    'alembic.config.ts',
    `export default { dialect: 'postgres', url: ${JSON.stringify(database.url)}, schema: './schema.ts' };`,
  );
  project.write('schema.ts', models("floor: integer('floor'), door: integer('door')"));
  await project.ok(['create', '-m', 'first', '--autogenerate']);
  await project.ok(['upgrade', 'head']);
  await database.sql(`insert into rooms values (1, 2, 3);
    alter table rooms add constraint one_door exclude using btree (floor with =, door with =) where (door > 0);
    comment on column rooms.door is E'its \\\\ "door" \`\${x}\`';
    create function noop() returns trigger language plpgsql as 'begin return new; end';
    create trigger painted before update of door on rooms for each row execute function noop()`);

  project.write('schema.ts', models("floor: integer('floor')"));
  const refused = await project.rev(['create', '-m', 'no doors', '--autogenerate']);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('REV_IN_USE');
  expect(refused.stderr).toContain('trigger painted on rooms stands on column rooms.door');
  expect(refused.stderr).toContain('drop trigger painted on rooms');
  expect(project.revisions()).toHaveLength(1);

  await database.sql('drop trigger painted on rooms');
  const look = `select pg_get_constraintdef(c.oid) as def, col_description('rooms'::regclass, a.attnum) as comment
    from pg_constraint c, pg_attribute a where conname = 'one_door' and a.attrelid = 'rooms'::regclass and a.attname = 'door'`;
  const before = await database.sql(look);
  const created = await project.ok(['create', '-m', 'no doors', '--autogenerate']);
  expect(created.stderr).toContain('exclusion constraint one_door on rooms goes with column rooms.door');
  await project.ok(['upgrade', 'head']);
  await project.ok(['check']);
  expect(await database.sql(look)).toEqual([]);
  await project.ok(['downgrade', '-1', '--yes']);
  expect(await database.sql(look)).toEqual(before);
});

it('an index that is made again stays the replica identity, in a revision that says so', async () => {
  const project = userProject();
  projects.push(project);
  const database = await freshDatabase();
  project.write(
    'alembic.config.ts',
    `export default { dialect: 'postgres', url: ${JSON.stringify(database.url)}, schema: './schema.ts' };`,
  );
  const indexed = (keys: string, type: string) => `
    import { bigint, integer, pgTable, uniqueIndex } from 'drizzle-orm/pg-core';
    export const rooms = pgTable('rooms', { floor: integer('floor').notNull(), door: ${type}.notNull() },
      (t) => [uniqueIndex('rooms_door').on(${keys})]);
  `;
  project.write('schema.ts', indexed('t.door', "integer('door')"));
  await project.ok(['create', '-m', 'first', '--autogenerate']);
  await project.ok(['upgrade', 'head']);
  await database.sql(`alter table rooms replica identity using index rooms_door;
    comment on index rooms_door is 'where is it?'; insert into rooms values (1, 2);
    create publication doors for table rooms ${(await serverMajor()) >= 15 ? '(door, floor)' : ''}`);
  const look = `select indisreplident, obj_description(indexrelid, 'pg_class') as comment,
    (select prrelid::regclass::text from pg_publication_rel) as published
    from pg_index where indexrelid = 'rooms_door'::regclass`;
  const before = await database.sql(look);

  project.write('schema.ts', indexed('t.floor, t.door', "bigint('door', { mode: 'number' })"));
  await project.ok(['create', '-m', 'floors', '--autogenerate']);
  await project.ok(['upgrade', 'head']);
  await project.ok(['check']);
  expect(await database.sql(look)).toEqual(before);
  await project.ok(['downgrade', '-1', '--yes']);
  expect(await database.sql(look)).toEqual(before);
  expect(project.revisions()).toHaveLength(2);
});
