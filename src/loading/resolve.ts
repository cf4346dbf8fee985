/**
 * What an import specifier means, seen from the file that it stands in: tsconfig `paths`, `.js` for `.ts`, package `imports`,
 * workspace packages behind symlinks, and Node's own rules for everything in `node_modules`.
 */

import { existsSync, readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, extname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { NapiResolveOptions, ResolverFactory } from 'oxc-resolver';
import { ownPackage } from './package.js';

/** How the importer asks: Node's `exports` conditions differ. */
export type ImportKind = 'import' | 'require';

export type Resolution =
  /** A file of the user's own that must be transformed first. */
  | { readonly kind: 'source'; readonly path: string }
  /** Something that Node loads by itself: a package, a built-in, a CommonJS file. `path` is undefined for a built-in. */
  | { readonly kind: 'native'; readonly url: string; readonly path: string | undefined }
  /** This package. */
  | { readonly kind: 'own' }
  | { readonly kind: 'missing' };

const typescript = new Set(['.ts', '.tsx', '.mts', '.cts', '.jsx']);
const packagesFolder = `${sep}node_modules${sep}`;
const moduleSync = (process.features as { require_module?: boolean }).require_module === true;

function conditions(kind: ImportKind): string[] {
  return ['node', kind, 'node-addons', ...(moduleSync ? ['module-sync'] : [])];
}

/** Node's rules, for what is in `node_modules`. */
const nodeRules: NapiResolveOptions = {
  extensions: ['.js', '.json', '.node'],
  mainFields: ['main'],
  symlinks: true,
  nodePath: false,
};

/** TypeScript's and a bundler's rules, for the user's own sources. */
const sourceRules: NapiResolveOptions = {
  ...nodeRules,
  extensions: ['.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '.cjs', '.jsx', '.json', '.node'],
  extensionAlias: {
    '.js': ['.ts', '.tsx', '.js'],
    '.jsx': ['.tsx', '.jsx'],
    '.mjs': ['.mts', '.mjs'],
    '.cjs': ['.cts', '.cjs'],
  },
};

interface Resolvers {
  /** The user's own sources, by the tsconfig.json that they belong to. */
  readonly source: ResolverFactory;
  /** The same by a given tsconfig.json, or by none. */
  readonly by: (tsconfig: string | undefined) => ResolverFactory;
  readonly node: ResolverFactory;
}

const resolvers = new Map<ImportKind, Resolvers>();

function resolversFor(kind: ImportKind): Resolvers {
  let all = resolvers.get(kind);
  if (all === undefined) {
    // A native addon: read only when a graph needs it, so that a command without one starts faster.
    const oxc = createRequire(import.meta.url)('oxc-resolver') as typeof import('oxc-resolver');
    const conditionNames = conditions(kind);
    const source = new oxc.ResolverFactory({ ...sourceRules, tsconfig: 'auto', conditionNames });
    const others = new Map<string | undefined, ResolverFactory>();
    const by = (file: string | undefined) => {
      const known = others.get(file);
      const tsconfig = file === undefined ? {} : { tsconfig: { configFile: file } };
      const other = known ?? new oxc.ResolverFactory({ ...sourceRules, ...tsconfig, conditionNames });
      others.set(file, other);
      return other;
    };
    all = { source, by, node: new oxc.ResolverFactory({ ...nodeRules, conditionNames }) };
    resolvers.set(kind, all);
  }
  return all;
}

/** Forgets which files are there and which are not: the user may be repairing what is missing. */
export function forgetFiles(): void {
  resolvers.clear();
  found.clear();
}

/** A real path. `undefined`: the import leads nowhere. */
function findFile(specifier: string, importer: string, kind: ImportKind): string | undefined {
  const { source, by, node } = resolversFor(kind);
  const folder = dirname(importer);
  const asSource = source.resolveFileSync(importer, specifier).path;
  if (asSource !== undefined && !asSource.includes(packagesFolder)) return asSource;
  const asPackage = specifier.startsWith('.') ? undefined : node.sync(folder, specifier).path;
  if (asPackage !== undefined || asSource !== undefined) return asPackage ?? asSource;
  // A configuration file is seldom among the files that a tsconfig.json includes, but means its aliases all the same.
  const tsconfig = nearest(folder, 'tsconfig.json');
  const byNearest = tsconfig === undefined ? undefined : by(tsconfig).sync(folder, specifier).path;
  // And a tsconfig.json that cannot be read (a base that is not installed) is no reason not to find a neighbour.
  return byNearest ?? by(undefined).sync(folder, specifier).path;
}

/** Resolves `specifier` as the file `importer` (an absolute path) would. */
export function resolveImport(specifier: string, importer: string, kind: ImportKind = 'import'): Resolution {
  if (specifier === ownPackage) return { kind: 'own' };
  if (isBuiltin(specifier)) return { kind: 'native', url: builtinUrl(specifier), path: undefined };
  if (specifier.startsWith('file:')) return classify(fileURLToPath(specifier));
  if (/^[a-z][a-z0-9+.-]+:/i.test(specifier) && !/^[a-z]:[\\/]/i.test(specifier))
    return { kind: 'native', url: specifier, path: undefined };
  const path = findFile(specifier, importer, kind);
  return path === undefined ? { kind: 'missing' } : classify(path);
}

function builtinUrl(specifier: string): string {
  return specifier.startsWith('node:') ? specifier : `node:${specifier}`;
}

/** Whether the file at `path`, a real path, is transformed by us or loaded by Node. */
export function classify(path: string): Resolution {
  const extension = extname(path);
  const source = typescript.has(extension) || extension === '.json' || isOwnEsm(path, extension);
  return source ? { kind: 'source', path } : { kind: 'native', url: pathToFileURL(path).href, path };
}

/** The user's own JavaScript is read like TypeScript, because it may import TypeScript; CommonJS is left to Node. */
function isOwnEsm(path: string, extension: string): boolean {
  if (path.includes(packagesFolder)) return false;
  if (extension === '.mjs') return true;
  if (extension !== '.js') return false;
  return packageType(dirname(path)) === 'module' || hasModuleSyntax(readFileSync(path, 'utf8'));
}

function packageType(folder: string): string {
  const file = nearest(folder, 'package.json');
  if (file === undefined) return 'commonjs';
  return (JSON.parse(readFileSync(file, 'utf8')) as { type?: string }).type ?? 'commonjs';
}

const found = new Map<string, string | undefined>();

/** The file called `name` in `folder`, or in the nearest folder above it that has one. */
function nearest(folder: string, name: string): string | undefined {
  const file = join(folder, name);
  if (found.has(file)) return found.get(file);
  const parent = dirname(folder);
  const result = existsSync(file) ? file : parent === folder ? undefined : nearest(parent, name);
  found.set(file, result);
  return result;
}

/** Whether a text holds `import` or `export` statements (`export =` is CommonJS). */
export function hasModuleSyntax(text: string): boolean {
  return /^\s*(?:import\s*(?:["'{*]|type\b|[\w$]+\s*(?:,|\bfrom\b))|export\s*(?:[{*]|\w))/m.test(text);
}
