import { ENVIRONMENT_ONLY } from '../jobs/authority.ts';
import {
  PROCESS_GATES,
  surroundingsOf,
  type StageSurroundings,
  type Surroundings,
} from '../jobs/surroundings.ts';
import type { Context } from './context.ts';
import { authorityFrom, type S3Flags, type StageFlags } from './flags/authority-flags.ts';

/** What the surroundings of a job have from the verb and its flags. */
type OfVerb = Pick<Surroundings, 'command' | 'guards'> & Partial<Pick<Surroundings, 'dryRun' | 'observed'>>;

/** What a job started from this command line runs in. */
export function jobSurroundings(context: Context, flags: StageFlags & S3Flags, ofVerb: OfVerb): Surroundings {
  const { host, environment, stop } = context;
  return surroundingsOf({
    environment,
    folder: host.cwd,
    pid: host.pid,
    authority: authorityFrom(flags),
    draining: stop.draining,
    signal: stop.signal,
    keepHeapSmall: () => host.keepHeapSmall(),
    collectBuffers: () => host.collectBuffers(),
    ...ofVerb,
  });
}

/** What a command that only looks at a Stage runs in. */
export const stageSurroundings = (
  { host, environment, stop }: Context,
  flags: StageFlags,
): StageSurroundings => ({
  environment,
  // a token file alone needs the current folder, which may have been removed
  get folder() {
    return host.cwd;
  },
  authority: { ...ENVIRONMENT_ONLY, stage: authorityFrom(flags).stage },
  gates: PROCESS_GATES,
  draining: stop.draining,
});
