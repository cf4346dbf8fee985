/** The SQL of a migration file: its statements, and what must be known of them. Texts are never changed. */

import type { DialectName } from '../../catalog/index.js';

/** Split where drizzle's migrator splits; what holds nothing but comments is left out. */
export function splitStatements(sql: string): readonly string[] {
  return sql
    .split('--> statement-breakpoint')
    .map((text) => text.replace(/^\ufeff/, '').trim())
    .filter((text) => bare(text) !== '');
}

/** A text without comments and literals, so that words are found only where they mean something. */
function bare(sql: string): string {
  return sql
    .replace(/--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|(\$\w*\$)[\s\S]*?\1/g, ' ')
    .replace(/^[\s;]+|[\s;]+$/g, '');
}

const outside: Readonly<Record<DialectName, RegExp>> = {
  postgres:
    /(?:^|;)\s*(create\s+(?:unique\s+)?index\s+concurrently|drop\s+index\s+concurrently|reindex\b[^;]*\bconcurrently|vacuum|(?:create|drop)\s+(?:database|tablespace)|alter\s+system|begin|start\s+transaction|commit)\b/i,
  sqlite: /(?:^|;)\s*(vacuum|pragma\s+journal_mode|begin|commit)\b/i,
};

/** The words of the first statement that cannot run in a transaction. */
export function outsideTransaction(statements: readonly string[], dialect: DialectName): string | undefined {
  for (const statement of statements) {
    const text = bare(statement);
    // Bodies have a BEGIN of their own.
    if (/^create\b[^;]*?\b(?:trigger|function|procedure)\b/i.test(text)) continue;
    const found = outside[dialect].exec(text)?.[1];
    if (found) return found.replace(/\s+/g, ' ').toUpperCase();
  }
  return undefined;
}

/** Whether rows are written, by somebody's own hand: drizzle-kit writes rows only into a table that it rebuilds. */
export function changesRows(statements: readonly string[]): boolean {
  return statements.some((statement) =>
    /(?:^|;)\s*(?:insert\s+into\s+(?!["`]?__new_)|update\b|delete\s+from\b)/i.test(bare(statement)),
  );
}
