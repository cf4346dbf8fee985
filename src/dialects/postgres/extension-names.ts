import { type Catalog, type IndexKey, makeCatalog } from '../../catalog/index.js';
import type { Driver, MissingType } from '../dialect.js';
import { literal } from './quote.js';
import { isBuiltIn, parseType, storedType } from './types.js';

/**
 * Types and operator classes of extensions. Models name them without a schema; an extension may be in one that the
 * session does not look into (`search_path`), and then only the full name finds them.
 */

interface FoundRow extends Record<string, unknown> {
  readonly name: string;
  /** As SQL. */
  readonly schema: string;
}

const plainName = /^[a-z_][a-z0-9_$]*$/;

/** The model with full names where the bare ones say nothing to this session. */
export async function withFullNames(driver: Driver, model: Catalog): Promise<Catalog> {
  const types = new Set<string>();
  const opclasses = new Set<string>();
  for (const { columns, indexes } of model.tables) {
    for (const column of columns) {
      const base = baseOf(column.type);
      if (!column.enum && !isBuiltIn(base) && plainName.test(base)) types.add(base);
    }
    for (const { opclass } of indexes.flatMap(({ keys }) => keys)) {
      const name = opclass && bareOpclass(opclass);
      if (name) opclasses.add(name);
    }
  }
  if (types.size === 0 && opclasses.size === 0) return model;
  const rows = await driver.query<FoundRow & { readonly kind: string }>(outOfSight(types, opclasses));
  if (rows.length === 0) return model;
  const schemas = new Map(rows.map(({ kind, name, schema }) => [`${kind} ${name}`, schema]));
  const full = (kind: string, name: string | undefined, text: string) => {
    const schema = schemas.get(`${kind} ${name}`);
    return schema === undefined ? text : `${schema}.${text}`;
  };
  const fullKey = (key: IndexKey): IndexKey =>
    key.opclass === undefined
      ? key
      : { ...key, opclass: full('opclass', bareOpclass(key.opclass), key.opclass) };
  return makeCatalog({
    ...model,
    tables: model.tables.map((table) => ({
      ...table,
      columns: table.columns.map((column) => ({
        ...column,
        type: column.enum ? column.type : full('type', baseOf(column.type), column.type),
      })),
      indexes: table.indexes.map((index) => ({ ...index, keys: index.keys.map(fullKey) })),
    })),
  });
}

function baseOf(type: string): string {
  return parseType(storedType(type)).base;
}

/** `gist_trgm_ops (siglen=32)` → `gist_trgm_ops`; undefined if it has a schema. */
function bareOpclass(opclass: string): string | undefined {
  return /^([a-z_][a-z0-9_$]*)\s*(?:\(.*)?$/.exec(opclass)?.[1];
}

/** One row for each name that only an extension's schema makes findable. */
function outOfSight(types: ReadonlySet<string>, opclasses: ReadonlySet<string>): string {
  const names = (set: ReadonlySet<string>) => `array[${[...set].map(literal).join(', ')}]::text[]`;
  const ofExtension = (catalog: string, oid: string) =>
    `exists (select from pg_depend where classid = '${catalog}'::regclass and objid = ${oid} and deptype = 'e')`;
  return `
    select 'type' as kind, t.typname as name, quote_ident(n.nspname) as schema
    from pg_type as t join pg_namespace as n on n.oid = t.typnamespace
    where t.typname = any (${names(types)}) and to_regtype(quote_ident(t.typname)) is null
      and ${ofExtension('pg_type', 't.oid')}
    union all
    select distinct 'opclass', c.opcname, quote_ident(n.nspname)
    from pg_opclass as c join pg_namespace as n on n.oid = c.opcnamespace
    where c.opcname = any (${names(opclasses)}) and not pg_opclass_is_visible(c.oid)
      and ${ofExtension('pg_opclass', 'c.oid')}`;
}

/** Those of these types that the session does not find. Only names are looked for; other texts are left to the server. */
export async function missingTypes(
  driver: Driver,
  types: readonly string[],
): Promise<readonly MissingType[]> {
  const bases = [...new Set(types.map(baseOf))].filter(
    (base) => !isBuiltIn(base) && /^(?:[a-z_][a-z0-9_$]*\.)?[a-z_][a-z0-9_$]*$/.test(base),
  );
  if (bases.length === 0) return [];
  const rows = await driver.query<{ name: string }>(
    `select name from unnest(array[${bases.map(literal).join(', ')}]) as name where to_regtype(name) is null`,
  );
  return rows.map(({ name }) => {
    const extension = extensionOf(name);
    return { name, ...(extension === undefined ? {} : { extension }) };
  });
}

const extensions: readonly (readonly [extension: string, names: RegExp])[] = [
  ['vector', /^((vector|halfvec|sparsevec)(_\w+_ops)?|bit_(hamming|jaccard)_ops|hnsw|ivfflat)$/],
  ['postgis', /^(geometry|geography|box2d|box3d|\w*(geometry|geography)_ops\w*)$/],
  ['pg_trgm', /^g(in|ist)_trgm_ops$/],
  ['ltree', /^(ltree|lquery|ltxtquery)$/],
  ['citext', /^citext$/],
  ['hstore', /^hstore$/],
  ['cube', /^cube$/],
  ['intarray', /^(gin|gist)__int(big)?_ops$|^query_int$/],
];

/** The extension that a type, an operator class or an index method of this name comes with, if it is a well-known one. */
export function extensionOf(name: string): string | undefined {
  const bare = name.split('.').at(-1) ?? name;
  return extensions.find(([, names]) => names.test(bare))?.[0];
}
