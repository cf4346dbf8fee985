import type { Column, Constraint, IndexKey, Table } from '../catalog/index.js';
import { constraintsOf } from '../catalog/index.js';
import type { Source } from './source.js';

/** Columns, constraints and keys as the factories of factories.ts would be called to make them. */

export function renderColumn(column: Column, source: Source): string {
  const { identity, generated } = column;
  return source.call('column', [
    source.string(column.name),
    source.string(column.type),
    ...source.options({
      nullable: column.nullable ? undefined : 'false',
      default: column.default === null ? undefined : source.value(column.default),
      identity: identity === null ? undefined : renderIdentity(identity, source),
      generated: generated === null ? undefined : source.sql(generated.expression),
      stored: generated === null || generated.stored ? undefined : 'false',
      collation: column.collation === undefined ? undefined : source.string(column.collation),
    }),
  ]);
}

export function renderIdentity(identity: NonNullable<Column['identity']>, source: Source): string {
  if (identity.kind === 'autoincrement') return source.string(identity.kind);
  const options = source.object(source.sequenceOptions(identity.options));
  if (options === '{}' && identity.sequenceName === undefined) return source.string(identity.kind);
  return source.object({
    kind: source.string(identity.kind),
    options,
    sequenceName: identity.sequenceName === undefined ? undefined : source.string(identity.sequenceName),
  });
}

export function renderConstraint(constraint: Constraint, source: Source): string {
  const name = constraint.name === null ? 'null' : source.string(constraint.name);
  switch (constraint.kind) {
    case 'primaryKey':
      return source.call('primaryKey', [
        source.strings(constraint.columns),
        ...source.options({
          name: constraint.name === null ? undefined : name,
          include: constraint.include === undefined ? undefined : source.strings(constraint.include),
        }),
      ]);
    case 'unique':
      return source.call('unique', [
        name,
        source.strings(constraint.columns),
        ...source.options({
          nullsNotDistinct: constraint.nullsNotDistinct ? 'true' : undefined,
          include: constraint.include === undefined ? undefined : source.strings(constraint.include),
          deferrable: constraint.deferrable === undefined ? undefined : source.string(constraint.deferrable),
        }),
      ]);
    case 'check':
      return source.call('check', [
        name,
        source.sql(constraint.expression),
        ...source.options({
          notValid: constraint.notValid ? 'true' : undefined,
          noInherit: constraint.noInherit ? 'true' : undefined,
        }),
      ]);
    case 'foreignKey':
      return source.call('foreignKey', [
        name,
        source.strings(constraint.columns),
        source.name(constraint.references),
        source.strings(constraint.references.columns),
        ...source.options({
          onDelete: constraint.onDelete === 'no action' ? undefined : source.string(constraint.onDelete),
          onDeleteColumns:
            constraint.onDeleteColumns === undefined ? undefined : source.strings(constraint.onDeleteColumns),
          onUpdate: constraint.onUpdate === 'no action' ? undefined : source.string(constraint.onUpdate),
          deferrable: constraint.deferrable === undefined ? undefined : source.string(constraint.deferrable),
          match: constraint.match === undefined ? undefined : source.string(constraint.match),
          notValid: constraint.notValid ? 'true' : undefined,
        }),
      ]);
  }
}

export function renderTableElements(table: Table, source: Source): string {
  return source.list([
    ...table.columns.map((column) => renderColumn(column, source)),
    ...constraintsOf(table).map((constraint) => renderConstraint(constraint, source)),
  ]);
}

export function renderIndexKeys(keys: readonly IndexKey[], source: Source): string {
  return `[${keys.map((key) => renderIndexKey(key, source)).join(', ')}]`;
}

function renderIndexKey(key: IndexKey, source: Source): string {
  const expression = key.expression === undefined ? undefined : source.sql(key.expression);
  const column = key.column === undefined ? undefined : source.string(key.column);
  const defaultNulls = key.order === 'desc' ? 'first' : 'last';
  const options = {
    order: key.order === 'asc' ? undefined : source.string(key.order),
    nulls: key.nulls === null || key.nulls === defaultNulls ? undefined : source.string(key.nulls),
    opclass: key.opclass === undefined ? undefined : source.string(key.opclass),
    collation: key.collation === undefined ? undefined : source.string(key.collation),
  };
  if (source.object(options) === '{}') return column ?? expression ?? '';
  return source.object({ column, expression, ...options });
}
