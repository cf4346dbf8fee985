import type { ViewColumn } from '../../catalog/index.js';

/** Views and materialized views, as part of the one statement that reads the catalogue (inspect-queries.ts). */

export interface ViewRow {
  readonly oid: string;
  readonly schema: string | null;
  readonly name: string;
  readonly materialized: boolean;
  /** pg_get_viewdef. */
  readonly query: string;
  readonly with: readonly string[];
  /** Of a materialized view. */
  readonly method: string | null;
  readonly tablespace: string | null;
  readonly populated: boolean;
  readonly columns: readonly ViewColumn[];
  readonly uses: readonly {
    readonly schema: string | null;
    readonly name: string;
    readonly columns: readonly string[];
  }[];
}

/** One row for each view among `from`, a relation with the columns of pg_class and `schema`. */
export function viewsQuery(from: string): string {
  return `
  select v.oid::text as oid, v.schema, v.relname as name, v.relkind = 'm' as materialized,
    pg_get_viewdef(v.oid) as query, coalesce(to_json(v.reloptions), '[]') as with,
    am.amname as method, ts.spcname as tablespace, v.relispopulated as populated,
    (select coalesce(json_agg(json_strip_nulls(json_build_object(
        'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
        'collation', case when a.attcollation <> t.typcollation then a.attcollation::regcollation::text end
      )) order by a.attnum), '[]')
      from pg_attribute as a join pg_type as t on t.oid = a.atttypid
      where a.attrelid = v.oid and a.attnum > 0 and not a.attisdropped) as columns,
    (select coalesce(json_agg(json_build_object('schema', schema, 'name', name, 'columns', columns)), '[]')
      from (
        select nullif(n.nspname, current_schema()) as schema, c.relname as name,
          coalesce(json_agg(distinct a.attname) filter (where a.attname is not null), '[]') as columns
        from pg_rewrite as r
        join pg_depend as d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
          and d.refclassid = 'pg_class'::regclass and d.refobjid <> v.oid
        join pg_class as c on c.oid = d.refobjid and c.relkind <> 'S'
        join pg_namespace as n on n.oid = c.relnamespace
        left join pg_attribute as a on a.attrelid = c.oid and a.attnum = d.refobjsubid and a.attnum > 0
        where r.ev_class = v.oid and r.rulename = '_RETURN'
        group by 1, 2
      ) as used) as uses
  from ${from} as v
  left join pg_am as am on am.oid = v.relam
  left join pg_tablespace as ts on ts.oid = v.reltablespace
  where v.relkind in ('v', 'm')`;
}
