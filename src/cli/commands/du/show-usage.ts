import { parsePlace } from '../../../jobs/addresses.ts';
import { listPlace } from '../../../jobs/ends/list-place.ts';
import { printable } from '../../../model/printable.ts';
import type { Context } from '../../context.ts';
import type { JobFlags } from '../../flags/job-flags.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import type { S3Flags, StageFlags } from '../../flags/authority-flags.ts';
import { bytes, counted } from '../../output/quantities.ts';
import { lookingSurroundings } from '../../surroundings.ts';
import { FolderSums, type FolderSum } from '../../../remote/folder-sums.ts';

/** The flags of `stagesync du`. */
export interface DuFlags extends StageFlags, S3Flags {
  readonly depth: number;
  /** Bytes. */
  readonly quota?: number;
  readonly bytes?: true;
  readonly json?: true;
}

/** `stagesync du`. What cannot be listed is told, is in no sum, and makes the status 3. */
export async function showUsage(
  context: Context,
  text: string,
  flags: DuFlags & { readonly job: JobFlags },
): Promise<ExitStatus> {
  const { host, out, err } = context;
  const around = lookingSurroundings(context, flags, 'du');
  const { concurrency, maxWait: maxWaitMs } = flags.job.pace;
  const sums = new FolderSums(flags.depth);
  const forPeople = host.stdout.isTTY === true && flags.bytes !== true;
  const show = (ended: readonly FolderSum[]): void => {
    for (const sum of ended)
      if (flags.json === true) out.line(jsonLine(sum, flags));
      else for (const line of textLines(sum, { forPeople, quota: flags.quota })) out.line(line);
  };
  let status: ExitStatus = EXIT.clean;
  await using opened = new AsyncDisposableStack();
  const address = parsePlace(text, 'ADDRESS', host.cwd);
  for await (const entries of listPlace(opened, address, around, {
    recursive: true,
    text,
    concurrency,
    maxWaitMs,
  })) {
    for (const entry of entries) {
      if (entry.kind !== 'unknown') {
        show(sums.add(entry));
        continue;
      }
      if (entry.problem.severity === 'failure') status = EXIT.failures;
      err.line(`stagesync: ${printable(entry.path)}: ${printable(entry.problem.message)}`);
    }
    if (out.closed) return EXIT.interrupted;
  }
  show(sums.end());
  return status;
}

function textLines(
  { path, files, size }: FolderSum,
  { forPeople, quota }: { readonly forPeople: boolean; readonly quota: number | undefined },
): string[] {
  const sizeText = (amount: number): string => (forPeople ? bytes(amount) : String(amount));
  const name = path === '' ? '.' : printable(path);
  const line = `${sizeText(size).padStart(14)}  ${counted(files, 'file').padStart(14)}  ${name}`;
  if (path !== '' || quota === undefined) return [line];
  return [line, `${percent(size, quota)}% of ${sizeText(quota)}`];
}

/** With one decimal. */
const percent = (size: number, quota: number): number => Math.round((size / quota) * 1000) / 10;

const jsonLine = ({ path, files, size }: FolderSum, { quota }: Pick<DuFlags, 'quota'>): string =>
  JSON.stringify(
    path === ''
      ? { kind: 'total', files, size, ...(quota !== undefined && { quota, percent: percent(size, quota) }) }
      : { kind: 'folder', path, files, size },
  );
