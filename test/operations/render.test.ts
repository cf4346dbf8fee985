import fc from 'fast-check';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import type { Constraint, Table } from '../../src/catalog/index.js';
import {
  check,
  column,
  foreignKey,
  invert,
  type Operation,
  primaryKey,
  render,
  Source,
  unique,
} from '../../src/operations/index.js';

const posts: Table = {
  kind: 'table',
  schema: null,
  name: 'posts',
  columns: [
    column('id', 'integer', { nullable: false, identity: 'autoincrement' }),
    column('title', 'text', { nullable: false, default: "it's" }),
    column('views', 'integer', { default: 0 }),
  ],
  primaryKey: primaryKey(['id']),
  uniques: [unique('posts_title_unique', ['title'])],
  checks: [check('posts_title_check', 'length(title) > 0')],
  foreignKeys: [foreignKey('posts_author_fk', ['views'], 'users', ['id'], { onDelete: 'cascade' })],
  indexes: [],
};

const show = (operation: Operation) => render(operation, new Source());

describe('an operation as TypeScript', () => {
  it('writes a table as one readable statement', () => {
    expect(show({ kind: 'createTable', table: posts })).toBe(
      [
        "await op.createTable('posts', [",
        "  column('id', 'integer', { nullable: false, identity: 'autoincrement' }),",
        `  column('title', 'text', { nullable: false, default: "it's" }),`,
        "  column('views', 'integer', { default: 0 }),",
        "  primaryKey(['id']),",
        "  unique('posts_title_unique', ['title']),",
        "  check('posts_title_check', sql`length(title) > 0`),",
        "  foreignKey('posts_author_fk', ['views'], 'users', ['id'], {",
        "    onDelete: 'cascade',",
        '  }),',
        ']);',
      ].join('\n'),
    );
  });

  it('shows how rows are filled in, with what is there for it', () => {
    const place = show({
      kind: 'missingValues',
      table: { schema: 'app', name: 'a.b' },
      columns: [
        { name: 'the one', default: null },
        { name: 'two', default: { kind: 'literal', value: "it's" } },
        { name: 'at', default: { kind: 'expression', sql: 'now()' } },
      ],
    });
    const table = "{ schema: 'app', name: 'a.b' }";
    expect(place.split('\n').slice(1)).toEqual([
      `// await op.backfill({ table: ${table}, set: { 'the one': … }, where: '"the one" is null' });`,
      `// await op.backfill({ table: ${table}, set: { two: "it's" }, where: '"two" is null' });`,
      `// await op.execute('update "app"."a.b" set "at" = now() where "at" is null');`,
    ]);
  });

  it('writes the inverse of a dropped table with all that it held', () => {
    const back = invert([{ kind: 'dropTable', name: posts, was: posts }]);
    expect(back?.map(show)).toEqual([show({ kind: 'createTable', table: posts })]);
  });

  it('writes what only a database says of a constraint', () => {
    const added = (constraint: Constraint) =>
      show({
        kind: 'alterTable',
        table: { schema: null, name: 'posts' },
        changes: [{ kind: 'addConstraint', constraint }],
      });
    expect(added(check('c', 'a > 0', { notValid: true, noInherit: true }))).toContain(
      "check('c', sql`a > 0`, { notValid: true, noInherit: true })",
    );
    expect(added(foreignKey('f', ['a'], 'b', ['c'], { notValid: true }))).toMatch(/notValid: true/);
  });

  it('groups the changes of one table', () => {
    expect(
      show({
        kind: 'alterTable',
        table: { schema: null, name: 'posts' },
        changes: [
          { kind: 'addColumn', column: column('author_id', 'integer') },
          {
            kind: 'alterColumn',
            name: 'title',
            to: { type: 'varchar(20)', nullable: true },
            using: 'left(title, 20)',
          },
          { kind: 'dropColumn', name: 'views' },
        ],
      }),
    ).toBe(
      [
        "await op.alterTable('posts', (table) => {",
        "  table.addColumn(column('author_id', 'integer'));",
        "  table.alterColumn('title', {",
        "    type: 'varchar(20)',",
        '    using: sql`left(title, 20)`,',
        '    nullable: true,',
        '  });',
        "  table.dropColumn('views');",
        '});',
      ].join('\n'),
    );
  });

  it('names a schema by a dot, and takes a name apart where the dot is its own', () => {
    expect(show({ kind: 'dropTable', name: { schema: 'app', name: 'posts' } })).toBe(
      "await op.dropTable('app.posts');",
    );
    expect(show({ kind: 'dropTable', name: { schema: null, name: 'a.b' } })).toBe(
      "await op.dropTable({ schema: null, name: 'a.b' });",
    );
  });

  it('says any text as a literal that means the same text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (text) => {
        expect(evaluate(new Source().string(text))).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it('says any SQL as a template that means the same SQL, whatever indents it', () => {
    const tricky = fc.string({
      unit: fc.constantFrom('`', '$', '{', '}', '\\', '\n', '\r', "'", '"', 'a', '\u2028'),
    });
    fc.assert(
      fc.property(tricky, (text) => {
        const code = `  ${new Source().sql(text).split('\n').join('\n  ')}`;
        expect(evaluate(`(() => { const sql = (parts) => parts[0]; return ${code.trim()}; })()`)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });
});

function evaluate(code: string): unknown {
  const { outputText } = ts.transpileModule(`export const value = ${code};`, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS },
  });
  const exports: { value?: unknown } = {};
  new Function('exports', outputText)(exports);
  return exports.value;
}
