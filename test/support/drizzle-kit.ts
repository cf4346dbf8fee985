import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import type { Catalog } from '../../src/catalog/index.js';
import type { Driver } from '../../src/dialects/dialect.js';
import { loadDialect } from '../../src/dialects/load-dialect.js';
import { freshDatabase } from './postgres.js';
import { type OrmLine, type ProjectOptions, type UserProject, userProject } from './project.js';
import { openFile } from './sqlite-file.js';

/** Projects that drizzle-kit has written migrations for: test/fixtures/drizzle-kit, made by its two lines. */

export type DialectName = 'postgres' | 'sqlite';

export interface KitProject extends UserProject {
  readonly dialect: DialectName;
  readonly line: OrmLine;
  /** The database of its alembic.config.ts. */
  readonly database: KitDatabase;
  /** Migrations by drizzle-kit's names, in order. */
  readonly migrations: readonly string[];
}

export interface KitProjectOptions extends ProjectOptions {
  /** Default: a short life of a project. `renames`: as much as possible is renamed, and replaced at once. */
  readonly history?: 'renames';
}

export interface KitDatabase {
  readonly url: string;
  /** What is in it, but for the books of rev and of drizzle. Columns are sorted: one that comes back comes last. */
  catalog(): Promise<Catalog>;
  /** The rows of a query as objects. */
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Runs drizzle-orm's own migrator over a folder, or over its first migrations. */
  migrate(folder: string, count?: number): Promise<void>;
}

export async function kitProject(
  dialect: DialectName,
  line: OrmLine,
  { history, ...options }: KitProjectOptions = {},
): Promise<KitProject> {
  const project = userProject({ orm: line, ...options });
  const name = [dialect, ...(history ? [history] : []), line === '0.45' ? '0.31' : line].join('-');
  project.copy(`test/fixtures/drizzle-kit/${name}`, '.');
  const url = dialect === 'sqlite' ? project.path('app.db') : (await freshDatabase()).url;
  project.write(
    'alembic.config.ts',
    [
      "import { defineConfig } from 'drizzle-alembic';",
      `export default defineConfig({ dialect: '${dialect}', url: ${JSON.stringify(url)}, schema: './schema.ts' });`,
    ].join('\n'),
  );
  return {
    ...project,
    dialect,
    line,
    database: databaseAt(dialect, line, url),
    migrations: readdirSync(project.path('drizzle'))
      .filter((name) => name !== 'meta')
      .map((name) => name.replace(/\.sql$/, '')),
  };
}

/** Another empty database of the same kind. */
export async function anotherDatabase({ dialect, line, path }: KitProject): Promise<KitDatabase> {
  const url = dialect === 'sqlite' ? path('other.db') : (await freshDatabase()).url;
  return databaseAt(dialect, line, url);
}

function databaseAt(dialect: DialectName, line: OrmLine, url: string): KitDatabase {
  const withDriver = async <T>(work: (driver: Driver) => Promise<T>): Promise<T> => {
    const { connect } = await loadDialect(dialect);
    const driver = await connect({ url, from: process.cwd(), create: true });
    try {
      return await work(driver);
    } finally {
      await driver.close();
    }
  };
  return {
    url,
    query: (sql) => withDriver((driver) => driver.query(sql)),
    catalog: () =>
      withDriver(async (driver) => {
        const catalog = await (await loadDialect(dialect)).inspect(driver, {
          schemas: ['app'],
          includes: ({ name }) => !/^alembic_|__drizzle_migrations$/.test(name),
        });
        return JSON.parse(JSON.stringify(sorted(catalog)));
      }),
    async migrate(folder, count) {
      const part = count === undefined ? folder : firstOf(folder, count);
      await (dialect === 'sqlite' ? migrateSqlite : migratePostgres)(url, part, line);
      if (part !== folder) rmSync(part, { recursive: true });
    },
  };
}

function sorted(catalog: Catalog): Catalog {
  const byName = <T extends { readonly name: string | null }>(list: readonly T[]) =>
    list.toSorted((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1));
  return {
    ...catalog,
    tables: byName(
      catalog.tables.map(({ live: _text, ...table }) => ({
        ...table,
        columns: byName(table.columns),
        indexes: byName(table.indexes),
        uniques: byName(table.uniques),
        foreignKeys: table.foreignKeys.toSorted((a, b) => (`${a.columns}` < `${b.columns}` ? -1 : 1)),
      })),
    ),
  };
}

/** A copy of the folder with its first migrations only, as the project had it at that time. */
function firstOf(folder: string, count: number): string {
  const copy = `${folder}-first-${count}`;
  cpSync(folder, copy, { recursive: true });
  const journal = join(copy, 'meta/_journal.json');
  const names = readdirSync(copy).filter((name) => name !== 'meta');
  for (const name of names.slice(count)) rmSync(join(copy, name), { recursive: true });
  if (readdirSync(copy).includes('meta')) {
    const content = JSON.parse(readFileSync(journal, 'utf8'));
    writeFileSync(journal, JSON.stringify({ ...content, entries: content.entries.slice(0, count) }));
  }
  return copy;
}

interface Migrator {
  migrate(database: unknown, ...rest: unknown[]): Promise<void>;
}

interface Maker {
  drizzle(...args: unknown[]): unknown;
}

async function orm<T>(line: OrmLine, path: string): Promise<T> {
  return (await import(`${line === '0.45' ? 'drizzle-orm' : 'drizzle-orm-v1'}/${path}`)) as T;
}

async function migratePostgres(url: string, migrationsFolder: string, line: OrmLine): Promise<void> {
  const { drizzle } = await orm<Maker>(line, 'postgres-js');
  const { migrate } = await orm<Migrator>(line, 'postgres-js/migrator');
  const client = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await migrate(line === '0.45' ? drizzle(client) : drizzle({ client }), { migrationsFolder });
  } finally {
    await client.end();
  }
}

/** By drizzle's proxy, which leaves the driver to its user. As its other migrators do, all in one transaction. */
async function migrateSqlite(url: string, migrationsFolder: string, line: OrmLine): Promise<void> {
  const { drizzle } = await orm<Maker>(line, 'sqlite-proxy');
  const { migrate } = await orm<Migrator>(line, 'sqlite-proxy/migrator');
  const file = openFile(url);
  try {
    const values = (sql: string, params: unknown[] = []) => file.prepare(sql)?.values(params) ?? [];
    // 0.45 takes a function, 1.x an object of functions.
    const client = async (sql: string, params: unknown[], method: string) => {
      if (method === 'run') file.exec(sql);
      return { rows: method === 'run' ? [] : values(sql, params) };
    };
    const all = async (sql: string, params: unknown[]) => values(sql, params);
    const database = drizzle(Object.assign(client, { all, run: async (sql: string) => file.exec(sql) }));
    const run = async (queries: readonly string[]) => {
      file.exec('PRAGMA foreign_keys = OFF');
      file.exec('BEGIN');
      for (const query of queries) file.exec(query);
      file.exec('COMMIT');
    };
    await migrate(database, run, { migrationsFolder });
  } finally {
    file.close();
  }
}
