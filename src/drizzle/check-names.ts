/**
 * Names that a database would take for one, found before anything runs. PostgreSQL keeps 63 bytes of a name and has one
 * space of names for the relations of a schema; SQLite compares names without case and has one space for all.
 */
import {
  type Catalog,
  constraintsOf,
  type DialectName,
  displayName,
  type QualifiedName,
  type Table,
} from '../catalog/index.js';
import { RevError } from '../errors.js';

/** Throws REV_NAME if two objects of the catalog would have one name. */
export function refuseNameClashes(catalog: Catalog): void {
  const relations = new Names(catalog.dialect, 'schema');
  const types = new Names(catalog.dialect, 'schema');
  for (const sequence of catalog.sequences)
    relations.add(sequence.schema, sequence.name, `sequence ${displayName(sequence)}`);
  for (const view of catalog.views)
    relations.add(
      view.schema,
      view.name,
      `${view.materialized ? 'materialized view' : 'view'} ${displayName(view)}`,
    );
  for (const enumeration of catalog.enums)
    types.add(enumeration.schema, enumeration.name, `enum ${displayName(enumeration)}`);
  for (const table of catalog.tables) {
    relations.add(table.schema, table.name, `table ${displayName(table)}`);
    types.add(table.schema, table.name, `table ${displayName(table)}`);
  }
  for (const table of catalog.tables) addTable(table, relations, catalog.dialect);
}

function addTable(table: Table, relations: Names, dialect: DialectName): void {
  const columns = new Names(dialect, 'table');
  const constraints = new Names(dialect, 'table');
  const of = `of ${displayName(table)}`;
  for (const column of table.columns) columns.add(null, column.name, `column ${column.name} ${of}`);
  for (const index of table.indexes) relations.add(table.schema, index.name, `index ${index.name} ${of}`);
  // SQLite's constraint names mean nothing: they may repeat.
  if (dialect === 'sqlite') return;
  for (const constraint of constraintsOf(table)) {
    if (constraint.name === null) continue;
    const what = `${words[constraint.kind]} ${constraint.name} ${of}`;
    constraints.add(null, constraint.name, what);
    const hasIndex = constraint.kind === 'primaryKey' || constraint.kind === 'unique';
    if (hasIndex) relations.add(table.schema, constraint.name, what);
  }
}

const words = {
  primaryKey: 'primary key',
  unique: 'unique constraint',
  check: 'check',
  foreignKey: 'foreign key',
} as const;

class Names {
  readonly #dialect: DialectName;
  readonly #where: string;
  readonly #seen = new Map<string, { readonly name: string; readonly what: string }>();

  constructor(dialect: DialectName, where: string) {
    this.#dialect = dialect;
    this.#where = where;
  }

  add(schema: QualifiedName['schema'], name: string, what: string): void {
    const stored = this.#dialect === 'postgres' ? cutTo63Bytes(name) : name.toLowerCase();
    const key = JSON.stringify([schema, stored]);
    const other = this.#seen.get(key);
    if (!other) {
      this.#seen.set(key, { name, what });
      return;
    }
    const cut = stored !== name && this.#dialect === 'postgres';
    const why = cut
      ? `PostgreSQL keeps 63 bytes of a name, so both would be ${stored}`
      : this.#dialect === 'sqlite' && other.name !== name
        ? 'SQLite does not tell names apart by case'
        : `a ${this.#where} cannot have both`;
    throw new RevError('REV_NAME', `The ${other.what} and the ${what} have one name: ${why}.`, {
      hint: 'Give one of them a name of its own in the model.',
      data: { names: [other.name, name], stored },
    });
  }
}

/** As PostgreSQL cuts a name: at most 63 bytes of UTF-8, never inside of a character. */
export function cutTo63Bytes(name: string): string {
  const bytes = Buffer.from(name, 'utf8');
  if (bytes.length <= 63) return name;
  let end = 63;
  while (end > 0 && ((bytes[end] ?? 0) & 0b1100_0000) === 0b1000_0000) end -= 1;
  return bytes.toString('utf8', 0, end);
}
