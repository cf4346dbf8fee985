import { displayName, roleWords } from '../catalog/index.js';
import type { Operation } from '../operations/index.js';
import type { Database } from './database.js';

/** What operations need that the database does not have: better said before they are run. Lines for a person. */
export async function whatIsMissing(
  database: Database,
  operations: readonly Operation[],
): Promise<readonly string[]> {
  return [...(await missingRoles(database, operations)), ...(await missingTypes(database, operations))];
}

async function missingRoles(
  { dialect, driver }: Database,
  operations: readonly Operation[],
): Promise<readonly string[]> {
  const made = new Set(operations.flatMap((each) => (each.kind === 'createRole' ? [each.role.name] : [])));
  const named = operations.flatMap((each) =>
    each.kind === 'createPolicy' || each.kind === 'alterPolicy'
      ? each.policy.roles.map((role) => ({
          role,
          policy: `${each.policy.name} of ${displayName(each.table)}`,
        }))
      : [],
  );
  const wanted = named.filter(({ role }) => !made.has(role) && !roleWords.includes(role));
  const missing = await dialect.missingRoles(driver, [...new Set(wanted.map(({ role }) => role))]);
  return missing.map((name) => {
    const policies = wanted.filter(({ role }) => role === name).map(({ policy }) => policy);
    return `There is no role ${name}, to which the policy ${policies.join(', ')} applies: the revision will fail. Make it first (op.createRole('${name}') at its beginning), or export its pgRole and set \`roles\` in the configuration.`;
  });
}

/** Types of extensions that are not there. */
async function missingTypes(
  { dialect, driver }: Database,
  operations: readonly Operation[],
): Promise<readonly string[]> {
  const types = operations.flatMap((each) => {
    if (each.kind === 'createTable') return each.table.columns.filter((column) => !column.enum);
    if (each.kind !== 'alterTable') return [];
    return each.changes.flatMap((change) => {
      if (change.kind === 'addColumn') return change.column.enum ? [] : [change.column];
      return change.kind === 'alterColumn' && change.to.type !== undefined ? [{ type: change.to.type }] : [];
    });
  });
  const enums = operations.flatMap((each) => {
    if (each.kind === 'createEnum') return [each.enum];
    return each.kind === 'renameEnum' ? [each.to] : [];
  });
  const made = new Set(enums.map(displayName));
  const missing = await dialect.missingTypes(driver, [...new Set(types.map(({ type }) => type))]);
  return missing
    .filter(({ name }) => !made.has(name))
    .map(({ name, extension }) =>
      extension === undefined
        ? `There is no type ${name}: the revision will fail. Make it first (op.execute at its beginning).`
        : `There is no type ${name}: the revision will fail. It comes with the extension ${extension}: make that first (await op.execute('create extension if not exists ${extension}') at its beginning).`,
    );
}
