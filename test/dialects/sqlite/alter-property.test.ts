import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Catalog,
  type Check,
  type Column,
  constraintsOf,
  type DefaultValue,
  makeCatalog,
  type Table,
} from '../../../src/catalog/index.js';
import { normalizeCatalogs } from '../../../src/dialects/sqlite/normalize.js';
import { RevError } from '../../../src/errors.js';
import { apply, sameStructure, type TableChange } from '../../../src/operations/index.js';
import { connectSqlite, databaseOf } from '../../support/sqlite.js';
import { conditions, defaults, names, tables, types } from '../../support/sqlite-tables.js';

interface Choice {
  readonly kind: string;
  readonly pick: number;
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly default: DefaultValue | null;
  readonly condition: number;
}

const choices: fc.Arbitrary<Choice> = fc.record({
  kind: fc.constantFrom(
    ...['add', 'add', 'drop', 'drop', 'rename', 'rename', 'type', 'null', 'default'],
    ...['check', 'unique', 'dropConstraint', 'renameConstraint', 'generated'],
  ),
  pick: fc.nat(),
  name: names,
  type: types,
  nullable: fc.boolean(),
  default: defaults,
  condition: fc.nat(3),
});

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** Changes that fit the table, one after the other. */
function changesOf(table: Table, list: readonly Choice[]): TableChange[] {
  const name = { schema: null, name: table.name };
  const changes: TableChange[] = [];
  let catalog = makeCatalog({ dialect: 'sqlite', tables: [table] });
  for (const choice of list) {
    const [current = table] = catalog.tables;
    for (const change of changeOf(current, choice)) {
      changes.push(change);
      catalog = apply([{ kind: 'alterTable', table: name, changes: [change] }], catalog);
    }
  }
  return changes;
}

function changeOf(table: Table, choice: Choice): TableChange[] {
  const plain = table.columns.filter((column) => column.generated === null);
  const column = plain[choice.pick % plain.length];
  if (!column) return [];
  const isTaken = table.columns.some((each) => each.name.toLowerCase() === choice.name.toLowerCase());
  const isKey = table.primaryKey?.columns.includes(column.name) === true;
  const uses = (sql: string | null | undefined) =>
    sql?.includes(quote(column.name)) || sql?.includes(column.name);
  switch (choice.kind) {
    case 'add': {
      if (isTaken) return [];
      const { name, type, nullable } = choice;
      const value = choice.default ?? (nullable ? null : ({ kind: 'literal', value: 7 } as const));
      return [
        {
          kind: 'addColumn',
          column: { name, type, nullable, default: value, identity: null, generated: null },
        },
      ];
    }
    case 'generated': {
      if (isTaken) return [];
      const generated = { expression: `coalesce(${quote(column.name)}, 1)`, stored: choice.nullable };
      const { name, type } = choice;
      return [
        {
          kind: 'addColumn',
          column: { name, type, nullable: true, default: null, identity: null, generated },
        },
      ];
    }
    case 'drop': {
      const expressions = [
        ...table.columns.map((each) => each.generated?.expression),
        ...table.indexes.flatMap((index) => [index.where, ...index.keys.map((key) => key.expression)]),
      ];
      if (plain.length < 2 || isKey || expressions.some(uses)) return [];
      if (table.foreignKeys.some((key) => key.references.columns.includes(column.name))) return [];
      return [
        ...table.checks
          .filter((check) => uses(check.expression))
          .map((check) => ({ kind: 'dropConstraint', name: check.name, was: check }) as const),
        { kind: 'dropColumn', name: column.name, was: column },
      ];
    }
    case 'rename':
      return isTaken ? [] : [{ kind: 'renameColumn', from: column.name, to: choice.name }];
    case 'type':
      return isKey ? [] : [{ kind: 'alterColumn', name: column.name, to: { type: choice.type } }];
    case 'null': {
      if (isKey) return [];
      if (!column.nullable) return [{ kind: 'alterColumn', name: column.name, to: { nullable: true } }];
      const value = column.default ?? ({ kind: 'literal', value: 7 } as const);
      // One value for several rows would not be unique.
      if (table.uniques.some((unique) => unique.columns.includes(column.name))) return [];
      return [{ kind: 'alterColumn', name: column.name, to: { nullable: false, default: value } }];
    }
    case 'default':
      return isKey ? [] : [{ kind: 'alterColumn', name: column.name, to: { default: choice.default } }];
    case 'check': {
      const [expression = ''] = fc.sample(conditions(column.name), { numRuns: 1, seed: choice.condition });
      const check: Check = { kind: 'check', name: choice.nullable ? null : `c ${choice.name}`, expression };
      if (constraintsOf(table).some((each) => each.name !== null && each.name === check.name)) return [];
      return [{ kind: 'addConstraint', constraint: check }];
    }
    case 'unique':
      if (constraintsOf(table).some((each) => each.name === `u ${choice.name}`)) return [];
      // Only of what is unique already.
      if (!table.uniques.some(({ columns }) => columns.length === 1 && columns[0] === column.name)) return [];
      return [
        {
          kind: 'addConstraint',
          constraint: {
            kind: 'unique',
            name: `u ${choice.name}`,
            columns: [column.name],
            nullsNotDistinct: false,
          },
        },
      ];
    case 'dropConstraint': {
      const found = [...table.uniques, ...table.checks, ...table.foreignKeys];
      const constraint = found[choice.pick % Math.max(1, found.length)];
      // Of two that say the same, either could be meant.
      if (!constraint || found.filter((each) => sameStructure(each, constraint)).length > 1) return [];
      return [{ kind: 'dropConstraint', name: constraint.name, was: constraint }];
    }
    default: {
      const constraint = constraintsOf(table).find((each) => each.name !== null);
      const to = `n ${choice.name}`;
      if (!constraint?.name || constraintsOf(table).some((each) => each.name === to)) return [];
      return [{ kind: 'renameConstraint', from: constraint.name, to }];
    }
  }
}

function withoutLive(catalog: Catalog): Catalog {
  return makeCatalog({
    dialect: 'sqlite',
    tables: catalog.tables.map(({ live: _live, ...table }) => table),
  });
}

/** A different value for each row; where nulls may be, some. */
function cellOf(column: Column, row: number): unknown {
  if (column.nullable && row === 2) return null;
  return /int|real|num|dec/i.test(column.type) ? row + 1 : `text ${row}`;
}

/** REV_PROPERTY_RUNS and REV_PROPERTY_SEED run more, or the same again. */
const numRuns = Number(process.env.REV_PROPERTY_RUNS ?? 300);
const seed = Number(process.env.REV_PROPERTY_SEED ?? randomInt(2 ** 31));

test(`whatever changes a table gets, it is the wanted table with the rows that it had (${numRuns} tables, seed ${seed})`, async () => {
  await fc.assert(
    fc.asyncProperty(tables('t'), fc.array(choices, { minLength: 1, maxLength: 6 }), async (table, list) => {
      const driver = await connectSqlite();
      try {
        const db = databaseOf(driver, ':memory:');
        const name = { schema: null, name: 't' };
        await db.run(
          { kind: 'createTable', table: { ...table, indexes: [] } },
          ...table.indexes.map((index) => ({ kind: 'createIndex', table: name, index }) as const),
        );
        const plain = table.columns.filter((column) => column.generated === null);
        await db.setup('PRAGMA foreign_keys = OFF');
        for (const row of [0, 1, 2]) {
          await driver.run({
            sql: `INSERT INTO t (${plain.map((each) => quote(each.name)).join(', ')}) VALUES (${plain.map(() => '?').join(', ')})`,
            params: plain.map((each) => cellOf(each, row)),
          });
        }
        await db.setup('PRAGMA foreign_keys = ON');
        await db.setup(
          `CREATE VIEW a_view AS SELECT * FROM t`,
          `CREATE VIEW another AS SELECT count(*) AS n FROM t`,
        );
        await db.setup(`CREATE TRIGGER a_trigger AFTER DELETE ON t BEGIN SELECT count(*) FROM t; END`);
        const changes = changesOf(table, list);
        if (changes.length === 0) return;
        const before = await db.rows('SELECT * FROM t');
        const found = withoutLive(await db.inspect());
        try {
          await db.run({ kind: 'alterTable', table: name, changes });
        } catch (error) {
          // A key that a foreign key of the table itself needs was dropped.
          if (error instanceof RevError && 'violations' in error.data) return;
          throw error;
        }
        const wanted = apply(
          [{ kind: 'alterTable', table: name, changes }],
          normalizeCatalogs(found, found).wanted,
        );
        const sides = normalizeCatalogs(withoutLive(await db.inspect()), wanted);
        expect(sides.wanted).toEqual(sides.actual);
        // Columns of before and after, by following the renames.
        const places = followColumns(table, changes);
        const after = await db.rows('SELECT * FROM t');
        expect(after).toHaveLength(before.length);
        const now = sides.actual.tables[0]?.columns.map((column) => column.name) ?? [];
        for (const [at, to] of places) {
          for (const [row, values] of before.entries()) {
            const value = after[row]?.[now.indexOf(to)];
            if (values[at] !== null) expect(String(value)).toEqual(String(values[at]));
          }
        }
        expect(await db.rows('SELECT n FROM another')).toEqual([[before.length]]);
        // The trigger works; what a foreign key of the table itself would do with its rows is not asked.
        await db.setup('PRAGMA foreign_keys = OFF', 'DELETE FROM t');
      } finally {
        await driver.close();
      }
    }),
    { numRuns, seed },
  );
});

/** The place of each plain column that survives, and its name at the end. */
function followColumns(table: Table, changes: readonly TableChange[]): [number, string][] {
  const names = new Map(
    table.columns.flatMap((column, at) => (column.generated === null ? [[column.name, at] as const] : [])),
  );
  for (const change of changes) {
    if (change.kind === 'dropColumn') names.delete(change.name);
    if (change.kind === 'alterColumn' && change.to.type !== undefined) names.delete(change.name);
    if (change.kind === 'renameColumn') {
      const at = names.get(change.from);
      names.delete(change.from);
      if (at !== undefined) names.set(change.to, at);
    }
  }
  return [...names].map(([name, at]) => [at, name]);
}
