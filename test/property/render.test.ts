import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { emptyCatalog, makeCatalog, type Table } from '../../src/catalog/index.js';
import { sqlite } from '../../src/dialects/sqlite/index.js';
import { diff } from '../../src/diff/diff.js';
import {
  apply,
  check,
  column,
  foreignKey,
  invert,
  type Operation,
  primaryKey,
  reduce,
  unique,
} from '../../src/operations/index.js';
import { renderBodies } from '../../src/revisions/render.js';
import { callRevision } from '../../src/runtime/call.js';
import { tables } from '../support/sqlite-tables.js';

/** What a revision file says is what the diff meant: rendered, evaluated and recorded again, operations are the same. */

const numRuns = Number(process.env.REV_PROPERTY_RUNS ?? 500);

const pair = fc
  .tuple(fc.option(tables('t')), fc.option(tables('t')), tables('other'))
  .map(([a, b, other]) => ({
    a: catalogOf(a),
    b: catalogOf(b, other),
  }));

function catalogOf(...list: readonly (Table | null)[]) {
  return makeCatalog({ dialect: 'sqlite', tables: list.filter((each): each is Table => each !== null) });
}

describe('a rendered revision', () => {
  it(`calls for the operations that it was rendered from (${numRuns} diffs)`, async () => {
    await fc.assert(
      fc.asyncProperty(pair, async ({ a, b }) => {
        const { operations } = diff(a, b, sqlite.rules, { renames: { denied: 'all' } });
        const bodies = renderBodies(operations);
        expect(await record(bodies.upgrade)).toEqual(operations.map(called));
        expect(await record(bodies.downgrade)).toEqual((invert(operations) ?? []).map(called));
      }),
      { numRuns },
    );
  }, 300_000);

  it(`comes to the same when a way there and back is reduced (${numRuns} diffs)`, () => {
    fc.assert(
      fc.property(pair, ({ a, b }) => {
        const { operations } = diff(a, b, sqlite.rules, { renames: { denied: 'all' } });
        const ways = [...operations, ...(invert(operations) ?? []), ...operations];
        const reduced = reduce(ways);
        expect(reduced.length).toBeLessThanOrEqual(ways.length);
        expect(apply(reduced, a)).toEqual(apply(ways, a));
      }),
      { numRuns },
    );
  }, 300_000);

  it(`makes the wanted catalog in memory, and its inverse the one before (${numRuns} diffs)`, () => {
    fc.assert(
      fc.property(pair, ({ a, b }) => {
        const { operations } = diff(a, b, sqlite.rules, { renames: { denied: 'all' } });
        const after = apply(operations, a);
        expect(diff(after, b, sqlite.rules).operations).toEqual([]);
        const before = apply(invert(operations) ?? [], after);
        expect(diff(before, a, sqlite.rules).operations).toEqual([]);
      }),
      { numRuns },
    );
  }, 300_000);
});

/** Runs a body as a revision's function, and returns what it asked for. */
async function record(body: string): Promise<readonly unknown[]> {
  const code = `exports.run = async function run(op) {\n${body}\n};`;
  const { outputText } = ts.transpileModule(code, { compilerOptions: { target: ts.ScriptTarget.ES2022 } });
  const exports: { run?: (op: unknown) => Promise<void> } = {};
  const helpers = { sql, check, column, foreignKey, primaryKey, unique };
  new Function('exports', ...Object.keys(helpers), outputText)(exports, ...Object.values(helpers));
  const recorded: unknown[] = [];
  await callRevision((op) => exports.run?.(op), {
    dialect: sqlite,
    args: {},
    folder: process.cwd(),
    executor: {
      offline: true,
      operation: async (operation) => void recorded.push(called(operation)),
      query: async () => ({ rows: [] }),
      autocommit: (work: () => Promise<void>) => work(),
      inspect: async () => emptyCatalog('sqlite'),
    },
  });
  return recorded;
}

/** An operation without what only its inverse needs, and names that a call leaves to the database. */
function called(operation: Operation): unknown {
  const without = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(without);
    if (typeof value !== 'object' || value === null) return value;
    const hidden = ['was', 'wasUsing', 'derived', 'live'];
    // A constraint without a name is dropped by its definition, which is then part of the call.
    const nameless =
      (value as { kind?: string; name?: unknown }).kind === 'dropConstraint' &&
      'name' in value &&
      value.name === null;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key, each]) => each !== undefined && (!hidden.includes(key) || (nameless && key === 'was')))
        .map(([key, each]) => [key, without(each)]),
    );
  };
  return without(operation);
}
