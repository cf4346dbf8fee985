import type { SqlParts } from '../operations/index.js';
import type { Statement } from './dialect.js';

/** Text with bound values in it as one statement. */
export function boundSql(
  parts: readonly (string | SqlParts)[],
  placeholder: (position: number) => string,
): Statement {
  const params: unknown[] = [];
  let sql = '';
  for (const part of parts) {
    if (typeof part === 'string') {
      sql += part;
      continue;
    }
    for (const [at, text] of part.texts.entries()) {
      if (at > 0) {
        params.push(part.values[at - 1]);
        sql += placeholder(params.length);
      }
      sql += text;
    }
  }
  return params.length === 0 ? { sql } : { sql, params };
}
