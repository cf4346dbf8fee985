/**
 * Changes of one table: in place where SQLite's ALTER TABLE can do all of them, whatever rows the table has; else by
 * one rebuild. The choice looks at definitions alone, so that it is the same for an empty table and a full one.
 */

import {
  type Catalog,
  type Column,
  constraintsOf,
  displayName,
  findColumn,
  findTable,
  makeCatalog,
  type QualifiedName,
  requireTable,
  type Table,
} from '../../catalog/index.js';
import { RevError } from '../../errors.js';
import {
  type AddColumn,
  type AddConstraint,
  type AlterColumn,
  apply,
  type DropConstraint,
  type TableChange,
} from '../../operations/index.js';
import type { CompileOptions, Statement } from '../dialect.js';
import { columnDefinition, constraintText } from './definition.js';
import { detailsOf, isOfColumnAlone, noDetails } from './details.js';
import { editTable, isTextual } from './edit-table.js';
import { columnNames, mentions, parseDefault } from './expression.js';
import { findNameless, withoutConstraint } from './find-constraint.js';
import type { EditSchema } from './live-statement.js';
import { parseTable } from './parse-table.js';
import { portableAdditions } from './portable-table.js';
import { isSound, questionsOf } from './questions.js';
import { quoteIdentifier, quoteInDatabase, quoteLiteral, quoteName } from './quote.js';
import { rebuild } from './rebuild.js';
import { planRebuild } from './rebuild-plan.js';
import { beginsRebuild } from './rebuilt-name.js';
import { saysAsText, textQuestion } from './text-in-quotes.js';
import { foldName, isSymbol, tokenize } from './tokens.js';
import { withoutUniqueIndexes } from './unique-index.js';

/**
 * @param before the catalog; may lack the table only where `changesInPlace`.
 * @param options.serverVersion absent: for a script, which asks no rows and edits no schema.
 * @throws RevError REV_OPERATION, REV_UNSUPPORTED.
 */
export function alterTable(
  name: QualifiedName,
  changes: readonly TableChange[],
  before: Catalog,
  { serverVersion }: CompileOptions,
): readonly Statement[] {
  const inScript = serverVersion === undefined;
  const target = inScript ? name : { ...name, schema: name.schema ?? 'main' };
  if (changesInPlace(changes, serverVersion)) {
    const can = { ...unseen(serverVersion), asks: !inScript };
    return inPlace(target, inScript ? portableAdditions(changes) : changes, undefined, can) ?? [];
  }
  // `main` is the database itself.
  const table = findTable(before, name) ?? findTable(before, inMain(name));
  if (!table) {
    const alike = before.tables.find((each) => foldName(each.name) === foldName(name.name));
    if (inMain(name).schema !== null) throw isAttached(name);
    throw new RevError('REV_OPERATION', `There is no table ${displayName(name)}.`, {
      hint: alike
        ? `There is ${displayName(alike)}: write the name in its letter case, and those of its columns in theirs.`
        : 'Is the revision written for another state of the schema? Compare with `rev history` and the database.',
    });
  }
  const { rest, indexes } = withoutUniqueIndexes(table, changes);
  const kept = { ...table, indexes: table.indexes.filter((index) => !indexes.includes(index.name)) };
  refuseWhatDoesNotFit(kept, rest);
  const drops = indexes.map((index) => ({
    sql: `DROP INDEX ${quoteIdentifier({ ...target, name: index })}`,
  }));
  if (inScript) {
    const statements = inPlace(name, portableAdditions(rest, kept), kept, abilities(before));
    return [...drops, ...(statements ?? rebuild(kept, rest, before))];
  }
  return [
    ...questionsOf(kept, planRebuild(kept, rest), quoteInDatabase(kept)),
    ...drops,
    ...live(kept, rest, before, serverVersion),
  ];
}

function inMain(name: QualifiedName): QualifiedName {
  return name.schema !== null && foldName(name.schema) === 'main' ? { ...name, schema: null } : name;
}

function isAttached(name: QualifiedName): RevError {
  return new RevError(
    'REV_UNSUPPORTED',
    `Table ${displayName(name)} would have to be rebuilt, and only tables of the database itself are: not attached or temporary ones.`,
    {
      hint: 'Give an attached database a url of its own, or make the new table and copy the rows with op.execute.',
    },
  );
}

/** The cheapest way that this SQLite has: its own ALTER TABLE, a new text of the definition, one rebuild. */
function live(
  table: Table,
  changes: readonly TableChange[],
  before: Catalog,
  serverVersion: string,
): readonly Statement[] {
  const name = { schema: table.schema ?? 'main', name: table.name };
  const can = abilities(before, serverVersion);
  const statements = inPlace(name, changes, table, can);
  if (statements) return statements;
  const [edited, others] = splitEdits(table, changes);
  const edit = edited.length === 0 ? null : editTable(table, edited);
  const rest = edit && inPlace(name, others, edit.after, can);
  if (!edit || !rest) return rebuildSoundly(table, changes, before);
  const { from, to, defaults } = edit;
  const sql = `UPDATE ${quoteName(name.schema)}.sqlite_schema SET sql = ${quoteLiteral(to)} WHERE type = 'table' AND name = ${quoteLiteral(table.name)}`;
  const statement: EditSchema = {
    ...{ live: 'edit', sql, schema: name.schema, table: table.name, from, to, defaults },
    otherwise: rebuildSoundly(table, edited, before),
  };
  return [statement, ...rest];
}

/** A rebuild that looks at its result. */
function rebuildSoundly(
  table: Table,
  changes: readonly TableChange[],
  before: Catalog,
): readonly Statement[] {
  const statements = rebuild(table, changes, before);
  return statements.some(({ sql }) => beginsRebuild(sql)) ? [...statements, isSound(table)] : statements;
}

/** Edits come first: only of columns that keep their name, and are not made anew or converted meanwhile. */
function splitEdits(table: Table, changes: readonly TableChange[]) {
  const isMoved = changes.some(({ kind }) => kind === 'renameColumn' || kind === 'renameConstraint');
  const remade = changes.flatMap((change) => {
    if (change.kind === 'addColumn') return [change.column.name];
    return change.kind === 'alterColumn' && !isTextual(change) ? [change.name] : [];
  });
  const isEdit = (change: TableChange) => {
    if (!isTextual(change)) return false;
    if (change.kind === 'dropConstraint') return hasConstraint(table, change);
    if (change.kind === 'alterColumn') return !remade.includes(change.name);
    if (change.kind !== 'addConstraint' || change.constraint.kind !== 'check') return false;
    const names = columnNames(change.constraint.expression);
    return !remade.some((name) => names.has(foldName(name)));
  };
  const edits = isMoved ? [] : changes.filter(isEdit);
  return [edits, changes.filter((change) => !edits.includes(change))] as const;
}

/** Whether the constraint is one of these before anything changes. */
function hasConstraint(table: Table, change: DropConstraint): boolean {
  const { name } = change;
  const constraint =
    name === null ? findNameless(table, change) : constraintsOf(table).find((each) => each.name === name);
  return constraint?.kind === 'check' || constraint?.kind === 'foreignKey';
}

/** What ALTER TABLE can do, and may, in this database. */
interface Abilities {
  /** SQLite 3.53: ALTER COLUMN SET and DROP NOT NULL, DROP CONSTRAINT. */
  readonly constraints: boolean;
  /** SQLite 3.41 to 3.45 take a fraction that is a column's default for null, when they add a column to a table with checks. */
  readonly fractions: boolean;
  /**
   * Whether a view or a trigger may read a column of that name. SQLite would refuse to drop it at once; after a rebuild
   * they may be put right before the transaction ends.
   */
  isRead(column: string): boolean;
  /** Of a table that nobody has looked at, what is needed is asked. */
  readonly asks?: boolean;
}

function abilities(catalog: Catalog, serverVersion?: string): Abilities {
  const hasOtherViews = catalog.uncompared.some(({ kind }) => kind === 'view');
  const triggers = catalog.tables.flatMap(({ live }) => live?.triggers ?? []);
  return {
    ...abilitiesOf(serverVersion),
    isRead: (column) =>
      hasOtherViews ||
      catalog.views.some(({ query }) => mentions(query, column) || query.includes('*')) ||
      triggers.some(({ sql }) => mentions(sql, column)),
  };
}

/** @param serverVersion absent: of a script, which may be run by any. */
function abilitiesOf(serverVersion: string | undefined): Pick<Abilities, 'constraints' | 'fractions'> {
  const [major = 0, minor = 0] = serverVersion?.split('.').map(Number) ?? [];
  return {
    constraints: major > 3 || (major === 3 && minor >= 53),
    fractions: major !== 3 || minor < 41 || minor > 45,
  };
}

/** Of a database that nobody has looked at. */
function unseen(serverVersion: string | undefined): Abilities {
  return { ...abilitiesOf(serverVersion), isRead: () => true };
}

/** @throws RevError REV_OPERATION in the names that the revision uses; a rebuild knows the columns by others. */
function refuseWhatDoesNotFit(table: Table, changes: readonly TableChange[]): void {
  changes.reduce(after, table);
}

/** The table after one change, with foreign keys to itself. */
function after(table: Table, change: TableChange): Table {
  if (change.kind === 'dropConstraint') return withoutConstraint(table, change);
  const catalog = makeCatalog({ dialect: 'sqlite', tables: [table] });
  return requireTable(apply([{ kind: 'alterTable', table, changes: [change] }], catalog), table);
}

/** Whether SQLite can make these changes in place, whatever the table is. */
export function changesInPlace(changes: readonly TableChange[], serverVersion: string | undefined): boolean {
  return inPlace({ schema: null, name: '' }, changes, undefined, unseen(serverVersion)) !== null;
}

/** @returns null where one of the changes needs a rebuild, or needs the table to decide. */
function inPlace(
  name: QualifiedName,
  changes: readonly TableChange[],
  table: Table | undefined,
  { constraints, fractions, isRead, asks }: Abilities,
): readonly Statement[] | null {
  const alter = `ALTER TABLE ${quoteIdentifier(name)}`;
  const statements: Statement[] = [];
  const additions = changes.filter((change) => change.kind === 'addColumn');
  const attached = attachConstraints(changes, additions);
  let current = table;
  for (const change of changes) {
    switch (change.kind) {
      case 'renameColumn':
        statements.push({
          sql: `${alter} RENAME COLUMN ${quoteName(change.from)} TO ${quoteName(change.to)}`,
        });
        break;
      case 'addColumn': {
        const constraints = [...attached]
          .filter(([, column]) => column === change.column.name)
          .map(([each]) => each);
        if (!canAddColumn(change.column, constraints)) return null;
        if (!fractions && !isCheckedRightly(current, change.column, constraints)) return null;
        if (current && saysAsText(current, change.column.name)) return null;
        if (asks) statements.push(textQuestion(name, change.column.name));
        const parts = [
          columnDefinition(change.column),
          ...constraints.map(({ constraint }) => inlineText(constraint)),
        ];
        statements.push({ sql: `${alter} ADD COLUMN ${parts.join(' ')}` });
        break;
      }
      case 'dropColumn':
        if (!current || isRead(change.name) || !canDropColumn(current, change.name)) return null;
        statements.push({ sql: `${alter} DROP COLUMN ${quoteName(change.name)}` });
        break;
      case 'addConstraint': {
        if (!attached.has(change)) return null;
        break;
      }
      case 'alterColumn': {
        const action = constraints && current ? nullabilityChange(current, change) : null;
        if (action === null) return null;
        statements.push({ sql: `${alter} ALTER COLUMN ${quoteName(change.name)} ${action}` });
        break;
      }
      case 'dropConstraint': {
        const check = constraints && current ? namedCheck(current, change) : null;
        if (check === null) return null;
        statements.push({ sql: `${alter} DROP CONSTRAINT ${quoteName(check)}` });
        break;
      }
      default:
        return null;
    }
    current = current && after(current, change);
  }
  return statements;
}

/** What ALTER COLUMN can do of it, for a column that is no key; null where that is not all. */
function nullabilityChange(table: Table, { name, to, using }: AlterColumn): string | null {
  const column = findColumn(table, name);
  const { nullable, ...others } = to;
  const isPlain = column && !column.generated && table.primaryKey?.columns.includes(name) !== true;
  if (!isPlain || nullable === undefined || using !== undefined || Object.keys(others).length > 0)
    return null;
  if (nullable === column.nullable) return null;
  if (nullable) return 'DROP NOT NULL';
  // Where there is a default, rows that are null get it.
  return column.default === null ? 'SET NOT NULL' : null;
}

/** The name of the check, if it is the name of nothing else. */
function namedCheck(table: Table, change: DropConstraint): string | null {
  const left = withoutConstraint(table, change);
  const check = table.checks.find((each) => !left.checks.includes(each));
  if (!check || check.name === null) return null;
  const folded = foldName(check.name);
  const alike = constraintsOf(table).filter((each) => each.name !== null && foldName(each.name) === folded);
  const notNulls =
    table.live?.sql === undefined
      ? []
      : parseTable(table.live.sql).columns.flatMap(({ notNull }) => notNull?.name ?? []);
  return alike.length === 1 && !notNulls.some((each) => foldName(each) === folded) ? check.name : null;
}

/**
 * Constraints that can stand in the definition of a column that is added with them: a foreign key of that column, a
 * check of it and of no other, since SQLite drops it with the column. Not where columns are renamed meanwhile.
 */
function attachConstraints(
  changes: readonly TableChange[],
  additions: readonly AddColumn[],
): ReadonlyMap<AddConstraint, string> {
  const attached = new Map<AddConstraint, string>();
  if (changes.some((change) => change.kind === 'renameColumn')) return attached;
  for (const change of changes) {
    if (change.kind !== 'addConstraint') continue;
    const { constraint } = change;
    const column = additions.findLast(({ column: { name } }) => {
      if (constraint.kind === 'check') {
        const names = columnNames(constraint.expression);
        return names.size === 1 && names.has(foldName(name));
      }
      return (
        constraint.kind === 'foreignKey' && constraint.columns.length === 1 && constraint.columns[0] === name
      );
    });
    if (column) attached.set(change, column.column.name);
  }
  return attached;
}

function inlineText(constraint: AddConstraint['constraint']): string {
  if (constraint.kind === 'check' || constraint.kind === 'foreignKey') return constraintText(constraint);
  throw new RevError('REV_INTERNAL', `A ${constraint.kind} cannot be added with its column.`);
}

/** SQLite's manual, ALTER TABLE ADD COLUMN: what it refuses, and what it refuses only once there are rows. */
function canAddColumn(column: Column, constraints: readonly AddConstraint[]): boolean {
  if (column.identity !== null) return false;
  if (column.generated) return !column.generated.stored && column.nullable;
  const value = column.default?.kind === 'expression' ? parseDefault(column.default.sql) : column.default;
  if (value?.kind === 'expression') return false;
  if (value === null) return column.nullable;
  return !constraints.some(({ constraint }) => constraint.kind === 'foreignKey');
}

/** Whether no fraction is taken for null where the table is checked because of a new column. */
function isCheckedRightly(
  table: Table | undefined,
  column: Column,
  constraints: readonly AddConstraint[],
): boolean {
  if (!table) return false;
  const isFraction = ({ default: value, nullable }: Column) => {
    const given = value?.kind === 'expression' ? parseDefault(value.sql) : value;
    return !nullable && given?.kind === 'literal' && Math.abs(Number(given.value) % 1) > 0;
  };
  const isChecked = [...table.checks, ...constraints].length > 0;
  return !isChecked || ![...table.columns, column].some(isFraction);
}

/** SQLite's manual, ALTER TABLE DROP COLUMN: it refuses a column that anything else in the table refers to. */
function canDropColumn(table: Table, name: string): boolean {
  const details = table.live?.sql === undefined ? noDetails : detailsOf(table.live.sql);
  const own = details.checksOf(name).map((check) => check.expression);
  const goes = own.filter((sql) => isOfColumnAlone(table, sql, name));
  const uses = (sql: string | null | undefined) => typeof sql === 'string' && mentions(sql, name);
  return !(
    table.primaryKey?.columns.includes(name) ||
    table.uniques.some((unique) => unique.columns.includes(name)) ||
    table.foreignKeys.some((key) => key.columns.includes(name) && !details.refersInline(name)) ||
    goes.length < own.length ||
    table.checks.some((check) => uses(check.expression) && !goes.includes(check.expression)) ||
    table.columns.some((column) => uses(column.generated?.expression)) ||
    !isCutRightly(table.live?.sql ?? '', name) ||
    table.indexes.some(
      (index) => uses(index.where) || index.keys.some((key) => key.column === name || uses(key.expression)),
    )
  );
}

/** SQLite 3.45 cuts the last column off at the last comma before its name, even if a comment holds that. */
function isCutRightly(sql: string, name: string): boolean {
  const tokens = tokenize(sql);
  return tokens.every((token, at) => {
    const before = tokens[at - 1];
    if (!isSymbol(before, ',') || foldName(token.value) !== foldName(name)) return true;
    return !sql.slice(before?.end, token.start).includes(',');
  });
}
