/**
 * Module graphs of the user's own TypeScript, as one ES module: esbuild bundles the sources of the workspace, and leaves every
 * package to Node under its absolute URL, so that the user's own copy of drizzle-orm is the one that is used.
 */

import { readFileSync } from 'node:fs';
import type { SourceMapPayload } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Loader, Message, OnLoadResult, OnResolveArgs, OnResolveResult, Plugin } from 'esbuild';
import { CompileFailure } from './failure.js';
import { locatableUrl } from './locate.js';
import { stubOf, tableExpression } from './modules.js';
import { ownPackageUrl } from './package.js';
import { hasModuleSyntax, resolveImport } from './resolve.js';

const loaders: Readonly<Record<string, Loader>> = {
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
  '.jsx': 'jsx',
  '.json': 'json',
};

const entryName = 'entries';
/** Sources get one line before their first: the values that depend on the file. */
const prelude = 1;

/** Evaluates the files at `paths` (real paths) and all that they import. Each registers its own exports (modules.ts). */
export async function evaluateGraph(paths: readonly string[]): Promise<void> {
  const [first = ''] = paths;
  const folder = dirname(first);
  const { build } = await import('esbuild');
  const result = await build({
    stdin: {
      contents: paths.map((path) => `import ${JSON.stringify(path)};`).join('\n'),
      resolveDir: folder,
      sourcefile: entryName,
      loader: 'js',
    },
    absWorkingDir: folder,
    outfile: join(folder, `${entryName}.mjs`),
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: `node${process.versions.node}`,
    sourcemap: 'external',
    sourcesContent: false,
    ignoreAnnotations: true,
    treeShaking: true,
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'silent',
    define: { 'import.meta': '__rev_meta', __dirname: '__rev_dirname', __filename: '__rev_filename' },
    banner: { js: requireFor(first) },
    plugins: [workspacePlugin],
  }).catch((error: { errors?: Message[] }) => {
    throw error.errors?.[0] === undefined ? error : compileFailure(error.errors[0], first);
  });
  const text = result.outputFiles.find(({ path }) => path.endsWith('.mjs'))?.text ?? '';
  const map = JSON.parse(
    result.outputFiles.find(({ path }) => path.endsWith('.map'))?.text ?? '{}',
  ) as SourceMapPayload;
  await import(locatableUrl(text, first, map, { folder, prelude }));
}

/** One line: `require` for what CommonJS sources ask for, as seen from the first entry. */
function requireFor(path: string): string {
  const from = JSON.stringify(pathToFileURL(path).href);
  return `import { createRequire as __rev_create_require } from 'node:module'; const require = __rev_create_require(${from});`;
}

const workspacePlugin: Plugin = {
  name: 'rev',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /.*/ }, resolve);
    onLoad({ filter: /.*/, namespace: 'file' }, ({ path }) => load(path));
  },
};

async function resolve(request: OnResolveArgs): Promise<OnResolveResult> {
  const asRequire = request.kind === 'require-call' || request.kind === 'require-resolve';
  const importer = request.importer === entryName ? request.path : request.importer;
  const resolution = resolveImport(request.path, importer, asRequire ? 'require' : 'import');
  switch (resolution.kind) {
    case 'own':
      return { path: await ownPackageUrl(), external: true };
    case 'source':
      return { path: resolution.path, sideEffects: true };
    case 'native':
      return { path: (asRequire ? resolution.path : undefined) ?? resolution.url, external: true };
    case 'missing':
      return { errors: [{ text: `cannot find ${JSON.stringify(request.path)}` }] };
  }
}

function load(path: string): OnLoadResult {
  const loader = loaders[extname(path)] ?? 'js';
  const stub = stubOf(path);
  // A stub is TypeScript, so that a type which is re-exported without the word `type` is not missed.
  if (stub !== undefined) return { contents: stub, loader: 'ts' };
  const text = readFileSync(path, 'utf8');
  if (loader === 'json') return { contents: text, loader };
  const source = text.startsWith('#!') ? `//${text}` : text;
  return { contents: `${values(path)}${source}${registration(path, source)}`, loader };
}

/** What depends on the file: the bundle has another place. Names that are not used, are dropped. */
function values(path: string): string {
  const url = JSON.stringify(pathToFileURL(path).href);
  const dirname_ = JSON.stringify(dirname(path));
  const filename = JSON.stringify(path);
  return [
    `var __rev_dirname = ${dirname_}, __rev_filename = ${filename}`,
    `__rev_meta = { url: ${url}, dirname: ${dirname_}, filename: ${filename} };\n`,
  ].join(', ');
}

/** The last statement of a source: it gives its exports to the table of modules, once it has run to its end. */
function registration(path: string, source: string): string {
  const name = JSON.stringify(path);
  if (isCommonJs(path, source)) return `\n;${tableExpression}.set(${name}, { module });`;
  return `\n;import * as __rev_self from ${name}; ${tableExpression}.set(${name}, { namespace: __rev_self });`;
}

function isCommonJs(path: string, source: string): boolean {
  if (/^\s*export\s*=/m.test(source)) return true;
  if (hasModuleSyntax(source)) return false;
  return extname(path) === '.cts' || /\bmodule\.exports\b|\bexports\.\w/.test(source);
}

/** esbuild's first message, in the user's file: columns in characters rather than bytes, lines without the prelude. */
function compileFailure(message: Message, first: string): CompileFailure {
  const { location } = message;
  if (location === null || location.file === entryName || location.line <= prelude)
    return new CompileFailure(
      message.text,
      location === null || location.file === entryName ? first : location.file,
    );
  const before = Buffer.from(location.lineText).subarray(0, location.column).toString();
  const file = join(dirname(first), location.file);
  return new CompileFailure(message.text, file, { line: location.line - prelude, column: before.length + 1 });
}
