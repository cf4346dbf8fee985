import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DialectName } from '../catalog/index.js';
import { loadModule } from '../loading/load.js';

/** What `rev init` can take from a project's drizzle-kit configuration. */
export interface DrizzleKitSettings {
  readonly dialect?: DialectName;
  readonly schema?: readonly string[];
  readonly casing?: 'snake_case' | 'camelCase';
  /** A file's path, which holds no secret; other urls are left to the environment. */
  readonly sqliteFile?: string;
}

export function findDrizzleConfig(folder: string): string | undefined {
  return ['ts', 'mts', 'js', 'mjs', 'cjs']
    .map((extension) => join(folder, `drizzle.config.${extension}`))
    .find((file) => existsSync(file));
}

/** Reads dialect, schema and casing. Throws REV_CONFIG if the file does not load. */
export async function readDrizzleConfig(file: string): Promise<DrizzleKitSettings> {
  const module = await loadModule(file, { code: 'REV_CONFIG' });
  const config = (module.default ?? {}) as Record<string, unknown>;
  const dialect = { postgresql: 'postgres', sqlite: 'sqlite' }[String(config.dialect)] as
    | DialectName
    | undefined;
  const schema = [config.schema ?? []].flat().filter((entry): entry is string => typeof entry === 'string');
  const url = (config.dbCredentials as { readonly url?: unknown } | undefined)?.url;
  const isFile = dialect === 'sqlite' && typeof url === 'string' && !/^[a-z]+:\/\//i.test(url);
  return {
    ...(dialect ? { dialect } : {}),
    ...(schema.length > 0 ? { schema } : {}),
    ...(config.casing === 'snake_case' || config.casing === 'camelCase' ? { casing: config.casing } : {}),
    ...(isFile ? { sqliteFile: url } : {}),
  };
}
