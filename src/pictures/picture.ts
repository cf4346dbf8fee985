import type { Layout } from '../graph/layout.js';

/** What every picture shows of a revision. */
export interface PictureRevision {
  readonly id: string;
  /** The first paragraph of its docstring. */
  readonly message: string;
  readonly labels: readonly string[];
  readonly marks: readonly Mark[];
  readonly parents: readonly string[];
  /** Ids of what it depends on. */
  readonly depends: readonly string[];
}

export type Mark = 'current' | 'head' | 'effective head' | 'merge' | 'branch' | 'base';

/** A history, placed. */
export interface Picture {
  readonly layout: Layout;
  /** In the order of the layout's rows. */
  readonly revisions: readonly PictureRevision[];
}
