export { type AlterTable, applyChanges, describeChange, inSteps, type TableChange } from './alter-table.js';
export type { Backfill } from './backfill.js';
export type { AddColumn, AlterColumn, ColumnFacets, DropColumn, RenameColumn } from './column-changes.js';
export { type Comment, type CommentTarget, commented } from './comment.js';
export {
  type AddConstraint,
  type DropConstraint,
  findConstraint,
  type RenameConstraint,
  sameStructure,
} from './constraint-changes.js';
export { defineOperation, type OperationDefinition } from './define-operation.js';
export type { AlterEnum, CreateEnum, DropEnum, EnumColumn, RenameEnum } from './enum.js';
export { type Execute, isNothing } from './execute.js';
export type { CreateExtension, DropExtension } from './extension.js';
export * from './factories.js';
export { givenValue, jsonText, noValue } from './given-value.js';
export { helperImport, type Import, Imports } from './imports.js';
export type { Insert } from './insert.js';
export { lineWidth } from './layout.js';
export { fillFirst } from './missing-values.js';
export * from './operation.js';
export { findOverlaps, type Overlap, type OwnedOperation } from './overlaps.js';
export { type OwnOperation, ownSql, type SqlTools } from './own.js';
export type { AlterPolicy, CreatePolicy, DropPolicy, RenamePolicy } from './policy.js';
export {
  type CreateObject,
  checkObject,
  type DropObject,
  type RawObject,
  type ReplaceObject,
  statementsOf,
} from './raw-object.js';
export type { AlterRole, CreateRole, DropRole } from './role.js';
export type { DisableRowSecurity, EnableRowSecurity } from './row-security.js';
export type { CreateSchema, DropSchema } from './schema.js';
export type { AlterSequence, CreateSequence, DropSequence, RenameSequence } from './sequence.js';
export { indent, Source, stringLiteral, visible } from './source.js';
export { literalText, type SqlInput, type SqlParts, sqlParts, sqlText } from './sql-text.js';
export type { CreateTable, DropTable, RenameTable } from './table.js';
export type { CreateIndex, DropIndex, RenameIndex } from './table-index.js';
export type { AlterView, CreateView, DropView, RenameView } from './view.js';
