import { sqlPieces, sqlStatements } from '../../catalog/index.js';
import type { Compiler } from '../dialect.js';

export const statementsIn: Compiler['statementsIn'] = (sql) =>
  sqlStatements(sql).map((pieces) => pieces.map(({ text }) => text).join(' '));

export const terminated: Compiler['terminated'] = (sql) => {
  const text = sql.trimEnd();
  const pieces = sqlPieces(`${text}\n;`);
  // Where something is open, the semicolon is inside of it.
  if (pieces.at(-1)?.text !== ';') return null;
  const last = pieces.slice(0, -1).findLast(({ kind }) => kind !== 'space' && kind !== 'comment');
  if (!last || last.text === ';') return text;
  return last.end === text.length ? `${text};` : `${text}\n;`;
};
