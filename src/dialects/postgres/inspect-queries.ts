import type { Scope } from '../dialect.js';
import { censusQuery } from './census-query.js';
import { type LiveOnlyRow, liveOnly } from './live-only-query.js';
import { type PolicyRow, policiesQuery } from './policy-query.js';
import { literal } from './quote.js';
import { type ViewRow, viewsQuery } from './view-query.js';

/**
 * The catalogue as one statement that answers with one JSON object: a single round trip for any number of tables.
 * It runs with the default schema alone on the search path, so that PostgreSQL prints its objects without a schema
 * and all others with theirs; what is printed then does not depend on the session.
 */

/** A name and a schema, null for the default one. */
interface Named {
  readonly schema: string | null;
  readonly name: string;
}

export interface ColumnRow {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  /** pg_get_expr of the default or of the generated expression. */
  readonly expression: string | null;
  /** '' no, s stored, v virtual. */
  readonly generated: string;
  /** '' no, a always, d by default. */
  readonly identity: string;
  readonly collation: string | null;
  readonly enum: Named | null;
  /** The sequence that the column owns: deptype a (serial and the like) or i (identity). */
  readonly sequence: (SequenceRow & { readonly deptype: string }) | null;
}

export interface SequenceRow extends Named {
  readonly type: string;
  readonly start: string;
  readonly increment: string;
  readonly min: string;
  readonly max: string;
  readonly cache: string;
  readonly cycle: boolean;
}

export interface ConstraintRow {
  readonly table: string;
  readonly name: string;
  /** p, u, f or c. */
  readonly type: string;
  readonly columns: readonly string[];
  readonly expression: string | null;
  readonly references: Named | null;
  readonly foreignColumns: readonly string[] | null;
  readonly onDelete: string;
  readonly onDeleteColumns: readonly string[] | null;
  readonly onUpdate: string;
  readonly match: string;
  readonly deferrable: boolean;
  readonly deferred: boolean;
  readonly notValid: boolean;
  readonly noInherit: boolean;
  readonly nullsNotDistinct: boolean;
  /** INCLUDE columns of p and u. */
  readonly include: readonly string[];
}

export interface IndexRow {
  readonly table: string;
  readonly name: string;
  readonly unique: boolean;
  readonly method: string;
  readonly keys: readonly IndexKeyRow[];
  readonly include: readonly string[];
  readonly where: string | null;
  readonly with: readonly string[];
  readonly nullsNotDistinct: boolean;
}

export interface IndexKeyRow {
  readonly column: string | null;
  readonly expression: string | null;
  /** Bit 1: descending; bit 2: nulls first. */
  readonly option: number;
  readonly opclass: string | null;
  readonly collation: string | null;
}

export interface UncomparedRow extends Named {
  readonly kind: string;
  readonly table: Named | null;
}

export interface CatalogRow {
  readonly schemas: readonly { readonly name: string }[];
  readonly tables: readonly (Named & { readonly oid: string; readonly rowSecurity: boolean })[];
  readonly columns: readonly ColumnRow[];
  readonly constraints: readonly ConstraintRow[];
  readonly indexes: readonly IndexRow[];
  readonly enums: readonly (Named & { readonly values: readonly string[] })[];
  /** All but those of identity columns; `table` where one owns it, `usedBy` the tables with defaults that take from it. */
  readonly sequences: readonly (SequenceRow & {
    readonly table: Named | null;
    readonly usedBy: readonly string[];
  })[];
  readonly views: readonly ViewRow[];
  readonly policies: readonly PolicyRow[];
  readonly uncompared: readonly UncomparedRow[];
  /** What more is known of some of `uncompared`. */
  readonly liveOnly: readonly LiveOnlyRow[];
}

export type TemporaryRow = Pick<
  CatalogRow,
  'columns' | 'constraints' | 'indexes' | 'policies' | 'tables' | 'views'
>;

/** Settings under which PostgreSQL prints the same text in every session, for the current transaction. */
export const printingSettings = `
  select
    set_config('search_path', coalesce(quote_ident(current_schema()), ''), true),
    set_config('TimeZone', 'UTC', true),
    set_config('DateStyle', 'ISO, YMD', true),
    set_config('IntervalStyle', 'postgres', true),
    set_config('extra_float_digits', '1', true),
    set_config('bytea_output', 'hex', true),
    set_config('standard_conforming_strings', 'on', true),
    set_config('quote_all_identifiers', 'off', true)`;

/** @param major the server's major version. */
export function catalogQuery(scope: Scope, major: number): string {
  const inScope =
    scope.schemas === undefined
      ? `nspname !~ '^pg_' and nspname <> 'information_schema'`
      : scope.schemas.length === 0
        ? 'false'
        : `nspname in (${scope.schemas.map(literal).join(', ')})`;
  const nullsNotDistinct = nullsNotDistinctOf(major);
  return `
with
ext as materialized (
  select classid, objid from pg_depend where deptype = 'e'
),
ns as materialized (
  select oid, nspname, nullif(nspname, current_schema()) as schema
  from pg_namespace
  where (nspname = current_schema() or ${inScope})
    and (nspname = current_schema() or not exists (
      select from ext where classid = 'pg_namespace'::regclass and objid = pg_namespace.oid))
),
rel as materialized (
  select c.*, ns.schema
  from pg_class as c join ns on ns.oid = c.relnamespace
  where c.relpersistence <> 't'
    and not exists (select from ext where classid = 'pg_class'::regclass and objid = c.oid)
),
tab as materialized (
  select * from rel
  where relkind in ('r', 'p') and not relispartition
    and not exists (select from pg_inherits where inhrelid = rel.oid)
),
indexed as (select oid from tab union all select oid from rel where relkind = 'm'),
${ownedSequences}select json_build_object(
  'schemas', ${list(schemas)},
  'tables', ${list(tables)},
  'columns', ${list(columns)},
  'constraints', ${list(constraints(nullsNotDistinct, major))},
  'indexes', ${list(indexes(nullsNotDistinct))},
  'enums', ${list(enums)},
  'sequences', ${list(sequences)},
  'views', ${list(viewsQuery('rel'))},
  'policies', ${list(policiesQuery)},
  'uncompared', ${list(censusQuery(major))},
  'liveOnly', ${list(liveOnly(major))}
) as catalog`;
}

/** The same for the temporary tables of this session alone: how PostgreSQL prints what a model says. */
export function temporaryQuery(major: number): string {
  const nullsNotDistinct = nullsNotDistinctOf(major);
  return `
with
tab as materialized (
  select c.*, null::text as schema from pg_class as c
  where c.relnamespace = pg_my_temp_schema() and c.relkind in ('p', 'r')
),
indexed as (select oid from tab),
${ownedSequences}
select json_build_object(
  'tables', ${list(tables)},
  'columns', ${list(columns)},
  'constraints', ${list(constraints(nullsNotDistinct, major))},
  'indexes', ${list(indexes(nullsNotDistinct))},
  'policies', ${list(policiesQuery)},
  'views', ${list(viewsQuery("(select c.*, null::text as schema from pg_class as c where c.relnamespace = pg_my_temp_schema() and c.relname like 'rev\\_probe\\_%')"))}
) as catalog`;
}

function list(query: string): string {
  return `(select coalesce(json_agg(found), '[]') from (${query}) as found)`;
}

function nullsNotDistinctOf(major: number): string {
  return major >= 15 ? 'i.indnullsnotdistinct' : 'false';
}

// Every sequence, and the column that owns it.
const ownedSequences = `seq as materialized (
  select
    s.seqrelid, c.relname as name, nullif(n.nspname, current_schema()) as schema,
    format_type(s.seqtypid, null) as type, s.seqstart::text as start, s.seqincrement::text as increment,
    s.seqmin::text as min, s.seqmax::text as max, s.seqcache::text as cache, s.seqcycle as cycle,
    d.deptype, d.refobjid, d.refobjsubid
  from pg_sequence as s
  join pg_class as c on c.oid = s.seqrelid
  join pg_namespace as n on n.oid = c.relnamespace
  left join pg_depend as d on d.classid = 'pg_class'::regclass and d.objid = s.seqrelid
    and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0 and d.deptype in ('a', 'i')
)`;

const schemas = `select schema as name from ns where schema is not null`;

const tables = `select oid::text as oid, schema, relname as name, relrowsecurity as "rowSecurity" from tab`;

// One row for each column, in table order.
const columns = `
  select
    a.attrelid::text as table, a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
    a.attnotnull as "notNull", pg_get_expr(d.adbin, d.adrelid) as expression,
    a.attgenerated as generated, a.attidentity as identity,
    case when a.attcollation <> t.typcollation then
      case when pg_collation_is_visible(co.oid) then co.collname::text
        else format('"%s"."%s"', replace(cn.nspname, '"', '""'), replace(co.collname, '"', '""')) end
    end as collation,
    case when et.oid is not null then
      json_build_object('schema', nullif(en.nspname, current_schema()), 'name', et.typname) end as enum,
    case when own.seqrelid is not null then row_to_json(own) end as sequence
  from tab
  join pg_attribute as a on a.attrelid = tab.oid and a.attnum > 0 and not a.attisdropped
  join pg_type as t on t.oid = a.atttypid
  left join pg_type as et on et.oid = case when t.typcategory = 'A' then t.typelem else t.oid end
    and et.typtype = 'e'
  left join pg_namespace as en on en.oid = et.typnamespace
  left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
  left join (
    select distinct on (refobjid, refobjsubid) * from seq where refobjid is not null
    order by refobjid, refobjsubid, deptype desc, seqrelid
  ) as own on own.refobjid = a.attrelid and own.refobjsubid = a.attnum
  left join pg_collation as co on co.oid = a.attcollation
  left join pg_namespace as cn on cn.oid = co.collnamespace
  order by a.attrelid, a.attnum`;

const keyNames = (keys: string, table: string) => `(
      select json_agg(a.attname order by k.position)
      from unnest(${keys}) with ordinality as k (number, position)
      join pg_attribute as a on a.attrelid = ${table} and a.attnum = k.number)`;

const included = `(select coalesce(json_agg(a.attname order by k), '[]')
      from generate_series(i.indnkeyatts, i.indnatts - 1) as k
      join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = i.indkey[k])`;

// One row for each constraint that a catalog holds; those on partitions follow their parent's.
const constraints = (nullsNotDistinct: string, major: number) => `
  select
    c.conrelid::text as table, c.conname as name, c.contype as type,
    ${keyNames('c.conkey', 'c.conrelid')} as columns,
    pg_get_expr(c.conbin, c.conrelid) as expression,
    case when c.contype = 'f' then
      json_build_object('schema', nullif(fn.nspname, current_schema()), 'name', fc.relname) end as references,
    ${keyNames('c.confkey', 'c.confrelid')} as "foreignColumns",
    c.confdeltype as "onDelete",
    ${major >= 15 ? keyNames('c.confdelsetcols', 'c.conrelid') : 'null::json'} as "onDeleteColumns",
    c.confupdtype as "onUpdate", c.confmatchtype as match,
    c.condeferrable as deferrable, c.condeferred as deferred,
    not c.convalidated as "notValid", c.connoinherit as "noInherit",
    c.contype = 'u' and coalesce(${nullsNotDistinct}, false) as "nullsNotDistinct",
    ${included} as include
  from tab
  join pg_constraint as c on c.conrelid = tab.oid and c.contype in ('p', 'u', 'f', 'c') and c.conparentid = 0
  left join pg_class as fc on fc.oid = c.confrelid
  left join pg_namespace as fn on fn.oid = fc.relnamespace
  left join pg_index as i on i.indexrelid = c.conindid and c.contype in ('p', 'u')
  order by c.conrelid, c.conname`;

// One row for each valid index that is not the work of a constraint.
const indexes = (nullsNotDistinct: string) => `
  select
    i.indrelid::text as table, ic.relname as name, i.indisunique as unique, am.amname as method,
    (select json_agg(json_build_object(
        'column', a.attname,
        'expression', case when i.indkey[k] = 0 then pg_get_indexdef(i.indexrelid, k + 1, false) end,
        'option', coalesce(i.indoption[k], 0),
        'opclass', case when not oc.opcdefault or ia.attoptions is not null or exists (
            select from pg_opclass as other
            where other.opcmethod = oc.opcmethod and other.opcdefault and other.oid <> oc.oid
              and other.opcintype = coalesce(a.atttypid, ia.atttypid))
          then case when pg_opclass_is_visible(oc.oid) then '' else quote_ident(opn.nspname) || '.' end
            || quote_ident(oc.opcname)
            || coalesce(' (' || array_to_string(ia.attoptions, ', ') || ')', '') end,
        'collation', case when i.indcollation[k] <> coalesce(a.attcollation, 0) and i.indcollation[k] <> 0
            and (a.attname is not null or pg_get_indexdef(i.indexrelid) like '% COLLATE %')
          then co.collname end
      ) order by k)
      from generate_series(0, i.indnkeyatts - 1) as k
      left join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = i.indkey[k] and i.indkey[k] > 0
      left join pg_attribute as ia on ia.attrelid = i.indexrelid and ia.attnum = k + 1
      left join pg_opclass as oc on oc.oid = i.indclass[k]
      left join pg_namespace as opn on opn.oid = oc.opcnamespace
      left join pg_collation as co on co.oid = i.indcollation[k]
    ) as keys,
    ${included} as include,
    pg_get_expr(i.indpred, i.indrelid) as where,
    coalesce(to_json(ic.reloptions), '[]') as with,
    ${nullsNotDistinct} as "nullsNotDistinct"
  from indexed
  join pg_index as i on i.indrelid = indexed.oid and i.indisvalid
  join pg_class as ic on ic.oid = i.indexrelid
  join pg_am as am on am.oid = ic.relam
  where not exists (select from pg_constraint as c where c.conindid = i.indexrelid and c.contype in ('p', 'u', 'x'))
  order by i.indrelid, ic.relname`;

const enums = `
  select ns.schema, t.typname as name,
    (select coalesce(json_agg(e.enumlabel order by e.enumsortorder), '[]') from pg_enum as e
      where e.enumtypid = t.oid) as values
  from pg_type as t join ns on ns.oid = t.typnamespace
  where t.typtype = 'e'
    and not exists (select from ext where classid = 'pg_type'::regclass and objid = t.oid)`;

const sequences = `
  select seq.name, seq.schema, seq.type, seq.start, seq.increment, seq.min, seq.max, seq.cache, seq.cycle,
    case when owner.oid is not null then
      json_build_object('schema', nullif(ownerns.nspname, current_schema()), 'name', owner.relname) end as table,
    coalesce(used.by, '[]') as "usedBy"
  from rel
  join seq on seq.seqrelid = rel.oid
  left join (
    select p.refobjid, json_agg(distinct d.adrelid::text) as by
    from pg_attrdef as d join pg_depend as p on p.classid = 'pg_attrdef'::regclass and p.objid = d.oid
    where p.refclassid = 'pg_class'::regclass and p.refobjsubid = 0
    group by p.refobjid
  ) as used on used.refobjid = seq.seqrelid
  left join pg_class as owner on owner.oid = seq.refobjid
  left join pg_namespace as ownerns on ownerns.oid = owner.relnamespace
  where seq.deptype is distinct from 'i'`;
