/** What `import … from 'drizzle-alembic'` means in a user's file: the very package that is running, wherever it is installed. */

import { moduleUrl } from './module-url.js';
import { reexport } from './modules.js';

export const ownPackage = 'drizzle-alembic';

let url: Promise<string> | undefined;

/** Most configurations import nothing else, and for that the whole package need not be read: it gives back what it is given. */
const onlyDefineConfig = /^import\s*\{\s*defineConfig\s*\}\s*from\s*['"]?$/;
const defineConfigUrl = moduleUrl('export const defineConfig = (config) => config;');

/** The URL of the running package's entry, for generated code; `statement` is the import up to the specifier. */
export async function ownPackageUrl(statement = ''): Promise<string> {
  if (onlyDefineConfig.test(statement)) return defineConfigUrl;
  url ??= findOwnPackage();
  return url;
}

async function findOwnPackage(): Promise<string> {
  if (!import.meta.url.endsWith('.ts')) {
    // One step aside: Node looks for a package.json each time that a file is imported, and this is imported by every revision.
    return moduleUrl(`export * from ${JSON.stringify(new URL('../index.js', import.meta.url).href)};`);
  }
  // Run from its sources (by its own tests): Node cannot load those by URL, so hand on the exports of the module in memory.
  const entry = new URL('../index.ts', import.meta.url).href;
  const namespace = (await import(entry)) as object;
  const key = `Symbol.for(${JSON.stringify(`${ownPackage}.own`)})`;
  (globalThis as { [name: symbol]: unknown })[Symbol.for(`${ownPackage}.own`)] = namespace;
  return moduleUrl(reexport(`globalThis[${key}]`, Object.keys(namespace)));
}
