/**
 * The census, as part of the one statement that reads the catalogue (inspect-queries.ts): everything that stands on what
 * is compared, or beside it, and that no catalog holds.
 */

const onTable = `json_build_object('schema', tab.schema, 'name', tab.relname)`;

/** Tables and views. */
const held = `(select * from rel where relkind in ('v', 'm') union all select * from tab) as held`;
const onHeld = `json_build_object('schema', held.schema, 'name', held.relname)`;

const onRelations = [
  `select 'trigger', held.schema, t.tgname, ${onHeld}
    from ${held} join pg_trigger as t on t.tgrelid = held.oid and not t.tgisinternal`,
  `select 'rule', held.schema, r.rulename, ${onHeld}
    from ${held} join pg_rewrite as r on r.ev_class = held.oid and r.rulename <> '_RETURN'`,
  `select 'grants', held.schema, held.relname, ${onHeld} from ${held}
    where exists (select from aclexplode(held.relacl) as acl where acl.grantee <> held.relowner)`,
  `select 'index of materialized view', rel.schema, ic.relname,
      json_build_object('schema', rel.schema, 'name', rel.relname)
    from rel join pg_index as i on i.indrelid = rel.oid join pg_class as ic on ic.oid = i.indexrelid
    where rel.relkind = 'm'`,
  `select 'INCLUDE of ' || case when c.oid is null then 'index' else 'constraint' end, tab.schema, ic.relname,
      ${onTable}
    from tab join pg_index as i on i.indrelid = tab.oid and i.indnatts > i.indnkeyatts
    join pg_class as ic on ic.oid = i.indexrelid
    left join pg_constraint as c on c.conindid = ic.oid and c.contype in ('p', 'u', 'x')`,
  `select 'clustered index', tab.schema, ic.relname, ${onTable}
    from tab join pg_index as i on i.indrelid = tab.oid and i.indisclustered
    join pg_class as ic on ic.oid = i.indexrelid`,
  `select 'tablespace', tab.schema, t.spcname, ${onTable}
    from tab join pg_tablespace as t on t.oid = tab.reltablespace`,
  // Of an index: by its name.
  `select 'replica identity', tab.schema, coalesce(ic.relname, tab.relname), ${onTable}
    from tab left join pg_index as i on i.indrelid = tab.oid and i.indisreplident and tab.relreplident = 'i'
    left join pg_class as ic on ic.oid = i.indexrelid where tab.relreplident <> 'd'`,
  `select 'publication', null, p.pubname, ${onTable}
    from tab join pg_publication_rel as pr on pr.prrelid = tab.oid join pg_publication as p on p.oid = pr.prpubid`,
];

const named = `held.relname || '.' || a.attname`;
const attribute = `pg_attribute as a on a.attrelid = held.oid and a.attnum > 0 and not a.attisdropped`;

const onColumns = [
  `select 'grants', held.schema, ${named}, ${onHeld} from ${held} join ${attribute} where a.attacl is not null`,
  `select 'collation of column', held.schema, ${named}, ${onHeld}
    from ${held} join ${attribute} join pg_type as t on t.oid = a.atttypid
    where held.relkind in ('r', 'p') and a.attcollation <> t.typcollation`,
  `select 'storage of column', held.schema, ${named}, ${onHeld}
    from ${held} join ${attribute} join pg_type as t on t.oid = a.atttypid
    where held.relkind in ('r', 'p') and (a.attstorage <> t.typstorage or a.attcompression <> '')`,
  `select 'statistics target of column', held.schema, ${named}, ${onHeld}
    from ${held} join ${attribute} where coalesce(a.attstattarget, -1) >= 0`,
  `select 'default of view column', held.schema, ${named}, ${onHeld}
    from ${held} join ${attribute} where held.relkind = 'v' and a.atthasdef`,
];

const comments = [
  `select 'comment', held.schema, held.relname || coalesce('.' || a.attname, ''), ${onHeld}
    from ${held} join pg_description as d on d.classoid = 'pg_class'::regclass and d.objoid = held.oid
    left join pg_attribute as a on a.attrelid = held.oid and a.attnum = d.objsubid and d.objsubid > 0`,
  `select 'comment', held.schema, ic.relname, ${onHeld}
    from ${held} join pg_index as i on i.indrelid = held.oid join pg_class as ic on ic.oid = i.indexrelid
    join pg_description as d on d.classoid = 'pg_class'::regclass and d.objoid = ic.oid`,
  ...[
    ['pg_constraint', 'conname', 'conrelid'],
    ['pg_trigger', 'tgname', 'tgrelid'],
    ['pg_policy', 'polname', 'polrelid'],
    ['pg_rewrite', 'rulename', 'ev_class'],
  ].map(
    ([table, name, on]) => `select 'comment', held.schema, o.${name}, ${onHeld}
    from ${held} join ${table} as o on o.${on} = held.oid
    join pg_description as d on d.classoid = '${table}'::regclass and d.objoid = o.oid`,
  ),
  `select 'comment', ns.schema, t.typname, null::json
    from pg_type as t join ns on ns.oid = t.typnamespace
    join pg_description as d on d.classoid = 'pg_type'::regclass and d.objoid = t.oid where t.typtype = 'e'`,
  `select 'comment', rel.schema, rel.relname, null
    from rel join pg_description as d on d.classoid = 'pg_class'::regclass and d.objoid = rel.oid
    where rel.relkind = 'S'`,
  `select 'comment', null, ns.nspname, null
    from ns join pg_description as d on d.classoid = 'pg_namespace'::regclass and d.objoid = ns.oid
    where ns.schema is not null`,
];

/** What is there and no catalog holds. One row: kind, schema, name, and the table that it belongs to. */
export function censusQuery(major: number): string {
  const aside = [
    ...onRelations,
    ...onColumns,
    ...comments,
    `select case when relispartition then 'partition' else 'inheriting table' end, schema, relname, null::json
      from rel where relkind in ('r', 'p') and (relispartition
        or exists (select from pg_inherits where inhrelid = rel.oid))`,
    `select 'foreign table', schema, relname, null from rel where relkind = 'f'`,
    `select 'partitioning', schema, relname, ${onTable} from tab where relkind = 'p'`,
    `select 'unlogged table', schema, relname, ${onTable} from tab where relpersistence = 'u'`,
    `select 'storage parameters', schema, relname, ${onTable} from tab where reloptions is not null`,
    `select 'forced row level security', schema, relname, ${onTable} from tab where relforcerowsecurity`,
    `select 'exclusion constraint', tab.schema, c.conname, ${onTable}
      from tab join pg_constraint as c on c.conrelid = tab.oid and c.contype = 'x'`,
    `select 'constraint trigger', tab.schema, c.conname, ${onTable}
      from tab join pg_constraint as c on c.conrelid = tab.oid and c.contype = 't'`,
    `select 'NOT VALID of constraint', tab.schema, c.conname, ${onTable}
      from tab join pg_constraint as c on c.conrelid = tab.oid and c.contype in ('c', 'f') and not c.convalidated`,
    `select 'NO INHERIT of constraint', tab.schema, c.conname, ${onTable}
      from tab join pg_constraint as c on c.conrelid = tab.oid and c.contype = 'c' and c.connoinherit`,
    `select 'invalid index', tab.schema, ic.relname, ${onTable}
      from tab join pg_index as i on i.indrelid = tab.oid and not i.indisvalid
      join pg_class as ic on ic.oid = i.indexrelid`,
    `select 'statistics', tab.schema, s.stxname, ${onTable}
      from tab join pg_statistic_ext as s on s.stxrelid = tab.oid`,
    `select case t.typtype when 'd' then 'domain' when 'c' then 'composite type' else 'range type' end,
        ns.schema, t.typname, null
      from pg_type as t join ns on ns.oid = t.typnamespace
      left join pg_class as c on c.oid = t.typrelid
      where (t.typtype in ('d', 'r') or (t.typtype = 'c' and c.relkind = 'c'))
        and not exists (select from ext where classid = 'pg_type'::regclass and objid = t.oid)`,
    `select case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end,
        ns.schema, p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', null
      from pg_proc as p join ns on ns.oid = p.pronamespace
      where not exists (select from ext where classid = 'pg_proc'::regclass and objid = p.oid)
        and not exists (select from pg_depend as d where d.classid = 'pg_proc'::regclass and d.objid = p.oid
          and d.deptype = 'i')`,
    `select 'collation', ns.schema, c.collname, null
      from pg_collation as c join ns on ns.oid = c.collnamespace
      where not exists (select from ext where classid = 'pg_collation'::regclass and objid = c.oid)`,
    `select 'grants', ns.schema, t.typname, null from pg_type as t join ns on ns.oid = t.typnamespace
      where t.typtype = 'e' and t.typacl is not null`,
    `select 'grants', rel.schema, rel.relname, null from rel where relkind = 'S' and relacl is not null`,
    `select 'grants', null, ns.nspname, null from ns join pg_namespace as n on n.oid = ns.oid
      where ns.schema is not null and n.nspacl is not null`,
    `select 'default privileges', ns.schema, ns.nspname, null
      from pg_default_acl as d join ns on ns.oid = d.defaclnamespace`,
    `select case when c.relkind in ('v', 'm') then 'view of extension' else 'table of extension' end,
        ns.schema, c.relname, null
      from pg_class as c join ns on ns.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'v', 'm', 'f')
        and exists (select from ext where classid = 'pg_class'::regclass and objid = c.oid)`,
    `select 'extension', ns.schema, e.extname, null from pg_extension as e join ns on ns.oid = e.extnamespace`,
    ...(major >= 15
      ? [
          `select 'columns of ON DELETE of constraint', tab.schema, c.conname, ${onTable}
            from tab join pg_constraint as c on c.conrelid = tab.oid and c.confdelsetcols is not null`,
        ]
      : []),
    ...(major >= 18
      ? [
          `select 'NOT ENFORCED of constraint', tab.schema, c.conname, ${onTable}
            from tab join pg_constraint as c on c.conrelid = tab.oid and not c.conenforced`,
          `select 'temporal constraint', tab.schema, c.conname, ${onTable}
            from tab join pg_constraint as c on c.conrelid = tab.oid and c.conperiod`,
        ]
      : []),
  ];
  return `select * from (\n    ${aside.join('\n    union all ')}\n  ) as aside (kind, schema, name, "table")`;
}
