/** "text" in definitions that a program wrote to which it is 'text': a new column of that name would change what they mean. */

import { displayName, type QualifiedName, type Table } from '../../catalog/index.js';
import { RevError } from '../../errors.js';
import { saysInQuotes } from './expression.js';
import { parseIndex } from './index-keys.js';
import type { TextQuestion } from './live-statement.js';
import { parseTable } from './parse-table.js';
import { expressionsOf } from './portable-table.js';
import { quoteLiteral, quoteName } from './quote.js';
import { foldName, isWord, tokenize } from './tokens.js';

/** Whether an expression of the table, which has no such column, says the name in double quotes. */
export function saysAsText(table: Table, name: string): boolean {
  return expressionsOf(table).some((sql) => saysInQuotes(sql, name));
}

/** The same of a table that nobody has looked at, to be asked just before it gets the column. */
export function textQuestion(table: QualifiedName, name: string): TextQuestion {
  const shown = displayName(table.schema === 'main' ? { ...table, schema: null } : table);
  const says = `instr(lower(sql), ${quoteLiteral(quoteName(foldName(name)))}) > 0`;
  return {
    live: 'texts',
    sql: `SELECT sql FROM ${quoteName(table.schema ?? 'main')}.sqlite_schema WHERE type IN ('table', 'index') AND tbl_name = ${quoteLiteral(table.name)} COLLATE NOCASE AND ${says}`,
    refusal(texts) {
      if (!texts.some((sql) => storedExpressions(sql).some((each) => saysInQuotes(each, name)))) return null;
      return new RevError(
        'REV_STATEMENT',
        `Table ${shown} says "${name}" in a check, a computed column or an index, where it is text as long as there is no column ${name}. With the column it would mean that.`,
        { hint: `Make that anew first, in the same revision, with '${name}' in single quotes.` },
      );
    },
  };
}

function storedExpressions(sql: string): readonly string[] {
  const [, kind] = tokenize(sql.slice(0, 100));
  if (isWord(kind, 'index', 'unique')) {
    const { keys, where } = parseIndex(sql, []);
    return [where, ...keys.map(({ expression }) => expression)].filter((each) => typeof each === 'string');
  }
  if (!isWord(kind, 'table')) return [];
  const { checks, columns } = parseTable(sql);
  return [...checks, ...columns.flatMap(({ generated }) => generated ?? [])].map(
    ({ expression }) => expression,
  );
}
