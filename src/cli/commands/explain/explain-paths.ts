import { statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { inspectLedger, knownPairs } from '../../../sync/ledger/known-pairs.ts';
import type { KnownPair } from '../../../sync/ledger/known-pairs.ts';
import type { Context } from '../../context.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { reasonText } from '../../output/action-text.ts';
import { transferWords } from '../../../model/transfer-words.ts';
import { counted } from '../../output/quantities.ts';
import { realPath } from '../../../jobs/real-path.ts';
import { shellWord } from '../../output/shell-word.ts';
import { shownTime } from '../../output/times.ts';
import { recordedTime, unusableLedger } from '../../output/recorded-values.ts';
import { printable } from '../../../model/printable.ts';

export interface ExplainFlags {
  readonly json?: true;
}

/** `stagesync explain`. Exit status 3 when some path is in no ledger, 2 when a ledger cannot be read. */
export function explainPaths(
  context: Context,
  paths: readonly string[],
  flags: ExplainFlags,
): Promise<ExitStatus> {
  const { pairs: known, unusable } = knownPairs(context.environment.stateFolder);
  const [first = '', ...rest] = paths;
  // a job by its name, and paths within it; a path of that name is written ./NAME
  const ofJob = rest.length === 0 ? [] : known.filter(({ job }) => job === first);
  const pairs = ofJob.length === 0 ? known : ofJob;
  // one entry for each ledger: its trouble is said once, however many paths were asked for
  const troubles = new Map(unusable.map((error) => [error.message, error.message]));
  let unknown = false;
  const isTerminal = context.host.stdout.isTTY === true;
  for (const text of ofJob.length === 0 ? paths : rest) {
    const found = pairs.flatMap((pair) => {
      const path = (ofJob.length === 0 ? undefined : inJob(text)) ?? within(pair, text, context.host.cwd);
      if (path === undefined) return [];
      try {
        return explained(pair, path);
      } catch (error) {
        troubles.set(pair.file, unusableLedger(error, pair).message);
        return [];
      }
    });
    if (found.length === 0 && troubles.size === 0) {
      unknown = true;
      context.err.line(`stagesync: ${printable(text)}: ${whyUnknown(text, pairs)}`);
    }
    for (const each of found)
      context.out.line(flags.json ? JSON.stringify(each) : inWords(each, { isTerminal }));
  }
  for (const message of troubles.values()) context.err.line(`stagesync: ${printable(message)}`);
  return Promise.resolve(troubles.size > 0 ? EXIT.usage : unknown ? EXIT.failures : EXIT.clean);
}

function whyUnknown(text: string, pairs: readonly KnownPair[]): string {
  if (pairs.length === 0) return 'nothing has been synced from here yet';
  return pairs.some(({ job }) => job === text)
    ? `this is a job: add paths within it, as in "stagesync explain ${shellWord(text)} a.csv"`
    : 'no run has decided about it';
}

interface Explained {
  readonly path: string;
  readonly source: string;
  readonly destination: string;
  readonly decision: string;
  readonly reason: string;
  /** ISO 8601: when that run began. */
  readonly at: string;
  readonly size?: number;
  /** How far it is on its way to a table, where that is known. */
  readonly table?: 'loaded' | 'not_loaded';
  /** Its name at the destination, where that is another one. */
  readonly name?: string;
}

function explained(pair: KnownPair, asked: string): Explained[] {
  const ledger = inspectLedger(pair);
  try {
    // a name at the destination may stand for another path
    const meant = ledger.names.at(asked);
    const path = meant?.state === 'present' ? meant.path : asked;
    const last = ledger.explain(path);
    if (last === undefined) return [];
    const other = ledger.names.of(path)?.name;
    const name = other === undefined ? {} : { name: other };
    const { source, destination } = pair;
    const at = recordedTime(last.startedMs, pair);
    const size = last.row === undefined ? {} : { size: last.row.size };
    const table = last.table === undefined ? {} : { table: last.table };
    const { kind: decision, reason } = last;
    return [{ path, source, destination, decision, reason, at, ...size, ...table, ...name }];
  } finally {
    ledger.close();
  }
}

const IN_TABLE = { loaded: ', loaded', not_loaded: ', not loaded yet' } as const;

const inWords = (
  { path, source, destination, decision, reason, at, size, table, name }: Explained,
  terminal: { readonly isTerminal: boolean },
): string =>
  `${printable(path)}: ${decision} (${reasonText(reason, transferWords(destination))})${name === undefined ? '' : `, there as ${printable(name)}`}${size === undefined ? '' : `, ${counted(size, 'byte')}`}${table === undefined ? '' : IN_TABLE[table]}, run of ${shownTime(Date.parse(at), terminal)}\n  ${printable(source)} -> ${printable(destination)}`;

/** A path as it stands within a job, or undefined for an address and an absolute path. */
const inJob = (text: string): string | undefined =>
  text.includes('://') || text.startsWith('/') ? undefined : text.replace(/^\.\//, '');

/** The path relative to the pair, when it lies within its source or its destination. */
function within(pair: KnownPair, text: string, cwd: string): string | undefined {
  if (text.includes('://')) return below(pair.destination, text) ?? below(pair.source, text);
  const path = resolve(cwd, text);
  const folder = text.endsWith('/') || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const end = folder ? '/' : '';
  for (let top = path; ; top = dirname(top)) {
    // the path itself and each folder above it can be another name of the directory, which is either end of the pair
    const named = `${top === path ? path : join(realPath(top), relative(top, path))}${end}`;
    const found = below(pair.source, named) ?? below(pair.destination, named);
    if (found !== undefined || top === dirname(top)) return found;
  }
}

function below(root: string, path: string): string | undefined {
  const top = root.endsWith('/') ? root : `${root}/`;
  return path.startsWith(top) && path.length > top.length ? path.slice(top.length) : undefined;
}
