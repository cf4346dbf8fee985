import type { Table } from '../catalog/index.js';
import type { Source } from './source.js';

/** The faces of one change inside an alterTable; compare Faces. */
export interface ChangeFaces<Self, Inverse = Self> {
  invert(change: Self): Inverse | null;
  apply(change: Self, table: Table): Table;
  describe(change: Self): string;
  /** A call without its receiver: `addColumn(…)`. */
  render(change: Self, source: Source): string;
  /** @param table the table's name, for the text. */
  losses(change: Self, table: string): readonly string[];
}
