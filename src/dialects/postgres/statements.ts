import { sqlStatements } from '../../catalog/index.js';
import type { Compiler } from '../dialect.js';

export const statementsIn: Compiler['statementsIn'] = (sql) =>
  sqlStatements(sql).map((pieces) => pieces.map(({ text }) => text).join(' '));
