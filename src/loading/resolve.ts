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
  tsconfig: 'auto',
  extensions: ['.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '.cjs', '.jsx', '.json', '.node'],
  extensionAlias: {
    '.js': ['.ts', '.tsx', '.js'],
    '.jsx': ['.tsx', '.jsx'],
    '.mjs': ['.mts', '.mjs'],
    '.cjs': ['.cts', '.cjs'],
  },
};

type Resolvers = Readonly<Record<'source' | 'node', ResolverFactory>>;
const resolvers = new Map<ImportKind, Resolvers>();

function resolversFor(kind: ImportKind): Resolvers {
  let pair = resolvers.get(kind);
  if (pair === undefined) {
    // A native addon: read only when a graph needs it, so that a command without one starts faster.
    const oxc = createRequire(import.meta.url)('oxc-resolver') as typeof import('oxc-resolver');
    const conditionNames = conditions(kind);
    pair = {
      source: new oxc.ResolverFactory({ ...sourceRules, conditionNames }),
      node: new oxc.ResolverFactory({ ...nodeRules, conditionNames }),
    };
    resolvers.set(kind, pair);
  }
  return pair;
}

/** Resolves `specifier` as the file `importer` (an absolute path) would. */
export function resolveImport(specifier: string, importer: string, kind: ImportKind = 'import'): Resolution {
  if (specifier === ownPackage) return { kind: 'own' };
  if (isBuiltin(specifier)) return { kind: 'native', url: builtinUrl(specifier), path: undefined };
  if (specifier.startsWith('file:')) return classify(fileURLToPath(specifier));
  if (/^[a-z][a-z0-9+.-]+:/i.test(specifier) && !/^[a-z]:[\\/]/i.test(specifier))
    return { kind: 'native', url: specifier, path: undefined };
  const { source, node } = resolversFor(kind);
  const asSource = source.resolveFileSync(importer, specifier).path;
  if (asSource !== undefined && !asSource.includes(packagesFolder)) return classify(asSource);
  const path = node.sync(dirname(importer), specifier).path ?? asSource;
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

const packageTypes = new Map<string, string>();

function packageType(folder: string): string {
  let type = packageTypes.get(folder);
  if (type === undefined) {
    const file = join(folder, 'package.json');
    const parent = dirname(folder);
    if (existsSync(file))
      type = (JSON.parse(readFileSync(file, 'utf8')) as { type?: string }).type ?? 'commonjs';
    else type = parent === folder ? 'commonjs' : packageType(parent);
    packageTypes.set(folder, type);
  }
  return type;
}

/** Whether a text holds `import` or `export` statements (`export =` is CommonJS). */
export function hasModuleSyntax(text: string): boolean {
  return /^\s*(?:import\s*(?:["'{*]|type\b|[\w$]+\s*(?:,|\bfrom\b))|export\s*(?:[{*]|\w))/m.test(text);
}
