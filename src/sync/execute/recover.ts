import type { Problem } from '../../model/entry.ts';
import { isSyncError, messageOf } from '../../model/errors.ts';
import type { RelPath } from '../../model/path.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { StoredIntent } from '../ledger/intent.ts';
import type { Remote } from './remote.ts';
import { finishDetour } from './replace.ts';

export interface RecoverOptions {
  readonly remote: Remote;
  readonly ledger: Ledger;
  readonly onProblem: (path: RelPath, problem: Problem) => void;
}

/**
 * Settles what an earlier run had begun when it died: only those paths are looked at, mostly one request each. What
 * turns out done is recorded as if that run had lived; what does not is left for the pass to plan anew.
 */
export async function recoverIntents(options: RecoverOptions): Promise<number> {
  const intents = options.ledger.intents();
  // a move within a cycle is begun after the cycle and settled before it; all else is independent
  const moves = intents.filter((intent) => intent.op === 'move').reverse();
  for (const intent of moves) await settle(intent, options);
  const others = intents.filter((intent) => intent.op === 'put' || intent.op === 'remove');
  await Promise.all(
    [...Map.groupBy(others, (intent) => intent.path).values()].map(async (ofOnePath) => {
      for (const intent of ofOnePath) await settle(intent, options, ofOnePath.length > 1);
    }),
  );
  // what waits in a hidden folder has come out of it by now
  for (const intent of intents) if (intent.op === 'staging') await settle(intent, options);
  return intents.length;
}

/** `contested`: several changes of one path were begun, and their files may be of one size. */
async function settle(intent: StoredIntent, options: RecoverOptions, contested = false): Promise<void> {
  const { ledger, onProblem } = options;
  let outcome: Outcome;
  try {
    outcome = await OUTCOMES[intent.op](intent, options, contested);
  } catch (error) {
    // one path that Stage cannot speak of must not keep all others from being synced
    if (!isSyncError(error) || error.verdict !== 'skip_entry') throw error;
    onProblem(intent.path, {
      code: 'in_doubt',
      severity: 'warning',
      message: `what an earlier run began here could not be settled; the next run looks again: ${messageOf(error)}`,
    });
    return;
  }
  ledger.transaction(() => {
    outcome?.();
    ledger.dropIntent(intent.id);
  });
}

type Outcome = (() => void) | undefined;

const OUTCOMES: Record<
  StoredIntent['op'],
  (intent: StoredIntent, options: RecoverOptions, contested: boolean) => Promise<Outcome>
> = {
  put: settlePut,
  move: settleMove,
  remove: settleRemove,
  staging: settleStaging,
};

async function settlePut(
  intent: StoredIntent,
  { remote, ledger }: RecoverOptions,
  contested: boolean,
): Promise<Outcome> {
  const final = remote.root + intent.path;
  if (intent.via !== undefined && intent.aside !== undefined) {
    const end = await finishDetour(remote, final, { via: intent.via, aside: intent.aside });
    // where there was nothing before, what is there now came by an earlier attempt that went straight to its name
    if (end === 'withdrawn' && intent.beforeSize !== undefined) return undefined;
  }
  const shown = await remote.stat(final);
  if (shown === undefined || shown.size !== intent.size) return undefined;
  // the file that was there before, of the same size and unchanged, is not ours
  const before = intent.beforeSize !== undefined;
  if (before && intent.beforeSize === shown.size && intent.beforeModifiedMs === shown.modifiedMs)
    return undefined;
  return () =>
    ledger.put(
      {
        path: intent.path,
        size: intent.size!,
        // ours, but of no version that can be told: what the source has is uploaded
        version: contested ? '' : (intent.version ?? ''),
        identity: contested ? undefined : intent.identity,
        digest: undefined,
        stageModifiedMs: shown.modifiedMs,
        pending: false,
      },
      intent.reason,
    );
}

async function settleMove(intent: StoredIntent, options: RecoverOptions): Promise<Outcome> {
  const { remote, ledger, onProblem } = options;
  const from = remote.root + intent.path;
  const to = remote.root + intent.to!;
  const via = intent.via;
  const aside = via?.slice(remote.root.length);
  if (via !== undefined && aside !== undefined && (await exists(remote, via))) {
    // a cycle stopped half way: its first member waits under another name
    const held = ledger.get(aside) === undefined ? intent.path : aside;
    if (!(await exists(remote, to))) {
      await remote.move(via, to);
      return () => ledger.rename(held, intent.to!);
    }
    if (!(await exists(remote, from))) {
      await remote.move(via, from);
      return held === intent.path ? undefined : () => ledger.rename(held, intent.path);
    }
    onProblem(aside, {
      code: 'left_aside',
      severity: 'warning',
      message:
        'left on Stage by an interrupted move, and both its names are taken; remove it by hand once its content is safe',
    });
    return undefined;
  }
  if (aside !== undefined && ledger.get(aside) !== undefined) {
    // its last step worked, and only that was not written
    return () => ledger.rename(aside, intent.to!);
  }
  if ((await exists(remote, to)) && !(await exists(remote, from)) && ledger.get(intent.path) !== undefined) {
    return () => ledger.rename(intent.path, intent.to!);
  }
  return undefined;
}

async function settleRemove(intent: StoredIntent, { remote, ledger }: RecoverOptions): Promise<Outcome> {
  if (await exists(remote, remote.root + intent.path)) return undefined;
  return () => (intent.path.endsWith('/') ? ledger.forgetFolder(intent.path) : ledger.forget(intent.path));
}

async function settleStaging(intent: StoredIntent, { remote }: RecoverOptions): Promise<Outcome> {
  await remote.remove(intent.via!);
  return undefined;
}

const exists = async (remote: Remote, path: RelPath): Promise<boolean> =>
  (await (path.endsWith('/') ? remote.list(path) : remote.stat(path))) !== undefined;
