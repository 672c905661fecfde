import { printable } from '../../../model/printable.ts';

/** A setting: its name, its value now, and the value that is asked for; undefined: it is not asked for. */
export type Setting = readonly [name: string, now: unknown, wanted: unknown];

/** 'size  S-1 -> S-2' for each setting that is asked for and is another one now. */
export function differences(settings: readonly Setting[]): string[] {
  const changed = settings.filter(([, now, wanted]) => wanted !== undefined && text(now) !== text(wanted));
  const width = changed.reduce((widest, [name]) => Math.max(widest, name.length), 0);
  return changed.map(([name, now, wanted]) => `${name.padEnd(width)}  ${text(now)} -> ${text(wanted)}`);
}

function text(value: unknown): string {
  if (value === undefined || value === null || value === '') return '-';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value))
    return value.length === 0 ? '-' : value.map(String).toSorted().map(printable).join(', ');
  return printable(typeof value === 'string' ? value : JSON.stringify(value));
}
