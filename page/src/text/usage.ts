import type { UsageLine } from '../../../src/daemon/view/page-api.ts';

export type UsageRow = Extract<UsageLine, { kind: 'folder' | 'file' }>;

/** What is known of a folder, while its lines come and after. */
export interface Usage {
  /** The largest first, at most `MOST_ROWS`. */
  readonly rows: readonly UsageRow[];
  /** Smaller ones that are not shown. */
  readonly left: { readonly rows: number; readonly size: number };
  readonly size: number;
  readonly files: number;
  /** What the Stage may hold, in bytes. */
  readonly quota: number | undefined;
  readonly problems: readonly string[];
  readonly isWhole: boolean;
}

/** A page with more rows is read by nobody, and slow. */
export const MOST_ROWS = 300;
const MOST_PROBLEMS = 20;

export const EMPTY_USAGE: Usage = {
  rows: [],
  left: { rows: 0, size: 0 },
  size: 0,
  files: 0,
  quota: undefined,
  problems: [],
  isWhole: false,
};

export function withLines(usage: Usage, lines: readonly UsageLine[]): Usage {
  let { size, files, quota, isWhole } = usage;
  const rows: UsageRow[] = [...usage.rows];
  const problems = [...usage.problems];
  for (const line of lines) {
    if (line.kind === 'folder' || line.kind === 'file') {
      rows.push(line);
      size += line.size;
      files += line.kind === 'folder' ? line.files : 1;
    } else if (line.kind === 'total') {
      ({ size, files, quota } = { quota: undefined, ...line });
      isWhole = true;
    } else if (problems.length < MOST_PROBLEMS)
      problems.push(line.kind === 'unknown' ? `${line.path}: ${line.message}` : line.message);
  }
  rows.sort((a, b) => b.size - a.size || (a.path < b.path ? -1 : 1));
  const out = rows.slice(MOST_ROWS);
  const left = {
    rows: usage.left.rows + out.length,
    size: usage.left.size + out.reduce((sum, row) => sum + row.size, 0),
  };
  return { rows: rows.slice(0, MOST_ROWS), left, size, files, quota, problems, isWhole };
}

/** The folders above an address, from the Stage down, each with its name and its address. */
export function wayTo(address: string): readonly { readonly name: string; readonly address: string }[] {
  const match = /^(stage:\/\/[^/]*\/)(.*)$/s.exec(address);
  if (match === null) return [];
  const [, top = '', path = ''] = match;
  const way = [{ name: top, address: top }];
  for (const name of path.split('/').filter((each) => each !== ''))
    way.push({ name, address: `${way.at(-1)!.address}${name}/` });
  return way;
}
