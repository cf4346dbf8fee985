/** Policies, as part of the one statement that reads the catalogue (inspect-queries.ts). */

export interface PolicyRow {
  readonly table: string;
  readonly name: string;
  readonly permissive: boolean;
  /** `*` all, r select, a insert, w update, d delete. */
  readonly command: string;
  readonly roles: readonly string[];
  readonly using: string | null;
  readonly check: string | null;
  readonly uses: readonly {
    readonly schema: string | null;
    readonly name: string;
    readonly columns: readonly string[];
  }[];
}

// One row for each policy of a table that is read.
export const policiesQuery = `
  select p.polrelid::text as table, p.polname as name, p.polpermissive as permissive, p.polcmd as command,
    (select json_agg(case when r.role = 0 then 'public' else pg_get_userbyid(r.role) end)
      from unnest(p.polroles) as r (role)) as roles,
    pg_get_expr(p.polqual, p.polrelid) as using, pg_get_expr(p.polwithcheck, p.polrelid) as check,
    (select coalesce(json_agg(json_build_object('schema', schema, 'name', name, 'columns', columns)), '[]')
      from (
        select nullif(n.nspname, current_schema()) as schema, c.relname as name,
          coalesce(json_agg(distinct a.attname) filter (where a.attname is not null), '[]') as columns
        from pg_depend as d
        join pg_class as c on c.oid = d.refobjid and c.relkind <> 'S'
        join pg_namespace as n on n.oid = c.relnamespace
        left join pg_attribute as a on a.attrelid = c.oid and a.attnum = d.refobjsubid and a.attnum > 0
        where d.classid = 'pg_policy'::regclass and d.objid = p.oid and d.refclassid = 'pg_class'::regclass
        group by 1, 2
      ) as used) as uses
  from tab join pg_policy as p on p.polrelid = tab.oid`;
