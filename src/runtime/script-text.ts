/** Statements as the text of a script. */

import { beginningWithoutSecrets } from '../catalog/index.js';
import type { Dialect, Statement } from '../dialects/dialect.js';
import { RevError } from '../errors.js';

/** With its bound values as literals. Throws REV_OFFLINE where a placeholder has no value. */
export function statementText(
  { sql, params = [] }: Statement,
  dialect: Pick<Dialect, 'placeholdersIn' | 'boundLiteral'>,
): string {
  if (params.length === 0) return sql;
  let text = '';
  let done = 0;
  for (const { start, end, position } of dialect.placeholdersIn(sql)) {
    if (position > params.length)
      throw new RevError(
        'REV_OFFLINE',
        `A value is missing for ${sql.slice(start, end)} in: ${beginningWithoutSecrets(sql)}`,
      );
    text += sql.slice(done, start);
    // A literal is not to run into what stands beside it: two signs would begin a comment.
    if (/[\w$-]$/.test(text)) text += ' ';
    text += dialect.boundLiteral(params[position - 1]);
    if (/^\w/.test(sql.slice(end, end + 1))) text += ' ';
    done = end;
  }
  return text + sql.slice(done);
}

/** With a semicolon at its end. Throws REV_OFFLINE where what follows in the script would be inside of it. */
export function terminated(sql: string, dialect: Pick<Dialect, 'terminated'>): string {
  const text = dialect.terminated(sql);
  if (text !== null) return text;
  throw new RevError(
    'REV_OFFLINE',
    `A comment or a quoted text has no end: ${oneLine(beginningWithoutSecrets(sql)).slice(0, 120)}`,
    { hint: 'Close it: the rest of the script would be inside of it.' },
  );
}

export function ifNotExists(statement: Statement): Statement {
  return { ...statement, sql: statement.sql.replace(/^CREATE TABLE /i, 'CREATE TABLE IF NOT EXISTS ') };
}

export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** Whether a query is one whose result is read. */
export function reads(sql: string): boolean {
  return (
    /^\s*(select|values|table|show|explain|pragma)\b/i.test(sql) ||
    /\breturning\b/i.test(sql) ||
    /^\s*with\b(?![\s\S]*\b(insert|update|delete)\b)/i.test(sql)
  );
}

export function unprintable(revision: string, sql: string): RevError {
  return new RevError(
    'REV_OFFLINE',
    `Revision ${revision} reads from the database (op.db): ${oneLine(beginningWithoutSecrets(sql)).slice(0, 120)}`,
    {
      hint: 'A script cannot know the result. Write the change as one statement with op.execute, or guard it with op.offline.',
      data: { revision },
    },
  );
}
