/** SQL that somebody else wrote, as the body of a revision's function: the texts reach the database as they are. */

import { stringLiteral } from '../operations/index.js';

/** One `op.execute` for each statement, indented by two spaces. Lines inside of a statement are not. */
export function renderStatements(statements: readonly string[]): string {
  return statements.map((statement) => `  await op.execute(${sqlLiteral(statement)});`).join('\n');
}

/** A string, or a template where line breaks or quotes would make one hard to read. */
function sqlLiteral(sql: string): string {
  const isQuoted = sql.includes("'") && !/[`\\]|\$\{/.test(sql);
  if (!isQuoted && !/[\r\n]/.test(sql)) return stringLiteral(sql);
  const escaped = sql
    .replaceAll('\\', '\\\\')
    .replaceAll('`', '\\`')
    .replaceAll('${', '\\${')
    .replaceAll('\r', '\\r')
    .replace(
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what a reader could not see is written as an escape
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  return `\`${escaped}\``;
}
