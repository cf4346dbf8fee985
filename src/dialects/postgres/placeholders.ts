import { sqlPieces } from '../../catalog/index.js';
import type { Compiler } from '../dialect.js';

/** `$1`, and nothing else: `?` is an operator. */
export const placeholdersIn: Compiler['placeholdersIn'] = (sql) =>
  sqlPieces(sql).flatMap(({ kind, text, start, end }) =>
    kind === 'placeholder' ? [{ start, end, position: Number(text.slice(1)) }] : [],
  );
