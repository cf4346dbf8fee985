import { type SQL, sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  check,
  foreignKey,
  index,
  integer,
  pgSchema,
  pgSequence,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import { serverMajor } from '../support/postgres.js';
import { type Built, type Case, type Columns, type Extra, id, t } from '../support/postgres-changes.js';
import { expectScenario, type Models, type Scenario } from '../support/postgres-scenarios.js';

/**
 * The changes of constraints, indexes and what is beside tables (39 to 48) of which we know what Alembic does with them
 * on PostgreSQL. With rows; upgrade, nothing more to do, downgrade restores the catalogue, upgrade again.
 */

/** Only what stands on the columns changes. */
const stands = (
  columns: () => Columns,
  from: Extra | undefined,
  to: Extra | undefined,
  given = "insert into t values (1, 'x', 1)",
): Scenario => ({
  before: t(columns(), from),
  given,
  after: t(columns(), to),
  survives: 'select * from t',
});
const ab = () => ({ a: text('a'), b: integer('b') });
const extra = (make: Extra) => make;

const changes: readonly Case[] = [
  [
    '39. a named unique constraint is added',
    stands(
      ab,
      undefined,
      extra((t) => [unique('u').on(t.a)]),
    ),
  ],
  [
    '39. a named unique constraint is removed',
    stands(
      ab,
      extra((t) => [unique('u').on(t.a)]),
      undefined,
    ),
  ],
  [
    '40. the columns of a unique constraint change',
    stands(
      ab,
      extra((t) => [unique('u').on(t.a)]),
      extra((t) => [unique('u').on(t.a, t.b)]),
    ),
  ],
  [
    '40. the order of a unique constraint’s columns changes',
    stands(
      ab,
      extra((t) => [unique('u').on(t.a, t.b)]),
      extra((t) => [unique('u').on(t.b, t.a)]),
    ),
  ],
  [
    '41. a unique constraint is renamed',
    stands(
      ab,
      extra((t) => [unique('u').on(t.a)]),
      extra((t) => [unique('v').on(t.a)]),
    ),
  ],
  [
    '42. NULLS NOT DISTINCT is added',
    stands(
      ab,
      extra((t) => [unique('u').on(t.a)]),
      extra((t) => [unique('u').on(t.a).nullsNotDistinct()]),
    ),
  ],
  [
    '43. a unique constraint without a name is added',
    stands(
      ab,
      undefined,
      extra((t) => [unique().on(t.a)]),
    ),
  ],
  [
    '44. a check is added',
    stands(
      ab,
      undefined,
      extra((t) => [check('k', sql`${t.b} > 0`)]),
    ),
  ],
  [
    '44. a check is removed',
    stands(
      ab,
      extra((t) => [check('k', sql`${t.b} > 0`)]),
      undefined,
    ),
  ],
  [
    '44. a check’s expression changes',
    stands(
      ab,
      extra((t) => [check('k', sql`${t.b} > 0`)]),
      extra((t) => [check('k', sql`${t.b} between 1 and 5`)]),
    ),
  ],
  [
    '45. the columns of the primary key change',
    {
      before: {
        t: pgTable('t', { a: integer('a').notNull(), b: integer('b').notNull() }, (t) => [
          primaryKey({ columns: [t.a] }),
        ]),
      },
      given: 'insert into t values (1, 2)',
      after: {
        t: pgTable('t', { a: integer('a').notNull(), b: integer('b').notNull() }, (t) => [
          primaryKey({ columns: [t.a, t.b] }),
        ]),
      },
      survives: 'select * from t',
    },
  ],
  [
    '45. the primary key is dropped',
    {
      before: t({}),
      given: 'insert into t values (1)',
      after: { t: pgTable('t', { id: integer('id').notNull() }) },
      survives: 'select * from t',
    },
  ],
  [
    '45. the primary key is renamed',
    {
      before: t({}),
      given: 'insert into t values (1)',
      after: {
        t: pgTable('t', { id: integer('id').notNull() }, (t) => [
          primaryKey({ name: 'key', columns: [t.id] }),
        ]),
      },
      survives: 'select * from t',
    },
  ],
  ...foreignKeys(),
  ...indexes(),
  [
    '48. a schema is created with its table',
    { before: t({}), after: { ...t({}), app: pgSchema('app'), u: pgSchema('app').table('u', { id: id() }) } },
  ],
  ['48. a sequence is added', { before: t({}), after: { ...t({}), s: pgSequence('s', { startWith: 5 }) } }],
  [
    '48. a sequence is changed',
    {
      before: { ...t({}), s: pgSequence('s') },
      after: { ...t({}), s: pgSequence('s', { increment: 5, maxValue: 99 }) },
    },
  ],
  ['48. a sequence is removed', { before: { ...t({}), s: pgSequence('s') }, after: t({}) }],
];

function foreignKeys(): readonly Case[] {
  type Options = { name?: string; onDelete?: 'cascade'; onUpdate?: 'cascade' };
  const models = (options?: Options): Models => {
    const parent = pgTable('parent', { id: id() });
    const child = pgTable('child', { id: id(), p: integer('p') }, (t) => {
      if (!options) return [];
      let key = foreignKey({
        ...(options.name ? { name: options.name } : {}),
        columns: [t.p],
        foreignColumns: [parent.id],
      });
      if (options.onDelete) key = key.onDelete(options.onDelete);
      if (options.onUpdate) key = key.onUpdate(options.onUpdate);
      return [key];
    });
    return { parent, child };
  };
  const of = (from?: Options, to?: Options): Scenario => ({
    before: models(from),
    given: 'insert into parent values (1); insert into child values (1, 1)',
    after: models(to),
    survives: 'select * from child',
  });
  const cycle = (): Models => {
    const x = pgTable('x', { id: id(), y: integer('y').references((): AnyPgColumn => y.id) });
    const y = pgTable('y', { id: id(), x: integer('x').references((): AnyPgColumn => x.id) });
    return { x, y };
  };
  return [
    ['46. a foreign key is added', of(undefined, { name: 'fk' })],
    ['46. a foreign key without a name is added', of(undefined, {})],
    ['46. a foreign key is removed', of({ name: 'fk' })],
    ['46. ON DELETE changes', of({ name: 'fk' }, { name: 'fk', onDelete: 'cascade' })],
    ['46. ON UPDATE changes', of({ name: 'fk' }, { name: 'fk', onUpdate: 'cascade' })],
    ['46. a foreign key is renamed', of({ name: 'fk' }, { name: 'other' })],
    ['46. two new tables refer to each other', { before: t({}), after: { ...t({}), ...cycle() } }],
  ];
}

function indexes(): readonly Case[] {
  const i = (make: (table: Built) => unknown) => extra((table) => [make(table)]);
  const plain = i((t) => index('i').on(t.a));
  const partial = (where: SQL) => i((t) => index('i').on(t.a).where(where));
  return [
    ['47. an index is added', stands(ab, undefined, plain)],
    ['47. an index is removed', stands(ab, plain, undefined)],
    [
      '47. an index is renamed',
      stands(
        ab,
        plain,
        i((t) => index('j').on(t.a)),
      ),
    ],
    [
      '47. an index becomes unique',
      stands(
        ab,
        plain,
        i((t) => uniqueIndex('i').on(t.a)),
      ),
    ],
    [
      '47. the order of an index’s columns changes',
      stands(
        ab,
        i((t) => index('i').on(t.a, t.b)),
        i((t) => index('i').on(t.b, t.a)),
      ),
    ],
    [
      '47. an index becomes descending',
      stands(
        ab,
        plain,
        i((t) => index('i').on(t.a.desc())),
      ),
    ],
    [
      '47. an index of an expression is added',
      stands(
        ab,
        undefined,
        i((t) => index('i').on(sql`lower(${t.a})`)),
      ),
    ],
    [
      '47. the expression of an index changes',
      stands(
        ab,
        i((t) => index('i').on(sql`lower(${t.a})`)),
        i((t) => index('i').on(sql`upper(${t.a})`)),
      ),
    ],
    ['47. the predicate of an index changes', stands(ab, partial(sql`b > 0`), partial(sql`b > 1`))],
    [
      '47. the method of an index changes',
      stands(
        ab,
        plain,
        i((t) => index('i').using('hash', t.a)),
      ),
    ],
    [
      '47. the operator class of an index changes',
      stands(
        ab,
        plain,
        i((t) => index('i').on(t.a.op('text_pattern_ops'))),
      ),
    ],
    [
      '47. storage parameters of an index change',
      stands(
        ab,
        plain,
        i((t) => index('i').on(t.a).with({ fillfactor: '70' })),
      ),
    ],
  ];
}

const major = await serverMajor();

describe('a change that Alembic may miss', () => {
  it('is one of 39 to 48', () => {
    const numbers = new Set(changes.map(([what]) => Number.parseInt(what, 10)));
    expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: 10 }, (_, at) => at + 39));
  });

  it.each(changes)('%s', async (what, scenario) => {
    if (major < 15 && what.startsWith('42.')) return;
    await expectScenario(scenario);
  });
});
