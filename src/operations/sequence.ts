import {
  absent,
  displayName,
  makeCatalog,
  type QualifiedName,
  renameRegclass,
  type Sequence,
  type SequenceOptions,
  sameName,
  withObject,
  withoutObject,
} from '../catalog/index.js';
import { editExpressions } from './expression-edit.js';
import type { Faces } from './faces.js';

export interface CreateSequence {
  readonly kind: 'createSequence';
  readonly sequence: Sequence;
}

export interface DropSequence {
  readonly kind: 'dropSequence';
  readonly name: QualifiedName;
  readonly was?: Sequence;
}

/** Sets the options to exactly these: one that is absent goes back to its default. */
export interface AlterSequence {
  readonly kind: 'alterSequence';
  readonly name: QualifiedName;
  readonly to: SequenceOptions;
  readonly was?: SequenceOptions;
}

export interface RenameSequence {
  readonly kind: 'renameSequence';
  readonly from: QualifiedName;
  readonly to: QualifiedName;
}

export const createSequence: Faces<CreateSequence, DropSequence> = {
  invert: ({ sequence }) => [
    { kind: 'dropSequence', name: { schema: sequence.schema, name: sequence.name }, was: sequence },
  ],
  apply: (operation, catalog) =>
    makeCatalog({ ...catalog, sequences: withObject(catalog.sequences, operation.sequence, 'sequence') }),
  describe: ({ sequence }) => `create sequence ${displayName(sequence)}`,
  render: ({ sequence }, source) =>
    source.statement('createSequence', [
      source.name(sequence),
      ...source.options({
        type: sequence.type === undefined ? undefined : source.string(sequence.type),
        ...source.sequenceOptions(sequence.options),
      }),
    ]),
  reduce(operation, next) {
    const { sequence } = operation;
    if (next.kind === 'dropSequence' && sameName((next as DropSequence).name, sequence)) return [];
    if (next.kind !== 'alterSequence' || !sameName((next as AlterSequence).name, sequence)) return null;
    return [{ ...operation, sequence: { ...sequence, options: (next as AlterSequence).to } }];
  },
  losses: () => [],
};

export const dropSequence: Faces<DropSequence, CreateSequence> = {
  invert: ({ was }) => (was ? [{ kind: 'createSequence', sequence: was }] : null),
  apply: (operation, catalog) =>
    makeCatalog({ ...catalog, sequences: withoutObject(catalog.sequences, operation.name, 'sequence') }),
  describe: ({ name }) => `drop sequence ${displayName(name)}`,
  render: ({ name }, source) => source.statement('dropSequence', [source.name(name)]),
  reduce: () => null,
  losses: ({ name }) => [`the position of sequence ${displayName(name)}`],
};

export const alterSequence: Faces<AlterSequence> = {
  invert: ({ name, to, was }) => (was ? [{ kind: 'alterSequence', name, to: was, was: to }] : null),
  apply(operation, catalog) {
    if (!catalog.sequences.some((each) => sameName(each, operation.name)))
      throw absent('sequence', operation.name);
    return makeCatalog({
      ...catalog,
      sequences: catalog.sequences.map((each) =>
        sameName(each, operation.name) ? { ...each, options: operation.to } : each,
      ),
    });
  },
  describe: ({ name }) => `alter sequence ${displayName(name)}`,
  render: ({ name, to }, source) =>
    source.statement('alterSequence', [source.name(name), source.object(source.sequenceOptions(to))]),
  reduce: () => null,
  losses: () => [],
};

export const renameSequence: Faces<RenameSequence> = {
  invert: ({ from, to }) => [{ kind: 'renameSequence', from: to, to: from }],
  apply(operation, catalog) {
    const found = catalog.sequences.find((each) => sameName(each, operation.from));
    if (!found) throw absent('sequence', operation.from);
    const others = catalog.sequences.filter((each) => each !== found);
    const renamed = makeCatalog({
      ...catalog,
      sequences: withObject(others, { ...found, ...operation.to }, 'sequence'),
    });
    return editExpressions(renamed, (sql) => renameRegclass(sql, operation.from, operation.to));
  },
  describe: ({ from, to }) => `rename sequence ${displayName(from)} to ${displayName(to)}`,
  render: ({ from, to }, source) => source.statement('renameSequence', [source.name(from), source.name(to)]),
  reduce: () => null,
  losses: () => [],
};
