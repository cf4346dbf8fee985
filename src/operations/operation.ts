import type { Catalog } from '../catalog/index.js';
import { RevError } from '../errors.js';
import { type AlterTable, alterTable } from './alter-table.js';
import { type Backfill, backfill } from './backfill.js';
import { type Comment, comment } from './comment.js';
import {
  type AlterEnum,
  alterEnum,
  type CreateEnum,
  createEnum,
  type DropEnum,
  dropEnum,
  type RenameEnum,
  type RenameEnumValue,
  renameEnum,
  renameEnumValue,
} from './enum.js';
import { type Execute, execute } from './execute.js';
import { type CreateExtension, createExtension, type DropExtension, dropExtension } from './extension.js';
import type { Faces } from './faces.js';
import { type Insert, insert } from './insert.js';
import { type MissingValues, missingValues } from './missing-values.js';
import { isDefinition, type OwnOperation, own } from './own.js';
import {
  type AlterPolicy,
  alterPolicy,
  type CreatePolicy,
  createPolicy,
  type DropPolicy,
  dropPolicy,
  type RenamePolicy,
  renamePolicy,
} from './policy.js';
import {
  type CreateObject,
  createObject,
  type DropObject,
  dropObject,
  type ReplaceObject,
  replaceObject,
} from './raw-object.js';
import { type AlterRole, alterRole, type CreateRole, createRole, type DropRole, dropRole } from './role.js';
import {
  type DisableRowSecurity,
  disableRowSecurity,
  type EnableRowSecurity,
  enableRowSecurity,
} from './row-security.js';
import {
  type CreateSchema,
  createSchema,
  type DropSchema,
  dropSchema,
  type RenameSchema,
  renameSchema,
} from './schema.js';
import {
  type AlterSequence,
  alterSequence,
  type CreateSequence,
  createSequence,
  type DropSequence,
  dropSequence,
  type RenameSequence,
  renameSequence,
} from './sequence.js';
import type { Source } from './source.js';
import {
  type CreateTable,
  createTable,
  type DropTable,
  dropTable,
  type RenameTable,
  renameTable,
} from './table.js';
import {
  type CreateIndex,
  createIndex,
  type DropIndex,
  dropIndex,
  type RenameIndex,
  renameIndex,
} from './table-index.js';
import {
  type AlterView,
  alterView,
  type CreateView,
  createView,
  type DropView,
  dropView,
  type RenameView,
  renameView,
} from './view.js';

/** How one catalog becomes another, as plain frozen data. */
export type Operation =
  | AlterEnum
  | AlterPolicy
  | AlterRole
  | AlterSequence
  | AlterTable
  | Backfill
  | AlterView
  | Comment
  | CreateEnum
  | CreateExtension
  | CreateIndex
  | CreateObject
  | CreatePolicy
  | CreateRole
  | CreateSchema
  | CreateSequence
  | CreateTable
  | CreateView
  | DisableRowSecurity
  | DropEnum
  | DropExtension
  | DropIndex
  | DropObject
  | DropPolicy
  | DropRole
  | DropSchema
  | DropSequence
  | DropTable
  | DropView
  | EnableRowSecurity
  | Execute
  | Insert
  | MissingValues
  | OwnOperation
  | RenameEnum
  | RenameEnumValue
  | RenameIndex
  | RenameSchema
  | RenamePolicy
  | RenameSequence
  | RenameTable
  | RenameView
  | ReplaceObject;

export type OperationKind = Operation['kind'];

export type OperationOf<K extends OperationKind> = Extract<Operation, { readonly kind: K }>;

/** Every kind has every face; a new kind that lacks one is a compile error here. */
const faces: { readonly [K in OperationKind]: Faces<OperationOf<K>, Operation> } = {
  alterEnum,
  alterPolicy,
  alterRole,
  alterSequence,
  alterTable,
  backfill,
  alterView,
  comment,
  createEnum,
  createExtension,
  createIndex,
  createObject,
  createPolicy,
  createRole,
  createSchema,
  createSequence,
  createTable,
  createView,
  disableRowSecurity,
  dropEnum,
  dropExtension,
  dropIndex,
  dropObject,
  dropPolicy,
  dropRole,
  dropSchema,
  dropSequence,
  dropTable,
  dropView,
  enableRowSecurity,
  execute,
  insert,
  missingValues,
  own,
  renameEnum,
  renameEnumValue,
  renameIndex,
  renameSchema,
  renamePolicy,
  renameSequence,
  renameTable,
  renameView,
  replaceObject,
};

function facesOf(operation: Operation): Faces<Operation> {
  return faces[operation.kind] as unknown as Faces<Operation>;
}

/**
 * What a project's own code has made, as an operation.
 * @param how begins the message: `op.run was given`
 * @throws RevError REV_OPERATION for what is none
 */
export function operationOf(value: unknown, how: string): Operation {
  const given =
    typeof value === 'object' ? (value as { readonly [K in 'kind' | 'definition']?: unknown } | null) : null;
  const { kind, definition } = given ?? {};
  const isKnown = typeof kind === 'string' && Object.hasOwn(faces, kind);
  if (isKnown && (kind !== 'own' || isDefinition(definition))) return value as Operation;
  const what =
    kind === undefined || isKnown ? nameOf(value) : `an operation of the unknown kind ${String(kind)}`;
  throw new RevError('REV_OPERATION', `${how} ${what}, which is no operation.`, {
    hint: "An operation is what a function of defineOperation returns: op.run(enableAudit({ table: 'posts' }))",
  });
}

/**
 * What to tell where reading an operation that was given as data has thrown: REV_OPERATION, with its kind and what it
 * holds, for one that lacks what its kind must hold; anything else as it is.
 * @param how as for `operationOf`
 */
export function misread(error: unknown, operation: Operation, how: string): unknown {
  if (!(error instanceof TypeError)) return error;
  const { kind, ...rest } = operation;
  const held = Object.entries(rest).map(([key, value]) => `${key}: ${nameOf(value)}`);
  return new RevError(
    'REV_OPERATION',
    `${how} an operation ${kind} that cannot be read: something is missing in it, or is of another type. Beside its kind it holds ${held.join(', ') || 'nothing'}.\n${error.message}`,
    {
      hint: `What it must hold is said by its type: { kind: '${kind}', … } satisfies Operation.`,
      cause: error,
    },
  );
}

function nameOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  return `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`;
}

/** The operations that undo these, last first; null where one of them cannot be undone from what it holds. */
export function invert(operations: readonly Operation[]): readonly Operation[] | null {
  const back: Operation[] = [];
  for (const operation of [...operations].reverse()) {
    const inverse = facesOf(operation).invert(operation);
    if (!inverse) return null;
    back.push(...inverse.map((each) => operationOf(each, `The inverse of ${describe(operation)} is`)));
  }
  return back;
}

/** The catalog after the operations. Throws REV_OPERATION where one does not fit. */
export function apply(operations: readonly Operation[], catalog: Catalog): Catalog {
  return operations.reduce((before, operation) => facesOf(operation).apply(operation, before), catalog);
}

export function describe(operation: Operation): string {
  return facesOf(operation).describe(operation);
}

export function render(operation: Operation, source: Source): string {
  return facesOf(operation).render(operation, source);
}

export function losses(operation: Operation): readonly string[] {
  return facesOf(operation).losses(operation);
}

/** The same effect with fewer operations, by what neighbours come to. Linear; the order stays. */
export function reduce(operations: readonly Operation[]): readonly Operation[] {
  const out: Operation[] = [];
  for (const operation of operations) {
    let pending: readonly Operation[] = [operation];
    while (pending.length > 0) {
      const [next, ...rest] = pending as readonly [Operation, ...Operation[]];
      const last = out.at(-1);
      const folded = last ? facesOf(last).reduce(last, next) : null;
      if (folded) out.pop();
      else out.push(next);
      pending = folded ? [...folded, ...rest] : rest;
    }
  }
  return out;
}

/** Whether it is SQL that nothing else here understands: it may touch more than it says. */
export function isRaw({ kind }: Operation): boolean {
  return ['execute', 'own', 'createObject', 'dropObject', 'replaceObject'].includes(kind);
}
