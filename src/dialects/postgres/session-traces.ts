import {
  displayName,
  nameKey,
  type QualifiedName,
  type SqlPiece,
  sqlStatements,
} from '../../catalog/index.js';
import type { LeftInSession, SessionTraces, Statement } from '../dialect.js';
import { indexes, views } from './kept.js';
import { identifier } from './quote.js';

/** What a session of PostgreSQL has alone: its settings, statements that are prepared, and what is temporary. */

export const leftInSession: SessionTraces['leftInSession'] = ({ sql, params = [] }) => {
  if (!mayLeave.test(sql)) return [];
  const statements = sqlStatements(sql);
  return statements.flatMap((pieces) => {
    // Only a text of one statement has values.
    const statement =
      statements.length === 1 ? { sql, params } : { sql: sql.slice(pieces[0]?.start, pieces.at(-1)?.end) };
    return leftBy(pieces, statement);
  });
};

/** Most texts, and the long ones, have none of these words. */
const mayLeave = /\b(?:set|reset|load|discard|prepare|deallocate|set_config|temp|temporary|pg_temp|drop)\b/i;

function leftBy(pieces: readonly SqlPiece[], statement: Statement): readonly LeftInSession[] {
  const words = pieces.map(({ kind, text }) => (kind === 'word' ? text.toLowerCase() : text));
  const [first, second = ''] = words;
  switch (first) {
    case 'set':
      return ['local', 'transaction', 'constraints'].includes(second) ? [] : [{ kind: 'setting', statement }];
    case 'reset':
    case 'load':
    case 'discard':
    case 'deallocate':
      return [{ kind: 'setting', statement }];
    case 'prepare':
      return [{ kind: 'setting', statement, unless: isPrepared(second) }];
    case 'select':
    case 'with':
      return onlySets(words) ? [{ kind: 'setting', statement }] : intoTemporary(words);
    case 'create':
      return made(words);
    case 'drop':
      return dropped(words);
    default:
      return [];
  }
}

function isPrepared(name: string): Statement {
  // As the parser reads a name.
  return {
    sql: 'select 1 from pg_prepared_statements where name = (parse_ident($1))[1]',
    params: [name],
  };
}

/** `select set_config(…)`, for longer than the transaction. */
function onlySets(words: readonly string[]): boolean {
  let at = 1;
  let lasts = false;
  for (;;) {
    if (words[at] === 'pg_catalog' && words[at + 1] === '.') at += 2;
    if (words[at] !== 'set_config' || words[at + 1] !== '(') return false;
    const end = afterParenthesis(words, at + 1);
    lasts ||= words[end - 2] !== 'true';
    at = words[end] === 'as' ? end + 2 : end;
    if (at >= words.length) return lasts;
    if (words[at] !== ',') return false;
    at += 1;
  }
}

function afterParenthesis(words: readonly string[], open: number): number {
  let depth = 0;
  for (let at = open; at < words.length; at += 1) {
    if (words[at] === '(') depth += 1;
    if (words[at] === ')') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return words.length;
}

const temporary = ['temp', 'temporary'];

/** `select … into temp t from …` */
function intoTemporary(words: readonly string[]): readonly LeftInSession[] {
  const into = words.findIndex((word, at) => word === 'into' && words[at - 1] !== 'insert');
  const at = ['local', 'global'].includes(words[into + 1] ?? '') ? into + 2 : into + 1;
  if (into < 0 || !temporary.includes(words[at] ?? '')) return [];
  return thing('table', words[words[at + 1] === 'table' ? at + 2 : at + 1]);
}

function made(words: readonly string[]): readonly LeftInSession[] {
  const kinds = ['table', 'view', 'sequence'];
  const at = words.findIndex((word) => kinds.includes(word));
  if (at < 0) return [];
  const name = nameAt(words, at + 1);
  const isTemporary = words.slice(1, at).some((word) => temporary.includes(word));
  if (!isTemporary && name.schema !== 'pg_temp') return [];
  // It was gone with the transaction that has made it.
  if (/ on commit drop\b/.test(words.join(' '))) return [];
  return thing(words[at] ?? '', name.name);
}

function thing(kind: string, name: string | undefined): readonly LeftInSession[] {
  if (name === undefined) return [];
  const isThere = {
    sql: "select 1 from pg_class where oid = to_regclass('pg_temp.' || $1)",
    params: [name],
  };
  return [{ kind: 'made', key: keyOf(name), what: `temporary ${kind} ${name}`, isThere }];
}

/** What is temporary goes first where no schema is named. */
function dropped(words: readonly string[]): readonly LeftInSession[] {
  if (!['table', 'view', 'sequence'].includes(words[1] ?? '')) return [];
  const gone: LeftInSession[] = [];
  for (let at = 2; at < words.length; ) {
    const { schema, name, end } = nameAt(words, at);
    if (name !== undefined && (schema === undefined || schema === 'pg_temp')) {
      gone.push({ kind: 'dropped', key: keyOf(name) });
    }
    if (words[end] !== ',') break;
    at = end + 1;
  }
  return gone;
}

/** The name at or after a place, with its schema. */
function nameAt(words: readonly string[], at: number) {
  let start = at;
  if (words[start] === 'if') start += words[start + 1] === 'not' ? 3 : 2;
  const isQualified = words[start + 1] === '.';
  return {
    schema: isQualified ? words[start]?.replace(/^"(.*)"$/, '$1') : undefined,
    name: words[isQualified ? start + 2 : start],
    end: start + (isQualified ? 3 : 1),
  };
}

/** Words are in lower case already. */
function keyOf(name: string): string {
  return name.replace(/^"(.*)"$/, '$1').replaceAll('""', '"');
}

/** What `keep` remembers until the object is made again with `restore`. */
export const rememberedInSession: SessionTraces['rememberedInSession'] = (operation) => {
  switch (operation.kind) {
    case 'dropView':
      return operation.keep ? [remembered('view', views, operation.name)] : [];
    case 'createView':
      return operation.restore ? [givenBack('view', operation.view)] : [];
    case 'dropIndex':
      return operation.keep ? [remembered('index', indexes, indexName(operation))] : [];
    case 'createIndex':
      return operation.restore
        ? [givenBack('index', indexName({ ...operation, name: operation.index.name }))]
        : [];
    default:
      return [];
  }
};

function indexName({ table: { schema }, name }: { readonly table: QualifiedName; readonly name: string }) {
  return { schema, name };
}

function remembered(kind: string, setting: string, name: QualifiedName): LeftInSession {
  const isThere = {
    sql: `select 1 where jsonb_exists(coalesce(nullif(current_setting(${setting}, true), ''), '{}')::jsonb, $1)`,
    params: [identifier(name)],
  };
  const what = `what is remembered of the ${kind} ${displayName(name)}`;
  return { kind: 'made', key: `${kind} ${nameKey(name)}`, what, isThere };
}

function givenBack(kind: string, name: QualifiedName): LeftInSession {
  return { kind: 'dropped', key: `${kind} ${nameKey(name)}` };
}
