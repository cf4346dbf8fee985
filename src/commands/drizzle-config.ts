import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DialectName } from '../catalog/index.js';
import { loadModule } from '../loading/load.js';

/** What `rev init` can take from a project's drizzle-kit configuration. */
export interface DrizzleKitSettings {
  readonly dialect?: DialectName;
  readonly schema?: readonly string[];
  readonly casing?: 'snake_case' | 'camelCase';
  /** Its databases are on a server that asks for a token. */
  readonly isTurso?: boolean;
  /** A file's path, which holds no secret; other urls are left to the environment. */
  readonly sqliteFile?: string;
  /** The folder of its migrations; relative to the file's, as all its paths. */
  readonly out?: string;
  /** Where drizzle's migrator writes down what it has run. */
  readonly migrations?: { readonly table?: string; readonly schema?: string };
}

export function findDrizzleConfig(folder: string): string | undefined {
  return ['ts', 'mts', 'js', 'mjs', 'cjs']
    .map((extension) => join(folder, `drizzle.config.${extension}`))
    .find((file) => existsSync(file));
}

/** Reads what rev can use. Throws REV_CONFIG if the file does not load. */
export async function readDrizzleConfig(file: string): Promise<DrizzleKitSettings> {
  const module = await loadModule(file, { code: 'REV_CONFIG' });
  const config = (module.default ?? {}) as Record<string, unknown>;
  const dialect = { postgresql: 'postgres', sqlite: 'sqlite', turso: 'sqlite' }[String(config.dialect)] as
    | DialectName
    | undefined;
  const schema = [config.schema ?? []].flat().filter((entry): entry is string => typeof entry === 'string');
  const url = (config.dbCredentials as { readonly url?: unknown } | undefined)?.url;
  const isFile = dialect === 'sqlite' && typeof url === 'string' && !/^[a-z]+:\/\//i.test(url);
  const migrations = readMigrations(config.migrations);
  return {
    ...(dialect ? { dialect, isTurso: config.dialect === 'turso' } : {}),
    ...(schema.length > 0 ? { schema } : {}),
    ...(config.casing === 'snake_case' || config.casing === 'camelCase' ? { casing: config.casing } : {}),
    ...(isFile ? { sqliteFile: url } : {}),
    ...(typeof config.out === 'string' ? { out: config.out } : {}),
    ...(migrations ? { migrations } : {}),
  };
}

function readMigrations(value: unknown): DrizzleKitSettings['migrations'] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { table, schema } = value as Readonly<Record<string, unknown>>;
  return {
    ...(typeof table === 'string' ? { table } : {}),
    ...(typeof schema === 'string' ? { schema } : {}),
  };
}
