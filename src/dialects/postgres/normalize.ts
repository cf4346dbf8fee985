import {
  type Catalog,
  type Column,
  compareText,
  findColumn,
  makeCatalog,
  nameKey,
  roleWords,
  sameData,
  sameName,
  type Table,
  type TableIndex,
  type View,
} from '../../catalog/index.js';
import type { Driver, Normalized } from '../dialect.js';
import { withFullNames } from './extension-names.js';
import {
  addPrinted,
  describeItem,
  type Item,
  itemsOf,
  itemsOfPolicies,
  itemsOfViews,
  matchItems,
} from './normalize-items.js';
import { spellAlike, spellPlainly } from './normalize-text.js';
import { type Answers, ask, type Question, type StandIns, standInsFor } from './probe.js';
import { type ReadRelations, readRelations, standName } from './probe-views.js';
import { rules } from './rules.js';
import type { Spelling } from './spelling.js';
import { serialType, typeKey } from './types.js';

/**
 * One spelling for both sides. Text first; what then still differs, PostgreSQL itself prints (probe.ts): the models'
 * first, as the database's was printed already; then both sides again and again until nothing changes, as
 * `varchar_column IN ('x', 'y')` needs a second time.
 */

const passes = 4;

export async function normalize(
  driver: Driver,
  actual: Catalog,
  wanted: Catalog,
  database: Catalog = actual,
): Promise<Normalized> {
  const live = spellPlainly(actual);
  const model = spellAlike(live, spellPlainly(await withFullNames(driver, wanted)));
  const items = itemsOf(live, model);
  const doubtful = tablesWithOtherTypes(live, model);
  const standIns = standInsFor(database, model);
  const { types } = await spellUntilSettled(driver, items, doubtful, standIns);
  const spelled = spellAlike(live, withSpellings(withTypes(model, types), items));
  // What views give depends on the tables that they will read, so their turn comes when those are known.
  const readers = [...itemsOfViews(live, spelled), ...itemsOfPolicies(live, spelled)];
  await spellUntilSettled(driver, readers, [], standIns, () => readRelations(live, spelled, database));
  const roles = await sessionRoles(driver, spelled);
  const read = makeCatalog({
    ...spelled,
    tables: spelled.tables.map((table) => respellPolicies(table, live, readers, roles)),
    views: spelled.views.map((view) => respellView(view, readers)),
  });
  return {
    actual: live,
    wanted: spellAlike(live, read),
    unverified: [...unverifiedLines(items), ...unverifiedLines(readers)],
  };
}

/** Asks until every item is found equal to one of the other side, or PostgreSQL prints what it was given. */
async function spellUntilSettled(
  driver: Driver,
  items: readonly Item[],
  doubtful: readonly Table[],
  standIns: StandIns,
  relations?: () => ReadRelations,
): Promise<Pick<Answers, 'types'>> {
  let types: Answers['types'] = new Map();
  for (let pass = 0; pass < passes; pass += 1) {
    const open = items.filter((item) => matchItems(item) === undefined);
    // What reads tables is printed with the names that they have in that pass: both sides in the same one.
    const sides = new Set(
      open.flatMap(({ wanted, candidates }) =>
        pass === 0 && !relations ? [wanted] : [wanted, ...candidates],
      ),
    );
    const asked = [...sides].filter((side) => !side.fixed);
    const tables = pass === 0 ? doubtful : [];
    if (asked.length === 0 && tables.length === 0) break;
    const questions = asked.map(
      (side): Question => ({ table: side.table, spelling: side.chain.at(-1) as Spelling }),
    );
    const answers = await ask(driver, questions, tables, standIns, relations?.()).catch(
      (): Answers => ({
        spellings: asked.map(() => null),
        types: new Map(),
      }),
    );
    if (pass === 0) types = answers.types;
    for (const [at, side] of asked.entries()) {
      addPrinted(side, answers.spellings[at] ?? null);
    }
  }
  return { types };
}

function unverifiedLines(items: readonly Item[]): readonly string[] {
  return items
    .filter((item) => item.paired && item.wanted.failed && matchItems(item) === undefined)
    .map(describeItem);
}

/** Tables of which a column's type text differs from the live one's: an alias that only the server knows? */
function tablesWithOtherTypes(live: Catalog, model: Catalog): readonly Table[] {
  const twins = new Map(live.tables.map((table) => [nameKey(table), table]));
  return model.tables.filter((table) => {
    const twin = twins.get(nameKey(table));
    return table.columns.some((column) => {
      const before = twin && findColumn(twin, column.name);
      return (
        before &&
        before.type !== column.type &&
        typeKey(before.type, before.enum) !== typeKey(column.type, column.enum)
      );
    });
  });
}

function withTypes(model: Catalog, types: Answers['types']): Catalog {
  return makeCatalog({
    ...model,
    tables: model.tables.map((table) => {
      const printed = types.get(table);
      if (!printed) return table;
      return {
        ...table,
        columns: table.columns.map((column) => {
          const type = printed.get(column.name);
          const serial = serialType(column.type) !== null;
          return type === undefined || serial || column.enum ? column : { ...column, type };
        }),
      };
    }),
  });
}

/** The model with the spelling of its live counterpart, or PostgreSQL's last one. */
function withSpellings(model: Catalog, items: readonly Item[]): Catalog {
  const found = new Map<object, Spelling>();
  for (const item of items) {
    const spelling = matchItems(item)?.chain[0] ?? item.wanted.chain.at(-1);
    if (spelling) found.set(item.place, spelling);
  }
  return makeCatalog({
    ...model,
    tables: model.tables.map((table) => ({
      ...table,
      columns: table.columns.map((column) => respellColumn(column, found)),
      checks: table.checks.map((check) => {
        const spelling = found.get(check);
        return spelling?.kind === 'check' ? { ...check, expression: spelling.expression } : check;
      }),
      indexes: table.indexes.map((index) => respellIndex(index, found.get(index))),
    })),
  });
}

/** The names of the roles that `current_user` and its like are; asked for only where a model has one of them. */
async function sessionRoles(driver: Driver, model: Catalog): Promise<ReadonlyMap<string, string>> {
  const words = model.tables.flatMap((table) =>
    (table.policies ?? []).flatMap(({ roles }) =>
      roles.filter((role) => role !== 'public' && roleWords.includes(role)),
    ),
  );
  if (words.length === 0) return new Map();
  const [row] = await driver.query<{ current_user: string; session_user: string }>(
    'select current_user, session_user',
  );
  if (!row) return new Map();
  const { current_user, session_user } = row;
  return new Map(Object.entries({ current_user, current_role: current_user, session_user }));
}

/** Policies that say what live ones of the table say take their words. */
function respellPolicies(
  table: Table,
  live: Catalog,
  items: readonly Item[],
  words: ReadonlyMap<string, string>,
): Table {
  if (!table.policies) return table;
  const stored = { schema: table.schema, name: rules.storedName(table.name) };
  const twin = live.tables.find((each) => sameName(each, stored));
  const lists = (twin?.policies ?? []).map(({ roles }) => roles);
  return {
    ...table,
    policies: table.policies.map((policy) => {
      const item = items.find(({ place }) => place === policy);
      // A renamed table's policies are compared once they are renamed, too: in PostgreSQL's words.
      const same =
        item && (matchItems(item)?.chain[0] ?? (twin ? undefined : item.wanted.chain.findLast(isLasting)));
      const named = [...new Set(policy.roles.map((role) => words.get(role) ?? rules.storedName(role)))].sort(
        compareText,
      );
      const roles = lists.some((each) => sameData(each, named)) ? named : policy.roles;
      return {
        ...policy,
        roles,
        ...(same?.kind === 'policy' ? { using: same.using, check: same.check } : {}),
      };
    }),
  };
}

/** Whether it names nothing that is there for the time of the asking alone. */
function isLasting(spelling: Spelling): boolean {
  return !JSON.stringify(spelling).includes(standName);
}

/** A view that is the live one takes its text; another keeps the one that a person wrote. */
function respellView(view: View, items: readonly Item[]): View {
  const item = items.find(({ place }) => place === view);
  const printed = item?.wanted.chain.at(-1);
  const columns = printed?.kind === 'view' ? printed.columns : undefined;
  const live = item && matchItems(item)?.chain[0];
  return {
    ...view,
    ...(live?.kind === 'view' ? { query: live.query } : {}),
    ...(columns === undefined ? {} : { columns }),
  };
}

function respellColumn(column: Column, found: ReadonlyMap<object, Spelling>): Column {
  const spelling =
    (column.default && found.get(column.default)) ?? (column.generated && found.get(column.generated));
  switch (spelling?.kind) {
    case 'default':
      return { ...column, default: spelling.value };
    case 'generated':
      return { ...column, generated: { expression: spelling.expression, stored: spelling.stored } };
    default:
      return column;
  }
}

function respellIndex(index: TableIndex, spelling: Spelling | undefined): TableIndex {
  if (spelling?.kind !== 'index') return index;
  const { method, keys, where } = spelling.index;
  return { ...index, method, keys, where };
}
