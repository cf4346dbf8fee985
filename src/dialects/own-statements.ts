import type { DialectName } from '../catalog/index.js';
import { type OwnOperation, sqlParts } from '../operations/index.js';
import { boundSql } from './bound-sql.js';
import type { Compiler, Statement } from './dialect.js';

/** The SQL of an operation that a project has defined: the same in every dialect. */
export function ownStatements(
  { definition, input }: OwnOperation,
  {
    placeholder,
    ...tools
  }: Pick<Compiler, 'identifier' | 'literal' | 'placeholder'> & { readonly dialect: DialectName },
): readonly Statement[] {
  return [definition.sql(input as never, tools)]
    .flat()
    .map((each) => boundSql([sqlParts(each)], placeholder));
}
