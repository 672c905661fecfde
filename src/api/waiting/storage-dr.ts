import { printable } from '../../model/printable.ts';
import type { AnyInput } from '../operation.ts';
import type { Look } from '../repeats/look-up.ts';
import type { StorageDRStatus } from '../resources/storage-dr.ts';
import type { Awaited, Judgement } from './awaited.ts';

interface Subject {
  readonly what: string;
  readonly look: Look;
}

/** The latest failover, failback or pre-provisioning is of this type, and has come to its end. */
export const moveCompleted = ({ what, look, type }: Subject & { readonly type: string }): Awaited => ({
  what,
  target: `${type} Completed`,
  look,
  judge: (shown) => judgeMove((shown as StorageDRStatus | undefined)?.compute, type),
});

function judgeMove(compute: StorageDRStatus['compute'], type: string): Judgement {
  // another one, or none: ours does not show yet
  if (compute?.storageDRType?.toUpperCase() !== type.toUpperCase()) return { is: 'not_yet', state: 'none' };
  const state = compute.storageDRState ?? '';
  if (same(state, 'Completed')) return { is: 'reached', state };
  const broken = ['Failed', 'Expired', 'Canceled'].some((word) => same(state, word));
  if (broken) return { is: 'failed', state, why: `ended its ${type} as ${state}` };
  const { completedWorkspaces: done, totalWorkspaces: total } = compute;
  const progress =
    typeof done === 'number' && typeof total === 'number' && total > 0 ? (100 * done) / total : undefined;
  return { is: 'not_yet', state, progress };
}

/** Each database that was named is replicated. */
export const databasesReplicated = ({
  what,
  look,
  input,
}: Subject & { readonly input: AnyInput }): Awaited => {
  const { databaseNames = [] } = (input['body'] ?? {}) as { readonly databaseNames?: readonly string[] };
  return {
    what,
    target: 'replication of all databases',
    look,
    judge: (shown) => judgeDatabases((shown as StorageDRStatus | undefined)?.storage ?? [], databaseNames),
  };
};

function judgeDatabases(shown: NonNullable<StorageDRStatus['storage']>, names: readonly string[]): Judgement {
  const states = new Map(shown.map((each) => [each.databaseName, each.duplicationState ?? '']));
  const broken = names.find((name) => same(states.get(name) ?? '', 'Error'));
  if (broken !== undefined)
    return { is: 'failed', state: 'Error', why: `cannot replicate database ${printable(broken)}` };
  const active = names.filter((name) => same(states.get(name) ?? '', 'Active')).length;
  const state = `${active} of ${names.length} Active`;
  return active === names.length
    ? { is: 'reached', state }
    : { is: 'not_yet', state, progress: (100 * active) / names.length };
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
