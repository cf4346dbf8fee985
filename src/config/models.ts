/** The modules that hold the user's drizzle models. */

import { statSync } from 'node:fs';
import { parse, sep } from 'node:path';
import { escapePath, glob, isDynamicPattern } from 'tinyglobby';
import { RevError } from '../errors.js';
import { loadModules } from '../loading/load.js';
import type { ModuleExports } from '../loading/modules.js';
import type { ResolvedConfig } from './config.js';

export interface ModelModule {
  /** An absolute path. */
  readonly file: string;
  readonly exports: ModuleExports;
}

const sources = '**/*.{ts,mts,cts,tsx,js,mjs,cjs,jsx}';
const never = ['**/node_modules/**', '**/*.d.{ts,mts,cts}', '**/*.{test,spec}.*'];

/**
 * The files that `schema` means, sorted; those of a folder are all the sources below it.
 * @throws RevError REV_SCHEMA when one entry means nothing
 */
export async function modelFiles(config: Pick<ResolvedConfig, 'schema'>): Promise<readonly string[]> {
  const excluded = config.schema
    .filter((entry) => entry.startsWith('!'))
    .map((entry) => toPattern(entry.slice(1)));
  const wanted = config.schema.filter((entry) => !entry.startsWith('!'));
  const found = await Promise.all(wanted.map((entry) => filesOf(entry, excluded)));
  for (const [index, files] of found.entries()) if (files.length === 0) throw nothing(wanted[index] ?? '');
  return [...new Set(found.flat())].sort();
}

/** Evaluates them. @throws RevError REV_SCHEMA */
export async function loadModels(config: Pick<ResolvedConfig, 'schema'>): Promise<readonly ModelModule[]> {
  const files = await modelFiles(config);
  const modules = await loadModules(files, { code: 'REV_SCHEMA' });
  return files.map((file, index) => ({ file, exports: modules[index] ?? {} }));
}

async function filesOf(entry: string, excluded: readonly string[]): Promise<readonly string[]> {
  // Patterns count from the root, so that those which ignore apply wherever the project is; only the fixed part is read.
  const options = { absolute: true, onlyFiles: true, expandDirectories: false, cwd: parse(entry).root };
  const stats = statSync(entry, { throwIfNoEntry: false });
  if (stats?.isFile()) return [entry];
  const ignore = [...never, ...excluded];
  if (stats?.isDirectory())
    return toPaths(await glob(`${escapePath(toPattern(entry))}/${sources}`, { ...options, ignore }));
  if (!isDynamicPattern(entry)) return [];
  const files = await glob(toPattern(entry), { ...options, ignore });
  return toPaths(files.filter((file) => /\.[cm]?[jt]sx?$/.test(file)));
}

function toPattern(path: string): string {
  return sep === '\\' ? path.replaceAll('\\', '/') : path;
}

function toPaths(files: readonly string[]): readonly string[] {
  return sep === '\\' ? files.map((file) => file.replaceAll('/', '\\')) : files;
}

function nothing(entry: string): RevError {
  return new RevError('REV_SCHEMA', `No model file is found by ${entry}.`, {
    hint: 'Correct `schema` in alembic.config.ts: a file, a folder, or a pattern such as ./src/**/*.schema.ts.',
    data: { schema: entry },
  });
}
