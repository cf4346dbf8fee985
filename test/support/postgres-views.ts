import { type Catalog, makeCatalog, orderViews, type Table, type View } from '../../src/catalog/index.js';

/**
 * Random views over a catalog's tables, and over each other, as people spell them; and the same views over a catalog
 * that has grown out of it: what they read may be gone, new or of another type.
 */

type Roll = () => number;

interface Shape {
  readonly name: string;
  readonly schema: string | null;
  /** Name of the table or view that it reads. */
  readonly reads: { readonly schema: string | null; readonly name: string };
  readonly columns: readonly string[];
  readonly form: number;
  readonly materialized: boolean;
  readonly barrier: boolean;
}

const names = ['a view', 'Über', 'v"3"', 'last'] as const;

export function withViews(a: Catalog, b: Catalog, roll: Roll): { readonly a: Catalog; readonly b: Catalog } {
  const shapes = names.flatMap((name, at) => (roll() < 60 ? [shape(name, at, a, roll)] : []));
  const grown = shapes.flatMap((each): Shape[] => {
    const dice = roll();
    if (dice < 15) return [];
    if (dice < 30) return [{ ...each, form: each.form + 1 }];
    if (dice < 40) return [{ ...each, columns: each.columns.slice(1) }];
    if (dice < 50) return [{ ...each, barrier: !each.barrier }];
    return [each];
  });
  const fresh = names.filter((name) => !shapes.some((each) => each.name === name) && roll() < 30);
  return {
    a: add(a, shapes),
    b: add(b, [...grown, ...fresh.map((name) => shape(name, names.indexOf(name), b, roll))]),
  };
}

function shape(name: string, at: number, catalog: Catalog, roll: Roll): Shape {
  const table = catalog.tables[roll() % Math.max(1, catalog.tables.length)];
  const onView = at > 0 && roll() < 40;
  const schemas = [null, null, ...catalog.schemas];
  return {
    name,
    schema: at === 2 ? (schemas[roll() % schemas.length] ?? null) : null,
    reads: onView || !table ? { schema: null, name: names[0] } : { schema: table.schema, name: table.name },
    columns: table && !onView ? table.columns.map((column) => column.name).filter(() => roll() < 70) : [],
    form: roll() % 8,
    materialized: at === 3 && roll() < 60,
    barrier: roll() < 20,
  };
}

function add(catalog: Catalog, shapes: readonly Shape[]): Catalog {
  const views: View[] = [];
  for (const each of shapes) {
    const { reads } = each;
    const table = catalog.tables.find(({ schema, name }) => schema === reads.schema && name === reads.name);
    const readsView = views.some(({ schema, name }) => schema === reads.schema && name === reads.name);
    const isFree = each.schema === null || catalog.schemas.includes(each.schema);
    if ((!table && !readsView) || !isFree) continue;
    views.push(viewOf(each, table));
  }
  return makeCatalog({ ...catalog, views: orderViews(views) });
}

function viewOf({ name, schema, reads, columns, form, materialized, barrier }: Shape, table?: Table): View {
  const from = `${reads.schema === null ? '' : `${quoted(reads.schema)}.`}${quoted(reads.name)}`;
  const known = table?.columns.filter((column) => columns.includes(column.name)) ?? [];
  const [first] = known;
  const list = known.map((column) => quoted(column.name)).join(', ');
  const queries = [
    `select * from ${from}`,
    `SELECT ${list || '1 as one'}\n  FROM ${from} AS t -- a comment`,
    `select ${list || "'x' as x"} from ${from} where ${first ? `${quoted(first.name)} is not null` : 'true'}`,
    `select count(*) as n${first ? `, count(distinct cast(t.${quoted(first.name)} as text)) as "D"` : ''} from ${from} t`,
    `with c as (select ${list || '2 as two'} from ${from}) select * from c where 1 in (1, 2, 3)`,
    `(select ${first ? `${quoted(first.name)}::text as s` : "'s'::text as s"} from ${from}) union all select 'é''s'`,
    table?.primaryKey
      ? `select t.*, count(*) as "how many" from ${from} t group by ${table.primaryKey.columns.map(quoted).join(', ')}`
      : `select 1 as one from ${from}`,
    `select x.* from ${from} x left join ${from} y on true limit 3`,
  ];
  return {
    kind: 'view',
    schema,
    name,
    materialized,
    query: queries[form % queries.length] ?? '',
    ...(materialized ? {} : { with: barrier ? { security_barrier: 'true' } : {} }),
  };
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
