/**
 * The short way for a file whose imports Node can load by itself, as revisions and most configurations are: one transform, no
 * bundler. It gives up on everything else, and the bundler takes over.
 */

import { readFileSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import { init, parse } from 'es-module-lexer/minimal';
import { locatableUrl } from './locate.js';
import { remember } from './modules.js';
import { ownPackageUrl } from './package.js';
import { hasModuleSyntax, resolveImport } from './resolve.js';

const extensions = new Set(['.ts', '.mts', '.js', '.mjs']);

/** Relative imports, CommonJS, file-relative values and decorators: none of them can be done without a bundler. */
const beyond =
  /\b(?:__dirname|__filename|require|module\.exports|import\.meta)\b|\bfrom\s*['"][./#]|\bimport\s*\(?\s*['"][./#]|^\s*@\w|^\s*import\s+\w+\s*=|^\s*export\s*=/m;

/** Evaluates the file at `path`, a real path. False: it takes a bundler. */
export async function evaluateSingle(path: string): Promise<boolean> {
  if (!extensions.has(extname(path))) return false;
  const text = readFileSync(path, 'utf8');
  if (beyond.test(text) || !hasModuleSyntax(text)) return false;
  const { transformSync } = await import('oxc-transform');
  const result = transformSync(path, text, { sourcemap: true, target: `node${process.versions.node}` });
  if (result.errors.length > 0 || result.map === undefined) return false;
  const code = await linkImports(result.code, path);
  if (code === undefined) return false;
  const map = { ...result.map, file: path, sourceRoot: '', sourcesContent: [], sources: [path] };
  const url = locatableUrl(code, path, map, { folder: dirname(path), prelude: 0 });
  remember(path, { namespace: (await import(url)) as object });
  return true;
}

/** Puts URLs in the place of import specifiers. `undefined`: one of them is a source of the user's own, or leads nowhere. */
async function linkImports(code: string, importer: string): Promise<string | undefined> {
  await init;
  const [imports] = parse(code, importer);
  const parts: string[] = [];
  let end = 0;
  for (const { n: specifier, ss: statement, s: start, e: stop, d: dynamic } of imports) {
    if (specifier === undefined) continue;
    const resolution = resolveImport(specifier, importer);
    if (resolution.kind === 'source' || resolution.kind === 'missing') return undefined;
    const target =
      resolution.kind === 'own' ? await ownPackageUrl(code.slice(statement, start)) : resolution.url;
    const url = JSON.stringify(target);
    // A dynamic import's span includes the quotes, a static one's does not.
    parts.push(code.slice(end, start), dynamic > -1 ? url : url.slice(1, -1));
    end = stop;
  }
  return [...parts, code.slice(end)].join('');
}
