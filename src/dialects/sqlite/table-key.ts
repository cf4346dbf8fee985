import { displayName, type QualifiedName } from '../../catalog/index.js';
import { foldName } from './tokens.js';

/** The database itself may be named, as `main`, and no name has a case. */
export function tableKey({ schema, name }: QualifiedName): string {
  const other = schema === null || foldName(schema) === 'main' ? null : foldName(schema);
  return displayName({ schema: other, name: foldName(name) });
}
