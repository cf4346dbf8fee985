import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { emptyCatalog, orderViews, relationsOf, tidyQuery, type View } from '../../src/catalog/index.js';
import { sqlite } from '../../src/dialects/sqlite/index.js';
import { apply, invert, type Operation, reduce, render, Source } from '../../src/operations/index.js';
import { callRevision } from '../../src/runtime/call.js';

const view = (query: string, parts: Partial<View> = {}): View => ({
  kind: 'view',
  schema: null,
  name: 'v',
  materialized: false,
  query: tidyQuery(query),
  ...parts,
});

describe('a view in a revision file', () => {
  it('has its query in its own lines', () => {
    const create: Operation = {
      kind: 'createView',
      view: view('   select a\n     from t\n    where b = `c`;\n', { with: { security_barrier: 'true' } }),
    };
    expect(render(create, new Source())).toBe(
      [
        "await op.createView('v', sql`",
        '  select a',
        '    from t',
        '   where b = \\`c\\`',
        "`, { with: { security_barrier: 'true' } });",
      ].join('\n'),
    );
  });

  it.each([
    'select 1',
    "select 'two\n  lines' as a,\n  b from t",
    `select a -- why \${not}\n  from \`t\`\n where b = E'\\n'`,
    '\tselect 1\n\t\tfrom t\n',
  ])('is read back as it was written: %j', async (query) => {
    const operations: readonly Operation[] = [
      { kind: 'createView', view: view(query, { materialized: true, noData: true, method: 'heap' }) },
      { kind: 'alterView', view: view(query, { with: {} }) },
      { kind: 'dropView', name: { schema: 'a', name: 'v' }, materialized: true, keep: true },
    ];
    const source = new Source();
    const body = operations.map((operation) => `    ${render(operation, source).replaceAll('\n', '\n    ')}`);
    const found: Operation[] = [];
    await callRevision((op) => run(body.join('\n'), op), {
      dialect: sqlite,
      args: {},
      folder: process.cwd(),
      executor: {
        offline: true,
        operation: async (operation) => void found.push(operation),
        query: async () => ({ rows: [] }),
        autocommit: (work) => work(),
        inspect: async () => emptyCatalog('sqlite'),
      },
    });
    const { with: _none, ...altered } = view(query);
    expect(found).toEqual([operations[0], { kind: 'alterView', view: altered }, operations[2]]);
  });
});

async function run(body: string, op: unknown): Promise<void> {
  const call = new Function('op', 'sql', `return (async () => {\n${body}\n})()`) as (
    op: unknown,
    tag: unknown,
  ) => Promise<void>;
  await call(op, sql);
}

describe('operations of views', () => {
  const create: Operation = { kind: 'createView', view: view('select 1') };

  it('undo one another, and say where the way back is another', () => {
    const was = view('select 0', { indexes: [] });
    expect(invert([create])).toEqual([
      { kind: 'dropView', name: { schema: null, name: 'v' }, materialized: false, was: create.view },
    ]);
    const alter: Operation = { kind: 'alterView', view: view('select 0, 1'), was, oneWay: true };
    expect(invert([alter])?.map(({ kind }) => kind)).toEqual(['dropView', 'createView']);
    expect(invert([{ ...alter, was: view('select 2') }].map(({ oneWay: _no, ...each }) => each))).toEqual([
      { kind: 'alterView', view: view('select 2'), was: view('select 0, 1') },
    ]);
  });

  it('come to less together', () => {
    const drop: Operation = { kind: 'dropView', name: create.view, materialized: false };
    expect(reduce([create, drop])).toEqual([]);
    expect(reduce([create, { kind: 'alterView', view: view('select 2') }])).toEqual([
      { kind: 'createView', view: view('select 2') },
    ]);
  });

  it('change a catalog, and fit it', () => {
    const after = apply([create, { kind: 'alterView', view: view('select 2') }], emptyCatalog('sqlite'));
    expect(after.views.map(({ query }) => query)).toEqual(['select 2']);
    expect(() => apply([create], after)).toThrow('view v exists already');
    expect(() => apply([{ kind: 'alterView', view: view('x') }], emptyCatalog('sqlite'))).toThrow(
      'no view v',
    );
  });
});

describe('what a query reads', () => {
  it.each([
    ['select a from t', ['t']],
    [
      'select t.b, from_date from "T x" t, (app.u join v using (id)) where c in (select d from w)',
      ['T x', 'u', 'v', 'w'],
    ],
    ["select 'from x', extract(year from born) from only people -- from y", ['born', 'people']],
    ['with c as (select * from t) select * from c order by a, b', ['t', 'c']],
    ['select * from [a b], `c`', ['a b', 'c']],
  ])('%s', (query, names) => {
    expect(relationsOf(query).map(({ name }) => name)).toEqual(names);
  });

  it('orders views', () => {
    const views = [
      { ...view('select * from z'), name: 'a' },
      { ...view('select * from t'), name: 'z' },
      { ...view('select a, z from b'), name: 'b' },
    ];
    expect(orderViews(views).map(({ name }) => name)).toEqual(['z', 'a', 'b']);
  });
});
