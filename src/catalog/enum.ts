import type { QualifiedName } from './name.js';

/** An enumerated type; the order of its values is its sort order. */
export interface EnumType extends QualifiedName {
  readonly kind: 'enum';
  readonly values: readonly string[];
}
