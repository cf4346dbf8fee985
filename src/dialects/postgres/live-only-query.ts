import { publishedPart } from './publications.js';

/**
 * What no model can say and stands on the columns of a table: with the columns, and the statements that take it away
 * and make it again. One row each. It reads the `tab` and `seq` of inspect-queries.ts.
 */

export interface LiveOnlyRow {
  readonly kind: string;
  readonly schema: string | null;
  readonly name: string;
  readonly table: { readonly schema: string | null; readonly name: string };
  readonly columns: readonly string[];
  readonly drop: string;
  readonly create: string;
  /** A table may lose a column under it: somebody must say what it is then. */
  readonly outlives: boolean;
}

const onTable = `json_build_object('schema', tab.schema, 'name', tab.relname)`;

/** The columns of the table that the objects depend on. */
const columnsOf = (...objects: readonly (readonly [catalog: string, oid: string])[]) => `(
    select coalesce(json_agg(distinct a.attname), '[]')
    from pg_depend as d join pg_attribute as a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
    where d.refclassid = 'pg_class'::regclass and d.refobjid = tab.oid and d.refobjsubid > 0
      and (${objects.map(([catalog, oid]) => `(d.classid = '${catalog}'::regclass and d.objid = ${oid})`).join(' or ')}))`;

/** @param major the server's major version. */
export const liveOnly = (major: number) => `
  select 'exclusion constraint' as kind, tab.schema, c.conname as name, ${onTable} as table,
    ${columnsOf(['pg_constraint', 'c.oid'], ['pg_class', 'c.conindid'])} as columns,
    format('alter table %s drop constraint %I', tab.oid::regclass, c.conname) as drop,
    format('alter table %s add constraint %I %s', tab.oid::regclass, c.conname, pg_get_constraintdef(c.oid)) as create,
    false as outlives
  from tab join pg_constraint as c on c.conrelid = tab.oid and c.contype = 'x'
  union all
  select 'statistics', tab.schema, s.stxname, ${onTable}, ${columnsOf(['pg_statistic_ext', 's.oid'])},
    format('drop statistics %I.%I', n.nspname, s.stxname), pg_get_statisticsobjdef(s.oid), false
  from tab join pg_statistic_ext as s on s.stxrelid = tab.oid join pg_namespace as n on n.oid = s.stxnamespace
  union all
  select 'trigger', tab.schema, t.tgname, ${onTable}, ${columnsOf(['pg_trigger', 't.oid'])},
    format('drop trigger %I on %s', t.tgname, tab.oid::regclass), pg_get_triggerdef(t.oid, true), true
  from tab join pg_trigger as t on t.tgrelid = tab.oid and not t.tgisinternal and t.tgparentid = 0
  union all
  select 'owned sequence', seq.schema, seq.name, ${onTable}, json_build_array(a.attname),
    format('alter sequence %s owned by none', seq.seqrelid::regclass),
    format('alter sequence %s owned by %s.%I', seq.seqrelid::regclass, tab.oid::regclass, a.attname), true
  from tab join seq on seq.refobjid = tab.oid and seq.deptype = 'a'
  join pg_attribute as a on a.attrelid = tab.oid and a.attnum = seq.refobjsubid
  union all
  select 'publication', null, p.pubname, ${onTable}, ${columnsOf(['pg_publication_rel', 'pr.oid'])},
    format('alter publication %I drop table only %s', p.pubname, tab.oid::regclass),
    format('alter publication %I add table only %s%s', p.pubname, tab.oid::regclass,
      ${major >= 15 ? publishedPart : "''"}), true
  from tab join pg_publication_rel as pr on pr.prrelid = tab.oid join pg_publication as p on p.oid = pr.prpubid
  union all
  select 'comment', tab.schema, tab.relname || coalesce('.' || a.attname, ''), ${onTable},
    case when a.attname is null then '[]' else json_build_array(a.attname) end,
    format('comment on %s is null', target), format('comment on %s is %L', target, d.description), false
  from tab
  join pg_description as d on d.classoid = 'pg_class'::regclass and d.objoid = tab.oid
  left join pg_attribute as a on a.attrelid = tab.oid and a.attnum = d.objsubid and d.objsubid > 0
  cross join lateral (select case when a.attname is null then format('table %s', tab.oid::regclass)
    else format('column %s.%I', tab.oid::regclass, a.attname) end) as commented (target)`;
