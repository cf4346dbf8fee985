import { displayName } from '../../catalog/index.js';
import type { Dialect } from '../dialect.js';
import { assertBackup, backup, backupEnding, canRestore, restore, rowsOfBackup } from './backup.js';
import { bindable } from './bindable.js';
import { compile, needsCatalog, placeholder, scriptFrame, scriptRefusal } from './compile.js';
import { sessionStart } from './connections/connection.js';
import { currentSchema } from './current-schema.js';
import { database } from './database.js';
import { connect } from './driver.js';
import { dropAll, droppable } from './drop-all.js';
import { missingTypes } from './extension-names.js';
import { identify } from './identity.js';
import { hasTable, inspect } from './inspect.js';
import { lease, lockBetween, runnerLock } from './lock.js';
import { blockers, gaveUpWaiting } from './lock-waits.js';
import { probeLone, refusedInTransaction, standing } from './lone.js';
import { normalize } from './normalize.js';
import { placeholdersIn } from './placeholders.js';
import { boundLiteral, identifier, literal } from './quote.js';
import { missingRoles } from './roles.js';
import { rowKey, rowKeyOf } from './row-key.js';
import { rules } from './rules.js';
import { leftInSession, rememberedInSession } from './session-traces.js';
import { databaseSize } from './size.js';
import { statementsIn, terminated } from './statements.js';

/** PostgreSQL 14 to 18, by the user's own postgres.js, or PGlite. */
export const postgres: Dialect = {
  name: 'postgres',
  rules,
  capabilities: { schemas: true, enums: true, sequences: true, lengths: true, nullsOrder: true },
  connect,
  inspect,
  hasTable,
  currentSchema,
  tableKey: displayName,
  rowKey,
  rowKeyOf,
  missingRoles,
  missingTypes,
  databaseSize,
  identify,
  normalize,
  needsCatalog,
  needsForeignKeysOff: () => false,
  compile,
  identifier,
  literal,
  boundLiteral,
  bindable,
  // Without a type a literal has that of the key beside it.
  keys: { text: (expression) => `${expression}::text`, literal },
  placeholder,
  placeholdersIn,
  statementsIn,
  terminated,
  scriptStart: sessionStart,
  scriptFrame,
  scriptRefusal,
  runnerLock,
  lockBetween,
  lease,
  gaveUpWaiting,
  blockers,
  standing,
  refusedInTransaction,
  probeLone,
  leftInSession,
  rememberedInSession,
  backupEnding,
  assertBackup,
  canRestore,
  backup,
  rowsOfBackup,
  restore,
  droppable,
  dropAll,
  database,
};
