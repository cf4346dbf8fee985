/** Statements as the text of a script. */

import type { Dialect, Statement } from '../dialects/dialect.js';
import { inlineParams } from './inline-params.js';

export function statementText(statement: Statement, dialect: Dialect): string {
  return inlineParams(statement.sql, statement.params ?? [], dialect.boundLiteral);
}

export function terminated(sql: string): string {
  const text = sql.trimEnd();
  if (text.endsWith(';')) return text;
  // A comment at the end would swallow the semicolon.
  return /--[^\n]*$/.test(text) ? `${text}\n;` : `${text};`;
}

export function ifNotExists(statement: Statement): Statement {
  return { ...statement, sql: statement.sql.replace(/^CREATE TABLE /i, 'CREATE TABLE IF NOT EXISTS ') };
}

export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
