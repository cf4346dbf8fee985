import { expect, test } from 'vitest';
import { freshSqlite } from '../../support/sqlite.js';

test('beside a foreign key that never fitted, others are made and looked at', async () => {
  const { driver, setup } = await freshSqlite();
  await setup(
    'PRAGMA foreign_keys = OFF',
    'create table p (id integer primary key, code text)',
    'create table q (a text collate nocase, b int, unique (b, a))',
    'create table c (code references p(code), a, b, foreign key (a, b) references q (a, b))',
    "insert into p values (1, 'x')",
    "insert into q values ('A', 1)",
    "insert into c values ('x', 'a', 1), ('y', null, 1)",
    'PRAGMA foreign_keys = ON',
  );
  const run = (sql: string) => driver.transaction(() => driver.run({ sql }));
  await run('alter table c add column z integer references p(id)');
  await run('alter table c add column y integer references p');
  await expect(run("insert into c values (null, 'B', 1, null, 7)")).rejects.toMatchObject({
    message:
      'Foreign keys are violated:\n  c (a, b): 1 row without a parent in q\n  c (y): 1 row without a parent in p',
  });
  await expect(run('alter table c add column x references p(code)')).rejects.toMatchObject({
    message: 'Foreign keys are violated:\n  c (x) refers to columns of p that are no key of it',
  });
});
