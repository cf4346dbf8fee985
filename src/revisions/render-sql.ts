/** SQL that somebody else wrote, as the body of a revision's function: the texts reach the database as they are. */

import { stringLiteral, visible } from '../operations/index.js';

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
    .replaceAll('\r', '\\r');
  return `\`${visible(escaped)}\``;
}
