import type { Command } from 'commander';

/** What aws s3 sync, rsync and rclone call it: here it is another flag, with its value where one is meant. */
const OTHER_FLAGS: ReadonlyMap<string, string> = new Map([
  ['--checksum', '--compare content'],
  ['-c', '--compare content'],
  ['--ignore-existing', '--no-overwrite'],
  ['--delete-after', '--delete'],
  ['--delete-before', '--delete'],
  ['--delete-during', '--delete'],
  ['--del', '--delete'],
  ['--exclude-from', '--filter-from'],
  ['--include-from', '--filter-from'],
  ['--files-from', '--filter-from'],
  ['--filter', '--filter-from'],
  ['--backup', '--keep-removed 7d'],
  ['--backup-dir', '--keep-removed 7d'],
  ['--copy-links', '--follow-symlinks'],
  ['-L', '--follow-symlinks'],
  ['--max-size', '--max-file-size'],
  ['--transfers', '--concurrency'],
  ['--checkers', '--concurrency'],
  ['--parallel', '--concurrency'],
  ['--tpslimit', '--max-requests-per-second'],
]);

/** What a flag is for that needs none here. */
const NOT_NEEDED: ReadonlyMap<string, string> = new Map([
  ['-r', 'folders go with all that is in them'],
  ['--recursive', 'folders go with all that is in them'],
  ['-a', 'folders go with all that is in them, and times decide what has changed'],
  ['--archive', 'folders go with all that is in them, and times decide what has changed'],
  ['--update', 'what has changed is sent in any case'],
  ['-u', 'what has changed is sent in any case'],
  ['--partial', 'a transfer that broke off is gone on with where that can be'],
]);

/** The commands that copy a place to another, as those of other tools do. */
const LIKE_OTHERS = new Set(['sync', 'watch', 'pull', 'plan']);

/** The end of the sentence on an unknown flag of a command, where another tool has it; undefined where none does. */
export function wordOnFlag(flag: string, command: Command): string | undefined {
  if (!LIKE_OTHERS.has(command.name())) return undefined;
  const other = OTHER_FLAGS.get(flag);
  if (other !== undefined && command.options.some(({ long }) => long === other.split(' ')[0]))
    return `here it is ${other}`;
  const why = NOT_NEEDED.get(flag);
  return why === undefined ? undefined : `leave it out: ${why}`;
}
