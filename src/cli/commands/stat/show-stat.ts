import { parsePlace } from '../../../jobs/addresses.ts';
import { listPlace } from '../../../jobs/ends/list-place.ts';
import { openFile } from '../../../jobs/ends/open-file.ts';
import { checkBucketFlags } from '../../../jobs/ends/open-place.ts';
import { printable } from '../../../model/printable.ts';
import type { Context } from '../../context.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import type { S3Flags, StageFlags } from '../../flags/authority-flags.ts';
import { bytes, count } from '../../output/quantities.ts';
import { shownTime } from '../../output/times.ts';
import { lookingSurroundings } from '../../surroundings.ts';

/** The flags of `stagesync stat`. */
export interface StatFlags extends StageFlags, S3Flags {
  readonly json?: true;
}

/** `stagesync stat`. A folder with something in it that cannot be told makes the status 3. */
export async function showStat(context: Context, text: string, flags: StatFlags): Promise<ExitStatus> {
  const { host, out, err } = context;
  const address = parsePlace(text, 'ADDRESS', host.cwd);
  const around = lookingSurroundings(context, flags, 'stat');
  checkBucketFlags([address], around, 'ADDRESS is not');
  await using opened = new AsyncDisposableStack();
  const isTerminal = host.stdout.isTTY === true && flags.json !== true;
  const show = (facts: Readonly<Record<string, string | number | null>>): void => {
    if (flags.json === true) out.line(JSON.stringify({ address: text, ...facts }));
    else
      for (const [name, value] of Object.entries(facts))
        out.line(`${name.padEnd(9)} ${factText(name, value)}`);
  };
  const file = await openFile(opened, address, around);
  if (file !== undefined) {
    const { size, modifiedMs } = file.entry;
    show({
      kind: 'file',
      size,
      modified: modifiedMs === undefined ? null : shownTime(modifiedMs, { isTerminal }),
    });
    return EXIT.clean;
  }
  const found = { kind: 'folder', files: 0, folders: 0, size: 0 };
  let status: ExitStatus = EXIT.clean;
  for await (const entries of listPlace(opened, address, around, { recursive: false, text }))
    for (const entry of entries) {
      if (entry.kind === 'unknown') {
        if (entry.problem.severity === 'failure') status = EXIT.failures;
        err.line(`stagesync: ${printable(entry.path)}: ${printable(entry.problem.message)}`);
        continue;
      }
      found[entry.kind === 'file' ? 'files' : 'folders']++;
      if (entry.kind === 'file') found.size += entry.size;
    }
  show(found);
  return status;
}

function factText(name: string, value: string | number | null): string {
  if (value === null) return '-';
  if (typeof value === 'string') return value;
  return name === 'size' ? `${count(value)} bytes (${bytes(value)})` : count(value);
}
