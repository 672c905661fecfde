import type { CopyResult, CopySummary } from '../../../files/copy/copy-step.ts';
import type { EventListener } from '../../../model/events.ts';
import { messageWithPath } from '../../../model/errors.ts';
import { printable } from '../../../model/printable.ts';
import type { Context } from '../../context.ts';
import { canBeLive } from '../../output/live/can-be-live.ts';
import { bytes, count, counted, duration } from '../../output/quantities.ts';

export interface CopyOutput {
  readonly onResult: (result: CopyResult) => void;
  readonly onBytes: (from: string, bytes: number) => void;
  readonly onEvent: EventListener;
  /** Says what came of it. */
  finish(summary: CopySummary): void;
  /** Takes the live display away. */
  close(): void;
}

interface Shown {
  readonly json?: true;
  readonly quiet?: true;
  readonly verbose?: true;
  readonly progress: boolean;
  readonly dryRun?: true;
}

/** How a copy is shown. `renamed`: a file that is shown under another name, as stdin is. */
export async function openCopyOutput(
  context: Context,
  flags: Shown,
  renamed?: { readonly path: string; readonly shown: string },
): Promise<CopyOutput> {
  const { host, out, err } = context;
  const live = canBeLive(context, flags)
    ? new (await import('./copy-progress.ts')).CopyProgress(host.stderr, Date.now)
    : undefined;
  const restore = live && err.divert((line) => live.above(line));
  const onTerminal = host.stdout.isTTY === true;
  const say = (line: string): void => {
    if (live !== undefined && onTerminal) live.above(line);
    else out.line(line);
  };
  const isQuiet = flags.quiet === true || flags.json === true;
  let isOver = false;
  const close = (): void => {
    if (isOver) return;
    isOver = true;
    live?.stop();
    restore?.();
  };
  return {
    onResult(given) {
      const result = given.from === renamed?.path ? { ...given, from: renamed.shown } : given;
      live?.ended(result);
      if (flags.json === true) say(JSON.stringify(jsonOf(result)));
      const line = troubleLine(result);
      if (line !== undefined) err.line(line);
      else if (!isQuiet && (flags.verbose === true || flags.dryRun === true)) say(doneLine(result));
    },
    onBytes: (from, many) => live?.read(from, many),
    onEvent(event) {
      if (event.type === 'retry' && flags.verbose === true)
        err.line(
          `retry: ${event.operation} ${printable(event.path)}, attempt ${event.attempt} in ${duration(event.waitMs)}: ${printable(event.error.message)}`,
        );
    },
    finish(summary) {
      close();
      if (flags.json === true)
        out.line(JSON.stringify({ kind: 'summary', dryRun: flags.dryRun === true, ...summary }));
      else if (!isQuiet) out.line(summaryLine(summary, flags));
    },
    close,
  };
}

/** The problem of a failure stands beside the rest. */
function jsonOf(result: CopyResult): object {
  if (result.kind !== 'failed') return result;
  const { problem, ...rest } = result;
  return { ...rest, ...problem };
}

/** What goes to stderr; undefined for what went well. */
function troubleLine(result: CopyResult): string | undefined {
  const from = printable(result.from);
  if (result.kind === 'kept')
    return `stagesync: ${from}: not copied: ${printable(result.to)} is another file (${sizes(result)}); --overwrite replaces it`;
  if (result.kind !== 'failed') return undefined;
  const { severity, message } = result.problem;
  return `stagesync: ${severity === 'warning' ? 'warning: ' : ''}${messageWithPath(result.from, printable(message))}`;
}

const sizes = ({ size, sizeThere }: Extract<CopyResult, { kind: 'kept' }>): string =>
  size === sizeThere ? 'of the same size' : `${counted(sizeThere, 'byte')}, not ${count(size)}`;

function doneLine(result: CopyResult): string {
  const [from, to] = [printable(result.from), printable(result.to ?? '')];
  switch (result.kind) {
    case 'copied':
    case 'would_copy': {
      const verb = result.kind === 'copied' ? 'copied' : 'would copy';
      return `${verb} ${from} -> ${to}  (${bytes(result.size)}${result.replaced ? ', replaces another file' : ''})`;
    }
    case 'same':
      return `already there: ${from} -> ${to}`;
    default:
      return `${from}: not copied`;
  }
}

function summaryLine(summary: CopySummary, { dryRun }: Shown): string {
  const { copied, same, kept, failed, leftOut } = summary;
  const others = [
    same > 0 && `${count(same)} already there`,
    kept > 0 && `${count(kept)} kept, ${kept === 1 ? 'as it differs' : 'as they differ'}`,
    failed > 0 && `${count(failed)} failed`,
    leftOut > 0 && `${count(leftOut)} left out`,
  ].filter((part) => part !== false);
  const verb = dryRun === true ? 'would copy' : 'copied';
  const what =
    copied === 0 && others.length > 0 ? 'nothing' : `${counted(copied, 'file')} (${bytes(summary.bytes)})`;
  const end = summary.isInterrupted ? '; stopped before the end: run it again to go on' : '';
  return [`${verb} ${what}`, ...others].join(', ') + end;
}
