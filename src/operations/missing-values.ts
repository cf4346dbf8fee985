import { type DefaultValue, displayName, type QualifiedName } from '../catalog/index.js';
import type { Faces } from './faces.js';
import { Source } from './source.js';

/** A place in a revision where a person gives rows the values that a column needs before it becomes NOT NULL. */
export interface MissingValues {
  readonly kind: 'missingValues';
  readonly table: QualifiedName;
  readonly columns: readonly {
    readonly name: string;
    /** What new rows get; null where a person must say it. */
    readonly default: DefaultValue | null;
  }[];
}

/** It is a comment with an example: what the values are, nobody can guess. So it runs nothing and has nothing to undo. */
export const missingValues: Faces<MissingValues, never> = {
  invert: () => [],
  apply: (_operation, catalog) => catalog,
  describe: ({ table, columns }) =>
    `fill in ${columns.map(({ name }) => `${displayName(table)}.${name}`).join(', ')} (the place is marked in the revision)`,
  render({ table, columns }, source) {
    const names = columns.map(({ name }) => `${displayName(table)}.${name}`).join(', ');
    return [
      `// TODO: rows that are there already need a value in ${oneLine(names)}. For example:`,
      ...columns.map((column) => `// ${oneLine(example(table, column, source))}`),
    ].join('\n');
  },
  reduce: () => null,
  losses: () => [],
};

/** What to do where rows hold null and must not; what the caller does not know is written as `…`. */
export function fillFirst(table: QualifiedName | undefined, column = '…'): string {
  const call = backfill(table ?? { schema: null, name: '…' }, column, null, new Source());
  return `Give them a value first, in the same revision: ${oneLine(call)}`;
}

/** What `…` stands for has to be written. An expression is in the statement's text: nothing need be imported for it. */
function example(
  table: QualifiedName,
  { name, default: value }: MissingValues['columns'][number],
  source: Source,
): string {
  if (value?.kind === 'expression') {
    const update = `update ${tableText(table)} set ${quoted(name)} = ${value.sql} where ${quoted(name)} is null`;
    return `await op.execute(${source.string(update)});`;
  }
  return backfill(table, name, value, source);
}

function backfill(table: QualifiedName, column: string, value: DefaultValue | null, source: Source): string {
  const options = source.object({
    table: source.name(table),
    set: source.object({ [column]: value === null ? '…' : source.value(value) }),
    where: source.string(`${quoted(column)} is null`),
  });
  return `await op.backfill(${options});`;
}

function tableText({ schema, name }: QualifiedName): string {
  return schema === null ? quoted(name) : `${quoted(schema)}.${quoted(name)}`;
}

/** As both dialects read it; for a comment, not for a statement that runs. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}
