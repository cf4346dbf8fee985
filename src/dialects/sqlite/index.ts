/** SQLite, by the user's own better-sqlite3. */

import type { Dialect } from '../dialect.js';
import { assertBackup, backup, backupEnding, canRestore, restore, rowsOfBackup } from './backup.js';
import { bindable } from './bindable.js';
import { compile, needsCatalog, needsForeignKeysOff } from './compile.js';
import { connect } from './connect.js';
import { database } from './database.js';
import { dropAll, droppable } from './drop-all.js';
import { identify } from './identity.js';
import { hasTable, inspect } from './inspect.js';
import { lockBetween, runnerLock } from './lock.js';
import { probeLone, refusedInTransaction, standing } from './lone.js';
import { normalize } from './normalize.js';
import { placeholdersIn } from './placeholders.js';
import { keys, quoteIdentifier, quoteLiteral } from './quote.js';
import { rowKey, rowKeyOf } from './row-key.js';
import { rules } from './rules.js';
import { scriptFrame, scriptRefusal } from './script-frame.js';
import { leftInSession } from './session-traces.js';
import { databaseSize } from './size.js';
import { statementsIn, terminated } from './statements.js';
import { tableKey } from './table-key.js';

export const sqlite: Dialect = {
  name: 'sqlite',
  capabilities: { schemas: false, enums: false, sequences: false, lengths: false, nullsOrder: false },
  connect,
  inspect,
  hasTable,
  currentSchema: async () => null,
  tableKey,
  rowKey,
  rowKeyOf,
  missingRoles: async () => [],
  missingTypes: async () => [],
  databaseSize,
  identify,
  normalize,
  needsCatalog,
  needsForeignKeysOff,
  compile,
  identifier: quoteIdentifier,
  literal: quoteLiteral,
  // A bare number is what a bound one is.
  boundLiteral: quoteLiteral,
  bindable,
  keys,
  placeholder: () => '?',
  placeholdersIn,
  statementsIn,
  terminated,
  scriptStart: [],
  scriptFrame,
  scriptRefusal,
  rules,
  runnerLock,
  lockBetween,
  // Its writers wait for each other before they begin.
  gaveUpWaiting: () => null,
  blockers: async () => [],
  standing,
  refusedInTransaction,
  probeLone,
  leftInSession,
  rememberedInSession: () => [],
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
