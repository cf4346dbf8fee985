import { expect, test } from 'vitest';
import { primaryKey, render, Source, unique } from '../../../src/operations/index.js';
import { alter, expectFaithful, sqlOf, t } from '../../support/postgres-operations.js';

/** INCLUDE columns of keys. */

const setup = 'create table t (a integer not null, b text, c jsonb, d integer)';
const key = primaryKey(['a'], { name: 'pk', include: ['b', 'd'] });
const other = unique('un', ['d'], { include: ['b'], deferrable: 'deferred' });

test('INCLUDE columns of keys are inspected, compiled and written', async () => {
  const operation = alter(
    { kind: 'addConstraint', constraint: key },
    { kind: 'addConstraint', constraint: other },
  );
  expect(sqlOf(operation)).toEqual([
    `ALTER TABLE "t"
  ADD CONSTRAINT "pk" PRIMARY KEY ("a") INCLUDE ("b", "d"),
  ADD CONSTRAINT "un" UNIQUE ("d") INCLUDE ("b") DEFERRABLE INITIALLY DEFERRED`,
  ]);
  const after = await expectFaithful(setup, operation);
  expect(after.tables[0]).toMatchObject({ primaryKey: key, uniques: [other] });
  expect(after.uncompared.map(({ kind, name }) => `${kind} ${name.name}`)).toEqual([
    'INCLUDE of constraint pk',
    'INCLUDE of constraint un',
  ]);
});

test('they are read back from a revision file', () => {
  const source = new Source();
  const text = render(
    { kind: 'alterTable', table: t, changes: [{ kind: 'addConstraint', constraint: key }] },
    source,
  );
  expect(text).toContain("primaryKey(['a'], { name: 'pk', include: ['b', 'd'] })");
  expect(
    render(
      {
        kind: 'alterTable',
        table: t,
        changes: [{ kind: 'addConstraint', constraint: unique('un', ['a'], { include: ['b'] }) }],
      },
      source,
    ),
  ).toContain("unique('un', ['a'], { include: ['b'] })");
});
