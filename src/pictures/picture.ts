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

/** Shorter than an id where ids are long, and still no other revision's: for notes. */
export function shortId(id: string): string {
  return id.length > 12 ? `${id.slice(0, 12)}…` : id;
}
