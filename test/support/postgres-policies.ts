import {
  type Catalog,
  makeCatalog,
  type Policy,
  type PolicyCommand,
  type Table,
} from '../../src/catalog/index.js';

/** Random policies over a catalog's tables, and the same ones over a catalog that has grown out of it. */

type Roll = () => number;

const commands: readonly PolicyCommand[] = ['all', 'select', 'insert', 'update', 'delete'];

export function withPolicies(
  a: Catalog,
  b: Catalog,
  roll: Roll,
): { readonly a: Catalog; readonly b: Catalog } {
  const shapes = new Map<string, readonly Shape[]>();
  const shapesOf = (table: Table) => {
    const key = JSON.stringify([table.schema, table.name]);
    const known =
      shapes.get(key) ?? (roll() < 40 ? [] : [shape('p 1', roll), shape('Ü"2"', roll)].slice(0, roll() % 3));
    shapes.set(key, known);
    return known;
  };
  const first = add(a, (table) => shapesOf(table), roll() < 20);
  const grown = (table: Table) =>
    shapesOf(table).flatMap((each): Shape[] => {
      const dice = roll();
      if (dice < 15) return [];
      if (dice < 30) return [{ ...each, form: each.form + 1 }];
      if (dice < 40) return [{ ...each, command: 'all' }];
      if (dice < 50) return [{ ...each, permissive: !each.permissive }];
      if (dice < 60) return [{ ...each, name: 'renamed' }, shape('fresh', roll)];
      if (dice < 65) return [{ ...each, role: 'current_user' }];
      return [each];
    });
  return { a: first, b: add(b, grown, roll() < 20) };
}

interface Shape {
  readonly name: string;
  readonly form: number;
  readonly command: PolicyCommand;
  readonly permissive: boolean;
  readonly role: string;
  readonly column: number;
}

function shape(name: string, roll: Roll): Shape {
  return {
    name,
    form: roll() % 5,
    command: commands[roll() % commands.length] ?? 'all',
    permissive: roll() < 80,
    role: roll() < 70 ? 'public' : 'current_user',
    column: roll(),
  };
}

function add(catalog: Catalog, shapesOf: (table: Table) => readonly Shape[], onAlone: boolean): Catalog {
  const tables = catalog.tables.map((table): Table => {
    const names = new Set<string>();
    const policies = shapesOf(table).flatMap((each) => {
      if (names.has(each.name)) return [];
      names.add(each.name);
      return [policyOf(each, table, catalog)];
    });
    if (policies.length === 0) return onAlone ? { ...table, rowSecurity: true } : table;
    return { ...table, rowSecurity: true, policies };
  });
  return makeCatalog({ ...catalog, tables });
}

function policyOf(
  { name, form, command, permissive, role, column }: Shape,
  table: Table,
  catalog: Catalog,
): Policy {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const read = quoted(table.columns[column % Math.max(1, table.columns.length)]?.name ?? '');
  const other = catalog.tables[column % catalog.tables.length] ?? table;
  const place = `${other.schema === null ? '' : `${quoted(other.schema)}.`}${quoted(other.name)}`;
  const some = table.columns.length === 0 ? 'true' : `${quoted(table.name)}.${read} is not null`;
  const texts = [
    some,
    'current_user in (\'a\', "current_user"()::text) -- why'.replace('"current_user"()::text', "'b'"),
    `exists (select 1 from ${place} x where true) or ${some}`,
    `(CASE WHEN ${some} THEN 1 ELSE 2 END) BETWEEN 1 AND 2`,
    `cast('1' as int) = 1`,
  ];
  const text = texts[form % texts.length] ?? 'true';
  return {
    kind: 'policy',
    name,
    permissive,
    command,
    roles: [role],
    using: command === 'insert' ? null : text,
    check: command === 'select' || command === 'delete' || form === 4 ? null : 'true',
  };
}
