/** Which tables are compared, by `include` and `exclude`. */

import { displayName, type QualifiedName } from '../catalog/index.js';
import type { ResolvedConfig, TableFilter } from './config.js';

/**
 * Says for a table whether it is compared. A pattern matches the name, or `schema.name`; `*` is any text, `?` any character.
 * The version table, the lease and the journal are never compared, nor is the table in which drizzle's own migrator keeps its books.
 */
export function tableScope(
  config: Pick<
    ResolvedConfig,
    'include' | 'exclude' | 'versionTable' | 'versionTableSchema' | 'journalTable'
  >,
): (table: QualifiedName) => boolean {
  const included = config.include === undefined ? undefined : toPredicate(config.include);
  const excluded = config.exclude === undefined ? undefined : toPredicate(config.exclude);
  const schema = config.versionTableSchema ?? null;
  const own = new Set([config.versionTable, config.journalTable, `${config.versionTable}_lease`]);
  return (table) => {
    // `schema` may be the default schema by its name, where a catalog says null.
    if (own.has(table.name) && (table.schema === schema || table.schema === null)) return false;
    if (table.name === '__drizzle_migrations') return false;
    return (included?.(table) ?? true) && !(excluded?.(table) ?? false);
  };
}

function toPredicate(filter: TableFilter): (table: QualifiedName) => boolean {
  if (typeof filter === 'function') return filter;
  const patterns = filter.map(toRegExp);
  return (table) => patterns.some((pattern) => pattern.test(table.name) || pattern.test(displayName(table)));
}

/** `*` is any text, `?` any character. */
export function toRegExp(pattern: string): RegExp {
  const source = pattern.replace(/[\\^$.*+?()[\]{}|]/g, (character) => {
    if (character === '*') return '.*';
    return character === '?' ? '.' : `\\${character}`;
  });
  return new RegExp(`^${source}$`, 'su');
}
