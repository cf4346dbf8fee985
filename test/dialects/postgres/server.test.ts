import { expect, test } from 'vitest';
import { freshDatabase } from '../../support/postgres.js';

test('the test server gives empty databases of its own', async () => {
  const one = await freshDatabase();
  const two = await freshDatabase();
  await one.sql('create table only_here (id integer)');
  expect(await two.sql("select to_regclass('only_here') as found")).toEqual([{ found: null }]);
  expect(await one.sql('insert into only_here values (1); select * from only_here')).toEqual([{ id: 1 }]);
});
