import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repository } from '../support/project.js';
import type { Line } from './lines.js';

/** drizzle-kit as a library: the SQL that either line of it makes for models. */

interface Kit {
  generateDrizzleJson(models: Record<string, unknown>): unknown;
  generateMigration(before: unknown, after: unknown): Promise<readonly string[]>;
}

async function kitOf(line: Line): Promise<Kit> {
  if (line.line === '0.45') return createRequire(import.meta.url)('drizzle-kit/api') as Kit;
  const file = join(repository, 'test/kit-v1/node_modules/drizzle-kit/payload-postgres.mjs');
  return (await import(pathToFileURL(file).href)) as Kit;
}

/** The statements that make the models in an empty PostgreSQL database. */
export async function kitSql(line: Line, models: Record<string, unknown>): Promise<readonly string[]> {
  const kit = await kitOf(line);
  const empty = await kit.generateDrizzleJson({});
  const wanted = await kit.generateDrizzleJson(models);
  return kit.generateMigration(empty, wanted);
}
