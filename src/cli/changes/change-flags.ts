import { Option, type Command } from 'commander';
import { addStageFlags, type StageFlags } from '../flags/authority-flags.ts';
import { addJobFlags, type JobFlags } from '../flags/job-flags.ts';

/** The flags of a command that changes files of a Stage. */
export interface ChangeFlags extends StageFlags {
  readonly dryRun?: true;
  readonly json?: true;
  readonly quiet?: true;
}

/** The same with what the flags say of the pace. */
export type ChangeFlagsRead = ChangeFlags & { readonly job: JobFlags };

/** Declares these flags after the command's own. Returns what reads the parsed ones. */
export function addChangeFlags(command: Command): (parsed: ChangeFlags) => ChangeFlagsRead {
  command
    .option('-n, --dry-run', 'say what would be done; send no changing request')
    .option('--json', 'one object a line: planned or action, problem, and the report last')
    .addOption(new Option('-q, --quiet', 'say only what went wrong').conflicts('json'));
  return addPaceFlags(command);
}

/** The part of them that a command takes which only looks. */
export function addPaceFlags(command: Command): (parsed: ChangeFlags) => ChangeFlagsRead {
  const jobFlags = addJobFlags(command, { sections: ['pace'], without: ['bytesPerSecond', 'pageSize'] });
  addStageFlags(command);
  return (parsed) => ({ ...parsed, job: jobFlags(parsed) });
}
