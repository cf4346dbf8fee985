import { describe, expect, it } from 'vitest';
import { findRenames } from '../../../src/drizzle/kit/renames.js';
import { changesRows, outsideTransaction, splitStatements } from '../../../src/drizzle/kit/statements.js';

describe('statements', () => {
  it('are split where drizzle splits, and nowhere else', () => {
    expect(splitStatements("insert into a values ('x;y');--> statement-breakpoint\n\nselect 2;\n")).toEqual([
      "insert into a values ('x;y');",
      'select 2;',
    ]);
    expect(splitStatements('-- Custom SQL migration file, put your code below! --')).toEqual([]);
    expect(splitStatements('-- why\nselect 1; /* a */')).toEqual(['-- why\nselect 1; /* a */']);
    expect(splitStatements('')).toEqual([]);
  });

  it.each([
    ['CREATE UNIQUE INDEX CONCURRENTLY "a" ON "t" ("x")', 'CREATE UNIQUE INDEX CONCURRENTLY'],
    ['select 1; vacuum t', 'VACUUM'],
    ['BEGIN; select 1; COMMIT;', 'BEGIN'],
  ])('may have to run outside a transaction: %s', (sql, words) => {
    expect(outsideTransaction([sql], 'postgres')).toBe(words);
  });

  it.each([
    'CREATE INDEX "a" ON "t" ("x")',
    "insert into t values ('; vacuum')",
    '-- commit;\nselect 1',
    'DO $$ BEGIN alter table a add b int; EXCEPTION WHEN duplicate_object THEN null; END $$;',
    'create function f() returns int language plpgsql as $f$ begin; commit; end $f$',
    'refresh materialized view concurrently v',
  ])('mostly need not: %s', (sql) => {
    expect(outsideTransaction([sql], 'postgres')).toBeUndefined();
  });

  it('change rows where somebody wrote so by hand', () => {
    expect(changesRows(['UPDATE users SET a = 1'])).toBe(true);
    expect(changesRows(['INSERT INTO `__new_users`("id") SELECT "id" FROM `users`;'])).toBe(false);
    expect(changesRows(["alter table a add b text default 'update x'"])).toBe(false);
  });
});

describe('renames', () => {
  it.each([
    [
      'ALTER TABLE "a" RENAME TO "b";',
      'table',
      ['public', 'a'],
      ['public', 'b'],
      'ALTER TABLE "b" RENAME TO "a";',
    ],
    [
      'ALTER TABLE "app"."a" RENAME TO "b";',
      'table',
      ['app', 'a'],
      ['app', 'b'],
      'ALTER TABLE "app"."b" RENAME TO "a";',
    ],
    [
      'ALTER TABLE "a" SET SCHEMA "app";\n',
      'table',
      ['public', 'a'],
      ['app', 'a'],
      'ALTER TABLE "app"."a" SET SCHEMA public;',
    ],
    [
      'ALTER TABLE "app"."a" RENAME COLUMN "x" TO "y y";',
      'column',
      ['app', 'a', 'x'],
      ['app', 'a', 'y y'],
      'ALTER TABLE "app"."a" RENAME COLUMN "y y" TO "x";',
    ],
    [
      'alter table a rename x to y',
      'column',
      ['public', 'a', 'x'],
      ['public', 'a', 'y'],
      'ALTER TABLE a RENAME y TO x;',
    ],
    [
      'ALTER TABLE `a` RENAME COLUMN "x" TO "y";',
      'column',
      ['public', 'a', 'x'],
      ['public', 'a', 'y'],
      'ALTER TABLE `a` RENAME COLUMN "y" TO "x";',
    ],
    [
      'ALTER TABLE "a" RENAME CONSTRAINT "x" TO "y";',
      'constraint',
      ['public', 'a', 'x'],
      ['public', 'a', 'y'],
      'ALTER TABLE "a" RENAME CONSTRAINT "y" TO "x";',
    ],
    [
      'ALTER TYPE "public"."mood" RENAME TO "humour";',
      'enum',
      ['public', 'mood'],
      ['public', 'humour'],
      'ALTER TYPE "public"."humour" RENAME TO "mood";',
    ],
    ['ALTER SCHEMA "a" RENAME TO "b";', 'schema', ['a'], ['b'], 'ALTER SCHEMA "b" RENAME TO "a";'],
    [
      'ALTER POLICY "p" ON "a" RENAME TO "q";',
      'policy',
      ['public', 'a', 'p'],
      ['public', 'a', 'q'],
      'ALTER POLICY "q" ON "a" RENAME TO "p";',
    ],
  ])('are found in %s', (sql, kind, from, to, undo) => {
    expect(findRenames([sql], 'postgres')).toEqual([{ kind, from, to, undo }]);
  });

  it('are not found where drizzle-kit rebuilds a table, or anything else is altered', () => {
    expect(findRenames(['ALTER TABLE `__new_a` RENAME TO `a`;'], 'sqlite')).toEqual([]);
    expect(findRenames(["ALTER TYPE \"mood\" RENAME VALUE 'a' TO 'b';"], 'postgres')).toEqual([]);
    expect(findRenames(['ALTER TABLE "a" ADD COLUMN "rename to" text;'], 'postgres')).toEqual([]);
  });
});
