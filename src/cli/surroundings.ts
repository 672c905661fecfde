import { ENVIRONMENT_ONLY } from '../jobs/authority.ts';
import {
  PROCESS_GATES,
  surroundingsOf,
  type StageSurroundings,
  type Surroundings,
} from '../jobs/surroundings.ts';
import { PASS_DEFAULTS } from '../sync/pass-defaults.ts';
import type { Context } from './context.ts';
import { queueFrom, type QueueFlag } from './flags/cluster/queue-flag.ts';
import { budgetFrom } from './flags/budget-flag.ts';
import { authorityFrom, type S3Flags, type SqlFlags, type StageFlags } from './flags/authority-flags.ts';

/** The part of the surroundings that the verb and its flags decide. */
type OfVerb = Pick<Surroundings, 'command' | 'guards'> &
  Partial<Pick<Surroundings, 'dryRun' | 'observed' | 'ledgerCopy'>>;

/** The surroundings of a job that this command line starts. */
export function jobSurroundings(
  context: Context,
  flags: StageFlags & S3Flags & SqlFlags & QueueFlag,
  ofVerb: OfVerb,
): Surroundings {
  const { host, environment, stop } = context;
  return surroundingsOf({
    environment,
    folder: host.cwd,
    pid: host.pid,
    authority: authorityFrom(flags),
    queue: queueFrom(flags, environment),
    draining: stop.draining,
    signal: stop.signal,
    keepHeapSmall: () => host.keepHeapSmall(),
    collectBuffers: () => host.collectBuffers(),
    tell: (text) => context.err.line(`stagesync: ${text}`),
    ...ofVerb,
  });
}

/** The surroundings of a command that only looks, at places of any kind. */
export const lookingSurroundings = (
  context: Context,
  flags: StageFlags & S3Flags & QueueFlag,
  command: string,
): Surroundings => {
  const { maxDelete, force } = PASS_DEFAULTS;
  return jobSurroundings(context, flags, { command, guards: { maxDelete, force } });
};

/** The surroundings of a command that changes files by themselves, at places of any kind. */
export const changingSurroundings = (
  context: Context,
  flags: StageFlags & S3Flags & QueueFlag & { readonly dryRun?: true },
  command: string,
): Surroundings => ({ ...lookingSurroundings(context, flags, command), dryRun: flags.dryRun === true });

/** The surroundings of a command that only looks at a Stage. */
export const stageSurroundings = (
  { host, environment, stop, err }: Context,
  flags: StageFlags,
): StageSurroundings => ({
  environment,
  // only a token file needs the current folder, which may have been removed
  get folder() {
    return host.cwd;
  },
  authority: { ...ENVIRONMENT_ONLY, stage: authorityFrom(flags).stage, budget: budgetFrom(flags) },
  gates: PROCESS_GATES,
  draining: stop.draining,
  tell: (text) => err.line(`stagesync: ${text}`),
});
