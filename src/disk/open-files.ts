import { readFileSync } from 'node:fs';

/** How many files and sockets this process may have open; undefined where the system does not tell. */
export function openFileLimit(): number | undefined {
  let limits: string;
  try {
    limits = readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return undefined;
  }
  return parseOpenFileLimit(limits);
}

/** Of the text of /proc/self/limits. */
export function parseOpenFileLimit(limits: string): number | undefined {
  const [, soft] = /^Max open files\s+(\d+)\s/m.exec(limits) ?? [];
  return soft === undefined ? undefined : Number(soft);
}
