import type { Compiler } from '../dialect.js';
import { tokenize } from './tokens.js';

/** `?` is the place after the largest one before it, and `?3` the third; what has a name is bound by nobody here. */
export const placeholdersIn: Compiler['placeholdersIn'] = (sql) => {
  let last = 0;
  return tokenize(sql).flatMap(({ kind, value, start, end }) => {
    if (kind !== 'variable' || !value.startsWith('?')) return [];
    const position = value === '?' ? last + 1 : Number(value.slice(1));
    last = Math.max(last, position);
    return [{ start, end, position }];
  });
};
