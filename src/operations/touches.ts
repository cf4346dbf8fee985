import {
  type Column,
  type Constraint,
  displayName,
  nameKey,
  type Policy,
  type QualifiedName,
  type View,
} from '../catalog/index.js';
import type { TableChange } from './alter-table.js';
import { commented } from './comment.js';
import type { Operation, OperationKind, OperationOf } from './operation.js';
import type { RawObject } from './raw-object.js';

/** What an operation does to an object: makes it, takes it away, alters it, puts rows into it, or leans on it as it is. */
export type TouchKind = 'add' | 'drop' | 'alter' | 'fill' | 'use';

/** One object that an operation touches. */
export interface Touch {
  readonly kind: TouchKind;
  /** As a person reads it: `column users.name`. */
  readonly object: string;
  /** Distinct objects never share one. */
  readonly key: string;
  /** What it is a part of, innermost first: of a column its table, of a table its schema. */
  readonly within: readonly Container[];
}

export interface Container {
  readonly kind: 'table' | 'schema';
  readonly object: string;
  readonly key: string;
}

type Target = Omit<Touch, 'kind'>;

/**
 * Without regard to letter case, and with `public` for the default schema: on SQLite two spellings are one name, most
 * databases have that default, and elsewhere a false alarm costs little.
 */
function key(kind: string, name: QualifiedName, part = ''): string {
  const schema = name.schema === 'public' ? null : name.schema;
  return JSON.stringify([kind, nameKey({ schema, name: name.name }), part]).toLowerCase();
}

function schemaOf(name: string): Target {
  return { object: `schema ${name}`, key: key('schema', { schema: null, name }), within: [] };
}

function inSchema({ schema }: QualifiedName): readonly Container[] {
  return schema === null ? [] : [{ ...schemaOf(schema), kind: 'schema' }];
}

function inTable(table: QualifiedName): readonly Container[] {
  return [{ ...tableOf(table), kind: 'table' }, ...inSchema(table)];
}

function whole(kind: 'table' | 'view' | 'enum' | 'sequence', name: QualifiedName): Target {
  // Tables, views, sequences and indexes share their names.
  const space = kind === 'enum' ? kind : 'relation';
  return { object: `${kind} ${displayName(name)}`, key: key(space, name), within: inSchema(name) };
}

const tableOf = (name: QualifiedName) => whole('table', name);

function part(kind: 'column' | 'constraint' | 'policy', table: QualifiedName, name: string): Target {
  return {
    object: `${kind} ${displayName(table)}.${name}`,
    key: key(kind, table, name),
    within: inTable(table),
  };
}

/** An index has its name from its schema, whatever its table. */
function indexOf(table: QualifiedName, name: string): Target {
  const own = { schema: table.schema, name };
  return {
    object: `index ${displayName(own)}`,
    key: key('relation', own),
    within: inTable(table),
  };
}

/** A primary key is one whatever its name; a constraint without a name is what its definition says. */
function constraintOf(table: QualifiedName, constraint: Constraint): Target {
  if (constraint.kind === 'primaryKey')
    return { ...part('constraint', table, ''), object: `primary key of ${displayName(table)}` };
  if (constraint.name !== null) return part('constraint', table, constraint.name);
  const { derived: _, ...definition } = constraint;
  return {
    ...part('constraint', table, JSON.stringify(definition)),
    object: `an unnamed constraint of ${displayName(table)}`,
  };
}

const touch = (kind: TouchKind, object: Target): Touch => ({ kind, ...object });

/** Every name in an expression may be that of a column; one that is none disturbs nobody. */
function expressionUses(table: QualifiedName, sql: string | null | undefined): readonly Touch[] {
  const words = sql?.match(/"(?:[^"]|"")*"|`[^`]*`|[\p{L}_][\p{L}\p{N}_$]*/gu) ?? [];
  const names = words.map((word) => (/^["`]/.test(word) ? word.slice(1, -1).replaceAll('""', '"') : word));
  return [...new Set(names)].map((name) => touch('use', part('column', table, name)));
}

/** The columns and tables that a constraint leans on. */
function constraintUses(table: QualifiedName, constraint: Constraint): readonly Touch[] {
  const own =
    constraint.kind === 'check'
      ? expressionUses(table, constraint.expression)
      : constraint.columns.map((name) => touch('use', part('column', table, name)));
  if (constraint.kind !== 'foreignKey') return own;
  const { references } = constraint;
  const name = { schema: references.schema, name: references.name };
  return [
    ...own,
    touch('use', tableOf(name)),
    ...references.columns.map((each) => touch('use', part('column', name, each))),
  ];
}

const policyOf = (table: QualifiedName, name: string) => part('policy', table, name);

const policyUses = (table: QualifiedName, { using, check }: Policy) => [
  ...expressionUses(table, using),
  ...expressionUses(table, check),
];

const rowSecurityOf = (table: QualifiedName) => ({
  ...part('policy', table, ''),
  object: `row level security of ${displayName(table)}`,
});

const roleOf = (name: string): Target => ({
  object: `role ${name}`,
  key: key('role', { schema: null, name }),
  within: [],
});

const extensionOf = (name: string): Target => ({
  object: `extension ${name}`,
  key: key('extension', { schema: null, name }),
  within: [],
});

const rawObject = ({ kind, name }: RawObject): Target => ({
  object: `${kind} ${name}`,
  key: key('object', { schema: null, name: `${kind} ${name}` }),
  within: [],
});

/** What a view reads, where the catalog knows it. */
function viewUses({ uses = [] }: View): readonly Touch[] {
  return uses.flatMap((use) => [
    touch('use', tableOf(use)),
    ...use.columns.map((name) => touch('use', part('column', use, name))),
  ]);
}

/** A type's text may be the name of an enum; where it is none, nothing else touches it. */
function typeUse(type: string | undefined): readonly Touch[] {
  if (type === undefined) return [];
  const [name = '', schema] = type
    .replace(/(?:\[\d*\])+$/, '')
    .replaceAll('"', '')
    .split('.')
    .reverse();
  return [touch('use', whole('enum', { schema: schema ?? null, name }))];
}

function columnAdded(table: QualifiedName, column: Column): readonly Touch[] {
  return [
    touch('add', part('column', table, column.name)),
    ...typeUse(column.type),
    ...expressionUses(table, column.generated?.expression),
  ];
}

/** A rename takes one name away and makes another. */
function renamed(from: Target, to: Target): readonly Touch[] {
  return [touch('drop', from), touch('add', to)];
}

const changeTouches: {
  readonly [K in TableChange['kind']]: (
    change: Extract<TableChange, { kind: K }>,
    table: QualifiedName,
  ) => readonly Touch[];
} = {
  addColumn: ({ column }, table) => columnAdded(table, column),
  dropColumn: ({ name }, table) => [touch('drop', part('column', table, name))],
  alterColumn: ({ name, to }, table) => [
    touch('alter', part('column', table, name)),
    ...typeUse(to.type),
    ...expressionUses(table, to.generated?.expression),
  ],
  renameColumn: ({ from, to }, table) => renamed(part('column', table, from), part('column', table, to)),
  addConstraint: ({ constraint }, table) => [
    touch('add', constraintOf(table, constraint)),
    ...constraintUses(table, constraint),
  ],
  dropConstraint: ({ name, was }, table) =>
    [
      ...(was ? [constraintOf(table, was)] : []),
      ...(name === null ? [] : [part('constraint', table, name)]),
    ].map((object) => touch('drop', object)),
  renameConstraint: ({ from, to }, table) =>
    renamed(part('constraint', table, from), part('constraint', table, to)),
};

const touchesOf: { readonly [K in OperationKind]: (operation: OperationOf<K>) => readonly Touch[] } = {
  createSchema: ({ name }) => [touch('add', schemaOf(name))],
  dropSchema: ({ name }) => [touch('drop', schemaOf(name))],
  renameSchema: ({ from, to }) => renamed(schemaOf(from), schemaOf(to)),
  createTable: ({ table }) => [
    touch('add', tableOf(table)),
    ...table.columns.flatMap(({ type }) => typeUse(type)),
    ...table.foreignKeys.flatMap((constraint) => constraintUses(table, constraint)),
  ],
  dropTable: ({ name }) => [touch('drop', tableOf(name))],
  renameTable: ({ from, to }) => renamed(tableOf(from), tableOf(to)),
  alterTable: ({ table, changes }) =>
    changes.flatMap((change) =>
      (changeTouches[change.kind] as (change: TableChange, table: QualifiedName) => readonly Touch[])(
        change,
        table,
      ),
    ),
  createIndex: ({ table, index }) => [
    touch('add', indexOf(table, index.name)),
    ...index.keys.flatMap(({ column, expression }) =>
      column === undefined
        ? expressionUses(table, expression)
        : [touch('use', part('column', table, column))],
    ),
    ...expressionUses(table, index.where),
  ],
  dropIndex: ({ table, name }) => [touch('drop', indexOf(table, name))],
  renameIndex: ({ table, from, to }) => renamed(indexOf(table, from), indexOf(table, to)),
  createEnum: ({ enum: type }) => [touch('add', whole('enum', type))],
  dropEnum: ({ name }) => [touch('drop', whole('enum', name))],
  renameEnum: ({ from, to }) => renamed(whole('enum', from), whole('enum', to)),
  renameEnumValue: ({ name }) => [touch('alter', whole('enum', name))],
  alterEnum: ({ name, from, to, columns, remake }) => {
    // Only a type that is made anew converts its columns.
    const anew = remake === true || from.some((value) => !to.includes(value));
    return [
      touch('alter', whole('enum', name)),
      ...columns.map(({ table, column }) => touch(anew ? 'alter' : 'use', part('column', table, column))),
    ];
  },
  createView: ({ view }) => [touch('add', whole('view', view)), ...viewUses(view)],
  dropView: ({ name }) => [touch('drop', whole('view', name))],
  alterView: ({ view }) => [touch('alter', whole('view', view)), ...viewUses(view)],
  renameView: ({ from, to }) => renamed(whole('view', from), whole('view', to)),
  createPolicy: ({ table, policy }) => [
    touch('add', policyOf(table, policy.name)),
    ...policyUses(table, policy),
  ],
  dropPolicy: ({ table, name }) => [touch('drop', policyOf(table, name))],
  alterPolicy: ({ table, policy }) => [
    touch('alter', policyOf(table, policy.name)),
    ...policyUses(table, policy),
  ],
  renamePolicy: ({ table, from, to }) => renamed(policyOf(table, from), policyOf(table, to)),
  enableRowSecurity: ({ table }) => [touch('alter', rowSecurityOf(table))],
  disableRowSecurity: ({ table }) => [touch('alter', rowSecurityOf(table))],
  createRole: ({ role }) => [touch('add', roleOf(role.name))],
  dropRole: ({ name }) => [touch('drop', roleOf(name))],
  alterRole: ({ role }) => [touch('alter', roleOf(role.name))],
  createSequence: ({ sequence }) => [touch('add', whole('sequence', sequence))],
  dropSequence: ({ name }) => [touch('drop', whole('sequence', name))],
  alterSequence: ({ name }) => [touch('alter', whole('sequence', name))],
  renameSequence: ({ from, to }) => renamed(whole('sequence', from), whole('sequence', to)),
  backfill: ({ table, set, where }) => [
    ...set.map(({ column }) => touch('fill', part('column', table, column))),
    ...[...set.map(({ value }) => value), ...(where ? [where] : [])].flatMap(({ texts }) =>
      expressionUses(table, texts.join(' ')),
    ),
  ],
  missingValues: ({ table, columns }) =>
    columns.map(({ name }) => touch('fill', part('column', table, name))),
  insert: ({ table, columns }) => [
    touch('fill', { ...part('column', table, ''), object: `rows of ${displayName(table)}` }),
    ...columns.map((name) => touch('use', part('column', table, name))),
  ],
  comment: ({ target }) => [
    touch('alter', {
      object: commented(target),
      key: key('comment', { schema: null, name: commented(target) }),
      within: [],
    }),
  ],
  createExtension: ({ name }) => [touch('add', extensionOf(name))],
  dropExtension: ({ name }) => [touch('drop', extensionOf(name))],
  // What raw SQL touches beside its own object is not known: whoever compares says that it is opaque.
  createObject: ({ object }) => [touch('add', rawObject(object))],
  dropObject: ({ object }) => [touch('drop', rawObject(object))],
  replaceObject: ({ object }) => [touch('alter', rawObject(object))],
  own: () => [],
  execute: () => [],
};

/** The objects that an operation touches. Of raw SQL nothing is known. */
export function touches(operation: Operation): readonly Touch[] {
  return (touchesOf[operation.kind] as (operation: Operation) => readonly Touch[])(operation);
}
