import { RevError } from '../errors.js';
import type { Operation } from './operation.js';
import { isDefinition, type OwnFaces, type OwnOperation } from './own.js';

/** The faces of a kind of operation that a project defines. */
export type OperationDefinition<Input> = OwnFaces<Input, Operation>;

/**
 * A kind of operation of the project's own: what it returns makes one, for `op.run`, and for `autogenerate.rewrite`.
 *
 * @example
 * export const enableAudit = defineOperation({
 *   name: 'enableAudit',
 *   sql: ({ table }: { table: string }, { identifier }) => `select audit.enable(${identifier(table)})`,
 *   invert: ({ table }: { table: string }): OwnOperation => disableAudit({ table }),
 * });
 */
export function defineOperation<Input>(
  definition: OperationDefinition<Input>,
): (input: Input) => OwnOperation {
  if (!isDefinition(definition)) {
    throw new RevError('REV_OPERATION', 'defineOperation needs a name and a function sql.');
  }
  const own = Object.freeze({ ...definition }) as unknown as OwnOperation['definition'];
  return (input) => Object.freeze({ kind: 'own', definition: own, input });
}
