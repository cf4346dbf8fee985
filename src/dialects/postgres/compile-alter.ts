import {
  type Column,
  type Constraint,
  findColumn,
  type Identity,
  type QualifiedName,
  type SequenceOptions,
  sameData,
  type Table,
} from '../../catalog/index.js';
import { RevError } from '../../errors.js';
import { type AlterTable, applyChanges, findConstraint, type TableChange } from '../../operations/index.js';
import type { CompileOptions } from '../dialect.js';
import {
  collationName,
  columnDefinition,
  constraintDefinition,
  defaultClause,
  identityClause,
  identityKind,
} from './compile-table.js';
import { aroundConstraints } from './kept.js';
import * as numbering from './numbering.js';
import { identifier } from './quote.js';
import { columnDependents } from './remade-columns.js';
import { allSequenceClauses, fullOptions } from './sequences.js';
import { isCharacterType, isIntegerType, serialType, storedType, typeKey } from './types.js';

type ChangeOf<K extends TableChange['kind']> = Extract<TableChange, { readonly kind: K }>;
type AlterColumn = ChangeOf<'alterColumn'>;

/**
 * One alterTable as few statements: actions that may stand together become one ALTER TABLE (PostgreSQL orders them in
 * passes: drops, types, additions, defaults, constraints), renames and sequences stand alone between them.
 */
export function alterTable(
  { table: name, changes }: AlterTable,
  before: Table | undefined,
  options: CompileOptions,
): readonly string[] {
  const script = new Script(name);
  let table = before;
  for (const change of changes) {
    compileChange(change, { script, name, table, options });
    table = table && applyChanges(table, [change]);
  }
  const statements = script.end();
  const remade = remadeColumns(changes, before);
  const constraints = remadeConstraints(changes);
  const around = [
    ...(remade.length === 0 ? [] : [columnDependents(name, remade)]),
    ...(constraints.length === 0 ? [] : [aroundConstraints(name, constraints)]),
  ];
  return [...around.map(({ drop }) => drop), ...statements, ...around.map(({ restore }) => restore)];
}

/** Constraints that are dropped and added again under their name. */
function remadeConstraints(changes: readonly TableChange[]): readonly string[] {
  return changes.flatMap((change, at) => {
    if (change.kind !== 'dropConstraint' || change.name === null) return [];
    const comesBack = changes
      .slice(at)
      .some((later) => later.kind === 'addConstraint' && later.constraint.name === change.name);
    return comesBack ? [change.name] : [];
  });
}

/** Columns that are dropped and added again under their name. */
function remadeColumns(changes: readonly TableChange[], before: Table | undefined): readonly string[] {
  return changes.flatMap((change, at) => {
    if (change.kind === 'dropColumn') {
      const comesBack = changes
        .slice(at)
        .some((later) => later.kind === 'addColumn' && later.column.name === change.name);
      return comesBack ? [change.name] : [];
    }
    if (change.kind !== 'alterColumn' || change.to.generated === undefined) return [];
    const was = change.was ?? (before && findColumn(before, change.name));
    return was && becomesNewColumn(change, was) ? [change.name] : [];
  });
}

/** A column that becomes generated, or is so otherwise, is a new one: its values are computed anyway. */
function becomesNewColumn({ to }: AlterColumn, was: Column): boolean {
  const { generated } = to;
  if (generated === undefined || sameData(generated, was.generated)) return false;
  return generated !== null || was.generated?.stored === false;
}

/** Whether a change says too little of what was there before. */
export function needsTable(change: TableChange): boolean {
  switch (change.kind) {
    case 'alterColumn':
      return (
        change.was === undefined &&
        (change.to.type !== undefined ||
          change.to.collation !== undefined ||
          change.to.identity !== undefined ||
          change.to.generated !== undefined)
      );
    case 'dropConstraint':
      return change.name === null;
    default:
      return false;
  }
}

interface Place {
  readonly script: Script;
  readonly name: QualifiedName;
  /** As it is before the change; undefined where nobody knows. */
  readonly table: Table | undefined;
  readonly options: CompileOptions;
}

/** Statements, of which the last ALTER TABLE is still open for further actions. */
class Script {
  readonly #statements: string[] = [];
  readonly #table: string;
  #actions: string[] = [];
  /** PostgreSQL takes one type for a column in one statement. */
  #retyped = new Set<string>();

  constructor(table: QualifiedName) {
    this.#table = identifier(table);
  }

  act(...actions: readonly string[]): void {
    this.#actions.push(...actions);
  }

  retype(column: string, ...actions: readonly string[]): void {
    if (this.#retyped.has(column)) this.#close();
    this.#retyped.add(column);
    this.act(...actions);
  }

  /** A statement of its own, after all that came before. */
  run(...statements: readonly string[]): void {
    this.#close();
    this.#statements.push(...statements);
  }

  end(): readonly string[] {
    this.#close();
    return this.#statements;
  }

  #close(): void {
    const [only, ...more] = this.#actions;
    if (only !== undefined) {
      this.#statements.push(
        more.length === 0
          ? `ALTER TABLE ${this.#table} ${only}`
          : `ALTER TABLE ${this.#table}\n  ${this.#actions.join(',\n  ')}`,
      );
    }
    this.#actions = [];
    this.#retyped = new Set();
  }
}

const compilers: { readonly [K in TableChange['kind']]: (change: ChangeOf<K>, place: Place) => void } = {
  addColumn: ({ column }, { script, name, options }) =>
    script.act(`ADD COLUMN ${columnDefinition(column, name, options)}`),
  dropColumn: (change, { script }) => script.act(`DROP COLUMN ${identifier(change.name)}`),
  renameColumn: ({ from, to }, { script, name }) =>
    script.run(`ALTER TABLE ${identifier(name)} RENAME COLUMN ${identifier(from)} TO ${identifier(to)}`),
  addConstraint: ({ constraint }, { script, options }) =>
    script.act(`ADD ${constraintDefinition(constraint, options)}`),
  dropConstraint: (change, place) =>
    place.script.act(`DROP CONSTRAINT ${identifier(constraintName(change, place))}`),
  renameConstraint: ({ from, to }, { script, name }) =>
    script.run(`ALTER TABLE ${identifier(name)} RENAME CONSTRAINT ${identifier(from)} TO ${identifier(to)}`),
  alterColumn: compileAlterColumn,
};

function compileChange(change: TableChange, place: Place): void {
  (compilers[change.kind] as (change: TableChange, place: Place) => void)(change, place);
}

function constraintName(change: ChangeOf<'dropConstraint'>, { table, name }: Place): string {
  if (change.name !== null) return change.name;
  const found: Constraint | undefined = table && findConstraint(table, change);
  if (found?.name) return found.name;
  throw new RevError('REV_OPERATION', `The constraint to drop from ${identifier(name)} has no name.`, {
    hint: 'PostgreSQL names every constraint: give the name to dropConstraint (psql: \\d shows it).',
  });
}

function compileAlterColumn(change: AlterColumn, place: Place): void {
  const { to } = change;
  const was = change.was ?? (place.table && findColumn(place.table, change.name));
  if (to.generated !== undefined && !sameData(to.generated, was?.generated ?? null)) {
    if (regenerate(change, was, place)) return;
  }
  const column = `ALTER COLUMN ${identifier(change.name)}`;
  const { script } = place;
  const [fromSerial, toSerial] = [was ? serialType(was.type) : null, serialType(to.type ?? was?.type ?? '')];
  const leavesSerial = fromSerial !== null && toSerial === null;
  const becomesSerial = fromSerial === null && toSerial !== null;

  const leaves = leavesSerial || (to.identity === null && !!was?.identity);
  const another = leaves && (becomesSerial || (!!to.identity && !was?.identity));
  if (another) script.run(numbering.rememberSequence(place.name, change.name));
  if (leavesSerial) script.run(...numbering.dropOwnedSequence(place.name, change.name));
  if (to.identity === null && was?.identity !== null) {
    script.act(`${column} DROP IDENTITY${was === undefined ? ' IF EXISTS' : ''}`);
    // The sequence keeps its name until it is gone, and a serial would want that name; and in one statement with a
    // new type, PostgreSQL would give that type to the sequence.
    if (becomesSerial || !isIntegerType(to.type ?? 'integer')) script.run();
  }
  const setDefault = changeType(change, was, script, column);
  if (to.nullable !== undefined) script.act(`${column} ${to.nullable ? 'DROP' : 'SET'} NOT NULL`);
  if (setDefault !== undefined) {
    script.act(
      `${column} ${setDefault === null ? 'DROP DEFAULT' : `SET DEFAULT ${defaultClause(setDefault)}`}`,
    );
  }
  if (to.identity) alterIdentity(change, to.identity, was, place);
  if (becomesSerial) {
    script.run(...numbering.makeSerial(place.name, change.name, toSerial));
  } else if (fromSerial !== null && toSerial !== null && fromSerial !== toSerial) {
    script.run(numbering.retypeOwnedSequence(place.name, change.name, toSerial));
  }
  if (another) script.run(numbering.resumeSequence(place.name, change.name));
}

/** Returns the default to set afterwards; undefined: it stays as it is. */
function changeType(change: AlterColumn, was: Column | undefined, script: Script, column: string) {
  const { to, using } = change;
  if (to.type === undefined && to.collation === undefined) return to.default;
  const type = storedType(to.type ?? was?.type ?? '');
  if (type === '') {
    throw new RevError('REV_OPERATION', `The collation of ${change.name} cannot change without its type.`, {
      hint: 'Give alterColumn the type too.',
    });
  }
  const same = was !== undefined && typeKey(storedType(was.type)) === typeKey(type);
  if (same && to.collation === undefined && using === undefined) return to.default;
  // A type without COLLATE would fall back to the type's own collation.
  const kept = was?.collation !== undefined && isCharacterType(type) ? was.collation : undefined;
  const collation = to.collation ?? kept;
  const hadDefault = was ? was.default !== null && serialType(was.type) === null : to.default !== undefined;
  script.retype(
    change.name,
    // Old defaults need not have a cast to the new type: they go first, and come back after it.
    ...(hadDefault ? [`${column} DROP DEFAULT`] : []),
    [
      `${column} TYPE ${type}`,
      ...(collation === undefined ? [] : [`COLLATE ${collationName(collation)}`]),
      ...(using === undefined ? [] : [`USING ${using}`]),
    ].join(' '),
  );
  const after = to.default === undefined ? was?.default : to.default;
  return hadDefault ? (after ?? undefined) : to.default;
}

function alterIdentity(change: AlterColumn, identity: Identity, was: Column | undefined, place: Place): void {
  const { script, name } = place;
  const column = `ALTER COLUMN ${identifier(change.name)}`;
  const type = storedType(change.to.type ?? was?.type ?? 'bigint');
  if (!was?.identity) {
    if (change.to.type !== undefined && !isIntegerType(was?.type ?? '')) script.run();
    if (was?.default && change.to.default === undefined) script.act(`${column} DROP DEFAULT`);
    script.act(`${column} ADD ${identityClause(identity, name)}`);
    script.run(
      numbering.continueAfterRows(
        name,
        change.name,
        identity.kind === 'autoincrement' ? {} : identity.options,
      ),
    );
    return;
  }
  if (was.identity.kind === 'autoincrement' || identity.kind === 'autoincrement') return;
  const clauses = [
    ...(was.identity.kind === identity.kind ? [] : [`SET GENERATED ${identityKind(identity)}`]),
    ...(sameData(was.identity.options, identity.options)
      ? []
      : allSequenceClauses(identity.options, type).map((clause) => `SET ${clause}`)),
  ];
  const startOf = (options: SequenceOptions) => fullOptions(options, type).start;
  if (startOf(was.identity.options) !== startOf(identity.options)) {
    const statement = `ALTER TABLE ${identifier(name)} ${column} ${clauses.join(' ')}`;
    script.run(numbering.restartOwnedUnlessUsed(statement, name, change.name));
  } else if (clauses.length > 0) {
    script.act(`${column} ${clauses.join(' ')}`);
  }
  if (identity.sequenceName !== was.identity.sequenceName) {
    script.run(numbering.renameOwnedSequence(name, change.name, identity.sequenceName));
  }
}

/** Returns whether the whole change is made with this. */
function regenerate(change: AlterColumn, was: Column | undefined, place: Place): boolean {
  const { script, name, options } = place;
  const column = `ALTER COLUMN ${identifier(change.name)}`;
  const { generated } = change.to;
  if (generated === null && (was === undefined || was.generated?.stored)) {
    script.act(`${column} DROP EXPRESSION${was === undefined ? ' IF EXISTS' : ''}`);
    return false;
  }
  if (was === undefined) {
    throw new RevError(
      'REV_OPERATION',
      `What ${change.name} is now is not known, so it cannot be made generated.`,
      {
        hint: 'Write dropColumn and addColumn.',
      },
    );
  }
  // Its values are computed anyway: a new column in its place.
  script.act(`DROP COLUMN ${identifier(change.name)}`);
  script.act(`ADD COLUMN ${columnDefinition({ ...was, default: null, ...change.to }, name, options)}`);
  return true;
}
