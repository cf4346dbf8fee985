/**
 * merge discussion and audit
 *
 * Revision: bac4e9475433
 * Revises:  1d0ebcee017d, 6f9449ba7485
 * Created:  2026-11-20T22:13:03Z
 */

export const revision = 'bac4e9475433';
export const downRevision = ['1d0ebcee017d', '6f9449ba7485'];
export const branchLabels = null;
export const dependsOn = null;

export async function upgrade() {}

export async function downgrade() {}
