import {
  type Catalog,
  findTable,
  nameKey,
  orderViews,
  type QualifiedName,
  sameData,
  type Table,
  type View,
} from '../../catalog/index.js';
import { compareColumns } from '../../diff/compare-columns.js';
import { applyChanges } from '../../operations/index.js';
import { closedExpression } from './expressions.js';
import { identifier } from './quote.js';
import { rules } from './rules.js';
import type { Spelling } from './spelling.js';

/**
 * The relations that a view may read, as they will be: temporary ones, in the transaction that is rolled back. Those of
 * the default schema have their own names and so hide the real ones; those of other schemas have names that are put
 * into the queries. A table that does not change needs none.
 */
export interface ReadRelations {
  readonly tables: readonly Stand<Table>[];
  /** Those that others read come first. */
  readonly views: readonly Stand<View>[];
}

interface Stand<T> {
  readonly of: T;
  /** The temporary relation's name. */
  readonly name: string;
}

export const noRelations: ReadRelations = { tables: [], views: [] };

/** How the names of those begin that hide nothing. */
export const standName = 'rev_read_';

/** @param database the catalog before any renames: what it has by another name is not there yet. */
export function readRelations(actual: Catalog, wanted: Catalog, database: Catalog): ReadRelations {
  let count = 0;
  const stand = <T extends QualifiedName>(of: T): Stand<T> => {
    count += 1;
    return { of, name: of.schema === null ? of.name : `${standName}${count}` };
  };
  const tables = wanted.tables.flatMap((table): Stand<Table>[] => {
    const live = findTable(actual, { ...table, name: rules.storedName(table.name) });
    if (!live) return [stand(table)];
    // In the order that the columns will have: `*` tells them in it.
    const { columns } = applyChanges(live, compareColumns(live, table, rules).changes);
    const there = findTable(database, live);
    if (!there) return [stand({ ...table, columns })];
    const shapes = [there.columns, columns].map((list) => list.map(({ name, type }) => ({ name, type })));
    return sameData(shapes[0], shapes[1]) ? [] : [stand({ ...table, columns })];
  });
  return { tables, views: orderViews(wanted.views).map(stand) };
}

/** A view's text for the time of the asking. */
export function temporaryView(name: string, query: string, relations: ReadRelations): string {
  return `create temporary view ${identifier(name)} as ${closedExpression(withTemporary(query, relations))}`;
}

/** A policy's texts for the time of the asking. */
export function temporaryPolicy(spelling: Spelling, relations: ReadRelations): Spelling {
  if (spelling.kind !== 'policy') return spelling;
  const text = (sql: string | null) => sql && withTemporary(sql, relations);
  return { ...spelling, using: text(spelling.using), check: text(spelling.check) };
}

/** So that a query may leave columns out of its GROUP BY. */
export function temporaryKey({ of, name }: Stand<Table>): readonly string[] {
  if (!of.primaryKey) return [];
  const columns = of.primaryKey.columns.map((column) => identifier(column)).join(', ');
  return [`alter table pg_temp.${identifier(name)} add primary key (${columns})`];
}

const name = String.raw`"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*`;
const qualified = new RegExp(
  String.raw`'(?:[^']|'')*'|\$(?<tag>\w*)\$[\s\S]*?\$\k<tag>\$|--[^\n]*|\/\*[\s\S]*?\*\/|` +
    String.raw`(?<schema>${name})\s*\.\s*(?<name>${name})(?=(?<rest>\s*\.|\s*(?:as\b\s*)?(?:${name}))?)|${name}`,
  'giu',
);

/** Words that may stand after a relation and are no alias of it. */
const noAlias = new Set(
  'cross except fetch for full group having inner intersect join left limit natural offset on order returning right tablesample union using where window'.split(
    ' ',
  ),
);

/** The temporary relations in the place of those of other schemas; in the default schema they come first anyway. */
function withTemporary(query: string, { tables, views }: ReadRelations): string {
  const known = new Map(
    [...tables, ...views].flatMap(({ of, name: temporary }) =>
      of.schema === null ? [] : [[nameKey({ schema: of.schema, name: of.name }), temporary] as const],
    ),
  );
  if (known.size === 0) return query;
  return query.replace(qualified, (...match) => {
    const text = match[0] as string;
    const groups = match.at(-1) as { schema?: string; name?: string; rest?: string };
    if (groups.schema === undefined || groups.name === undefined) return text;
    const of = { schema: plain(groups.schema), name: plain(groups.name) };
    const temporary = known.get(nameKey(of));
    if (temporary === undefined) return text;
    const rest = groups.rest?.trim() ?? '';
    // `app.posts.id`: the relation has its own name as an alias.
    if (rest === '.') return identifier(of.name);
    const hasAlias = rest !== '' && !noAlias.has(rest.toLowerCase());
    return `pg_temp.${identifier(temporary)}${hasAlias ? '' : ` as ${identifier(of.name)}`}`;
  });
}

function plain(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text.toLowerCase();
}
