import { randomBytes } from 'node:crypto';

/** A name for a run that no other run has, and that tells when it began (UTC): `20261126T090712-3f9ab1`. */
export function newRunId(nowMs: number): string {
  const time = new Date(nowMs).toISOString().replaceAll(/[-:]|\..*/g, '');
  return `${time}-${randomBytes(3).toString('hex')}`;
}
