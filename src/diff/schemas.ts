import type { Catalog } from '../catalog/index.js';

/** What is never dropped, and stands in a schema by itself. */
const neverDropped = new Set([
  'aggregate',
  'collation',
  'composite type',
  'domain',
  'extension',
  'foreign table',
  'function',
  'inheriting table',
  'partition',
  'procedure',
  'range type',
]);

/** The schemas that come and go; what stays in one keeps it. */
export function diffSchemas(actual: Catalog, wanted: Catalog) {
  return {
    create: wanted.schemas.filter((name) => !actual.schemas.includes(name)),
    drop: actual.schemas.filter((name) => !wanted.schemas.includes(name) && !mustStay(name, actual)),
  };
}

function mustStay(schema: string, { enums, sequences, uncompared }: Catalog): boolean {
  return (
    uncompared.some(({ kind, name }) => neverDropped.has(kind) && name.schema === schema) ||
    [...enums, ...sequences].some((each) => each.usedElsewhere && each.schema === schema)
  );
}
