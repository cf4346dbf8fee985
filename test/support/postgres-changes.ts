import {
  type ExtraConfigColumn,
  integer,
  type PgColumn,
  type PgColumnBuilderBase,
  pgTable,
} from 'drizzle-orm/pg-core';
import type { Models, Scenario } from './postgres-scenarios.js';

/** A table `t`, as the changes of it are told in a line or two. */

export type Case = readonly [what: string, scenario: Scenario];

export const id = () => integer('id').primaryKey();
export type Columns = Readonly<Record<string, PgColumnBuilderBase>>;
export type Built = Readonly<Record<'id' | 'a' | 'b', PgColumn & ExtraConfigColumn>>;
export type Extra = (table: Built) => readonly unknown[];

/** Without drizzle's types of the columns, which are not known where cases share them. */
export const table = pgTable as unknown as (name: string, columns: Columns, extra?: Extra) => object;
export const t = (columns: Columns, extra?: Extra): Models => ({
  t: table('t', { id: id(), ...columns }, extra),
});
export const c = (column: PgColumnBuilderBase): Models => t({ c: column });
