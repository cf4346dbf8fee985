import type { Compiler } from '../dialect.js';
import { isSymbol, isWord, type Token, tokenize } from './tokens.js';

/** A text's statements, each as its tokens without the semicolon. One that makes a trigger goes to the trigger's END. */
export function statementsOf(sql: string): readonly (readonly Token[])[] {
  const statements: Token[][] = [];
  let current: Token[] = [];
  let inBody = false;
  let atBegin = true;
  for (const token of tokenize(sql)) {
    if (inBody && atBegin && isWord(token, 'end')) inBody = false;
    atBegin = isSymbol(token, ';');
    if (atBegin && !inBody) {
      if (current.length > 0) statements.push(current);
      current = [];
    } else {
      current.push(token);
      inBody ||= isWord(token, 'begin') && makesTrigger(current);
      atBegin ||= inBody && isWord(token, 'begin');
    }
  }
  if (current.length > 0) statements.push(current);
  return statements;
}

export const statementsIn: Compiler['statementsIn'] = (sql) =>
  statementsOf(sql).map((tokens) => tokens.map(({ start, end }) => sql.slice(start, end)).join(' '));

/** SQLite takes a comment without an end for one that goes to the text's end. */
export const terminated: Compiler['terminated'] = (sql) => {
  const text = sql.trimEnd();
  // Where something is open, the semicolon is inside of it.
  const closed = [text, `${text}*/`].find((each) => {
    const last = tokenize(`${each}\n;`).at(-1);
    return isSymbol(last, ';') && last?.start === each.length + 1;
  });
  if (closed === undefined) return null;
  const last = tokenize(closed).at(-1);
  if (!last || isSymbol(last, ';')) return closed;
  return last.end === closed.length ? `${closed};` : `${closed}\n;`;
};

/** What nearly every text is: one statement, and it is seen at a glance. */
export function isOneStatement(sql: string): boolean {
  return (/^\s*[a-z]/i.test(sql) && !sql.includes(';')) || statementsOf(sql).length === 1;
}

function makesTrigger([create, second, third]: readonly Token[]): boolean {
  if (!isWord(create, 'create')) return false;
  return isWord(isWord(second, 'temp', 'temporary') ? third : second, 'trigger');
}
