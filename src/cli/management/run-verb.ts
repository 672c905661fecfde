import { openManagementApi } from '../../jobs/ends/open-management-api.ts';
import type { StageSurroundings } from '../../jobs/surroundings.ts';
import type { Context } from '../context.ts';
import type { ExitStatus } from '../exit-status.ts';
import type { Noun, Verb } from './noun.ts';
import type { Run } from './run.ts';
import type { SharedFlags } from './run.ts';

export interface RunVerbOptions {
  readonly context: Context;
  readonly noun: Noun;
  readonly verb: Verb;
  readonly args: readonly string[];
  /** The command line as it was typed. */
  readonly words: readonly string[];
  readonly flags: SharedFlags;
  readonly around: StageSurroundings;
}

/** Does what a verb says, with the API open as long as that takes. Resolves with the exit status. */
export async function runVerb(options: RunVerbOptions): Promise<ExitStatus> {
  const { context, noun, verb, args, words, flags, around } = options;
  const work = await verb.work();
  await using api = await openManagementApi(around, { local: flags.local === true });
  const { host, out, err, stop } = context;
  const command = `${noun.name} ${verb.name}`;
  const run: Run = { api, args, words, flags, command, host, out, err, draining: stop.draining };
  return await work(run as Run<never>);
}
