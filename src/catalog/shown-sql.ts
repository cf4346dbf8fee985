import { sqlPieces } from './sql-pieces.js';

/** SQL as it may be shown to people: what is secret in it is left out. What runs is never changed. */

const hidden = '…';

/** Without any literal; of comments nobody knows what is in them. The lines stay the same ones. */
export function withoutValues(sql: string): string {
  return sqlPieces(sql)
    .map(({ kind, text }) => {
      if (kind === 'comment') return lineBreaks(text) || ' ';
      return kind === 'string' || kind === 'body' || kind === 'number' ? hidden + lineBreaks(text) : text;
    })
    .join('');
}

function lineBreaks(text: string): string {
  return text.replace(/[^\n]+/g, '');
}
