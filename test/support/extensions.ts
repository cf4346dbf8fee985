/** What a test does to an empty database so that it has extensions. */

export type ExtensionPlace = 'public' | 'a schema of the search path' | 'a schema beside the search path';

export const extensionPlaces: readonly ExtensionPlace[] = [
  'public',
  'a schema of the search path',
  'a schema beside the search path',
];

export function installed(extensions: readonly string[], place: ExtensionPlace = 'public'): string {
  if (place === 'public') return extensions.map((name) => `create extension "${name}";`).join(' ');
  const made = extensions.map((name) => `create extension "${name}" schema extensions;`).join(' ');
  const statements = `create schema extensions; ${made}`;
  if (place === 'a schema beside the search path') return statements;
  return `${statements} ${searchPath('public, extensions')}`;
}

/** For this session and all that come. */
function searchPath(schemas: string): string {
  return `set search_path = ${schemas};
    do $$ begin execute format('alter database %I set search_path = ${schemas}', current_database()); end $$;`;
}
