import { describe, expect, it, onTestFinished } from 'vitest';
import { postgres } from '../../src/dialects/postgres/index.js';
import { extensionPlaces, installed } from '../support/extensions.js';
import { autogenerate, expectNoChanges, runAll } from '../support/oracle.js';
import { pgvectorDatabase } from '../support/pgvector.js';
import { expectScenario } from '../support/postgres-scenarios.js';
import { userProject } from '../support/project.js';
import { kitSql } from './kit.js';
import { type Line, lines, readPg } from './lines.js';

/** pgvector: drizzle's own columns for it, and indexes by its two methods. */

describe.each(lines)('with drizzle-orm $line', (line: Line) => {
  const { sql } = line.orm;
  const { bit, halfvec, index, integer, pgTable, real, sparsevec, vector } = line.pg;
  const read = (models: Record<string, unknown>) => readPg(line, models).catalog;

  const items = (changed: boolean) =>
    pgTable(
      'items',
      {
        id: integer('id').primaryKey(),
        embedding: vector('embedding', { dimensions: 3 }).notNull().default([1, 2, 0.5]),
        resized: vector('resized', { dimensions: changed ? 4 : 3 }),
        halved: changed ? halfvec('halved', { dimensions: 3 }) : vector('halved', { dimensions: 3 }),
        sparse: changed ? sparsevec('sparse', { dimensions: 5 }) : vector('sparse', { dimensions: 5 }),
        numbers: changed ? vector('numbers', { dimensions: 2 }) : real('numbers').array(),
        half: halfvec('half', { dimensions: 2 }),
        bits: bit('bits', { dimensions: 8 }),
        many: vector('many', { dimensions: 2 }).array(),
        ...(changed
          ? { added: sparsevec('added', { dimensions: 9 }) }
          : { gone: halfvec('gone', { dimensions: 9 }) }),
      },
      (t) => [
        index('items_l2').using('hnsw', t.embedding.op('vector_l2_ops')),
        index('items_cosine')
          .using('hnsw', t.embedding.op('vector_cosine_ops'))
          .with({ m: changed ? 24 : 16, ef_construction: 64 }),
        index('items_lists')
          .using('ivfflat', t.embedding.op(changed ? 'vector_ip_ops' : 'vector_l2_ops'))
          .with({ lists: 10 }),
        index('items_resized').using('hnsw', t.resized.op('vector_l2_ops')),
        index('items_halved').using('hnsw', t.halved.op(changed ? 'halfvec_l2_ops' : 'vector_l2_ops')),
        index('items_bits').using('hnsw', t.bits.op('bit_hamming_ops')),
        ...(changed ? [index('items_added').using('hnsw', sql`added sparsevec_l2_ops`)] : []),
      ],
    );

  it.each(extensionPlaces)('columns and indexes change, with pgvector in %s', async (place) => {
    const operations = await expectScenario({
      database: pgvectorDatabase,
      prepare: installed(['vector'], place),
      before: read({ items: items(false) }),
      given: `insert into items (id, halved, sparse, numbers, bits, half) values
        (1, '[1,2,3]', '[0,0,1,0,2]', '{1,2.5}', b'10101010', '[1,2]')`,
      after: read({ items: items(true) }),
      survives: 'select id, embedding::text, halved::text, bits::text, half::text from items',
    });
    expect(operations.map(({ kind }) => kind)).not.toContain('dropSchema');
  });

  it.each(extensionPlaces.slice(0, 2))('indexes of expressions, with pgvector in %s', async (place) => {
    const t = (changed: boolean) => {
      const size = sql.raw(changed ? '2' : '3');
      return pgTable('t', { id: integer('id').primaryKey(), v: vector('v', { dimensions: 3 }) }, (c) => [
        index('halved').using('hnsw', sql`(${c.v}::halfvec(3)) halfvec_cosine_ops`),
        index('quantized').using('hnsw', sql`(binary_quantize(${c.v})::bit(3)) bit_hamming_ops`),
        index('part').using('hnsw', sql`(subvector(${c.v}, 1, ${size})::vector(${size})) vector_l2_ops`),
        index('near').on(c.id).where(sql`${c.v} <-> '[1,2,3]' < 5`),
      ]);
    };
    await expectScenario({
      database: pgvectorDatabase,
      prepare: installed(['vector'], place),
      before: read({ t: t(false) }),
      given: `insert into t values (1, '[1,2,3]')`,
      after: read({ t: t(true) }),
      survives: 'select id, v::text from t',
    });
  });

  it.each([false, true])(
    'a database that drizzle-kit made has no differences (later models: %s)',
    async (changed) => {
      const { url, sql: run } = await pgvectorDatabase();
      await run('create extension vector');
      const models = { items: items(changed) };
      for (const statement of await kitSql(line, models)) {
        // 0.31 writes the default without its brackets and quotes.
        await run(statement.replace('DEFAULT 1,2,0.5', "DEFAULT '[1,2,0.5]'"));
      }
      const driver = await postgres.connect({ url, from: process.cwd() });
      await expectNoChanges(postgres, driver, read(models));
      await driver.close();
    },
  );

  it('the command takes a project with vectors up and down, once the extension is there', async () => {
    const { url, sql: run } = await pgvectorDatabase();
    const files = userProject({ orm: line.line });
    onTestFinished(() => files.remove());
    files.write(
      'alembic.config.ts',
      `export default { schema: './schema.ts', dialect: 'postgres', url: '${url}' };`,
    );
    files.write(
      'schema.ts',
      `import { index, integer, pgTable, vector } from 'drizzle-orm/pg-core';
       export const t = pgTable('t', { id: integer('id').primaryKey(), v: vector('v', { dimensions: 3 }) }, (t) => [
         index('near').using('hnsw', t.v.op('vector_cosine_ops')).with({ m: 8 }),
       ]);`,
    );
    const created = await files.ok(['create', '-m', 'first', '--autogenerate']);
    expect(created.stderr).toContain("op.execute('create extension if not exists vector')");
    const failed = await files.rev(['upgrade', 'head']);
    expect(failed.stderr).toContain('type "vector" does not exist');
    expect(failed.stderr).toContain("op.execute('create extension if not exists vector')");
    expect(await run(`select to_regclass('t') as t`)).toEqual([{ t: null }]);
    await run('create extension vector');
    await files.ok(['upgrade', 'head']);
    await files.ok(['check']);
    await files.ok(['downgrade', 'base', '--yes']);
    expect(await run(`select to_regclass('t') as t`)).toEqual([{ t: null }]);
    await files.ok(['upgrade', 'head']);
    await files.ok(['check']);
  });

  it('refuses a new number of dimensions for vectors of another one, and changes nothing', async () => {
    const { url, sql } = await pgvectorDatabase();
    await sql('create extension vector');
    const driver = await postgres.connect({ url, from: process.cwd() });
    const models = (dimensions: number) =>
      read({ t: pgTable('t', { id: integer('id').primaryKey(), v: vector('v', { dimensions }) }) });
    await runAll(postgres, driver, await autogenerate(postgres, driver, models(3)));
    await sql(`insert into t values (1, '[1,2,3]')`);
    const operations = await autogenerate(postgres, driver, models(4));
    await expect(runAll(postgres, driver, operations)).rejects.toThrow('expected 4 dimensions, not 3');
    await expectNoChanges(postgres, driver, models(3));
    await driver.close();
  });
});
