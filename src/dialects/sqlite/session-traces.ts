import type { LeftInSession, SessionTraces } from '../dialect.js';
import { statementsOf } from './statements.js';
import { foldName, isName, isSymbol, isWord, type Token, textOf } from './tokens.js';

/** What a connection of SQLite has alone: its pragmas, the databases that are attached to it, and the schema `temp`. */
export const leftInSession: SessionTraces['leftInSession'] = ({ sql, params = [] }) => {
  const statements = statementsOf(sql);
  return statements.flatMap((tokens) => {
    // Only a text of one statement has values.
    const setting = statements.length === 1 ? { sql, params } : { sql: textOf(sql, tokens) };
    return leftBy(tokens, setting);
  });
};

function leftBy(tokens: readonly Token[], setting: { readonly sql: string }): readonly LeftInSession[] {
  const [first] = tokens;
  if (isWord(first, 'pragma')) return [{ kind: 'setting', statement: setting }];
  if (isWord(first, 'attach')) return attached(tokens, setting);
  if (isWord(first, 'detach')) {
    return [{ kind: 'setting', statement: setting }, ...dropped(tokens.at(-1))];
  }
  if (isWord(first, 'create')) return made(tokens);
  if (isWord(first, 'drop')) {
    const { schema, name } = nameIn(tokens, 2);
    // What is temporary goes first where no schema is named.
    return schema && foldName(schema.value) !== 'temp' ? [] : dropped(name);
  }
  return [];
}

function attached(tokens: readonly Token[], statement: { readonly sql: string }): readonly LeftInSession[] {
  const name = tokens.at(-1);
  const isThere = isName(name)
    ? { sql: 'SELECT 1 FROM pragma_database_list WHERE lower(name) = ?', params: [foldName(name.value)] }
    : undefined;
  // What is in no file is empty when it is attached again.
  const isInMemory = tokens.some(
    ({ kind, value }) => kind === 'string' && /^$|^:memory:$|[?&]mode=memory\b/.test(value),
  );
  return [
    ...(isInMemory && isName(name) && isThere
      ? [{ kind: 'made', key: foldName(name.value), what: `database ${name.value}`, isThere } as const]
      : []),
    { kind: 'setting', statement, ...(isThere ? { unless: isThere } : {}) },
  ];
}

function made(tokens: readonly Token[]): readonly LeftInSession[] {
  const isTemporary = isWord(tokens[1], 'temp', 'temporary');
  const start = 1 + (isTemporary || isWord(tokens[1], 'unique', 'virtual') ? 1 : 0);
  const { schema, name } = nameIn(tokens, start + 1);
  if (!name || (!isTemporary && foldName(schema?.value ?? '') !== 'temp')) return [];
  const key = foldName(name.value);
  const what = `temporary ${tokens[start]?.value.toLowerCase()} ${name.value}`;
  const isThere = { sql: 'SELECT 1 FROM sqlite_temp_master WHERE lower(name) = ?', params: [key] };
  return [{ kind: 'made', key, what, isThere }];
}

function dropped(name: Token | undefined): readonly LeftInSession[] {
  return isName(name) ? [{ kind: 'dropped', key: foldName(name.value) }] : [];
}

/** The name at or after a place, with its schema. */
function nameIn(
  tokens: readonly Token[],
  at: number,
): { readonly schema: Token | undefined; readonly name: Token | undefined } {
  let start = at;
  if (isWord(tokens[start], 'if')) {
    start += isWord(tokens[start + 1], 'not') ? 3 : 2;
  }
  if (!isSymbol(tokens[start + 1], '.')) return { schema: undefined, name: tokens[start] };
  return { schema: tokens[start], name: tokens[start + 2] };
}
