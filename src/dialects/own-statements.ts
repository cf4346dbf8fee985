import type { DialectName } from '../catalog/index.js';
import { type OwnOperation, ownSql } from '../operations/index.js';
import { boundSql } from './bound-sql.js';
import type { Compiler, Statement } from './dialect.js';

/** The SQL of an operation that a project has defined: the same in every dialect. */
export function ownStatements(
  operation: OwnOperation,
  {
    placeholder,
    ...tools
  }: Pick<Compiler, 'identifier' | 'literal' | 'placeholder'> & { readonly dialect: DialectName },
): readonly Statement[] {
  return ownSql(operation, tools).map((each) => boundSql([each], placeholder));
}
