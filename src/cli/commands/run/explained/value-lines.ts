import type { Origin } from '../../../../jobs-file/compose/origins.ts';
import { printable } from '../../../../model/printable.ts';
import type { ExplainedValue } from './explained-value.ts';

/** The values of a job for people; `file`: its file, as lines of it are named. */
export function valueLines(job: string, values: readonly ExplainedValue[], file: string): string[] {
  const texts = values.map(
    ({ name, value, origin }) => [name, valueText(value), originText(origin, file)] as const,
  );
  const names = Math.max(...texts.map(([name]) => name.length));
  const widest = Math.min(40, Math.max(...texts.map(([, value]) => value.length)));
  return [
    printable(job),
    ...texts.map(([name, value, origin]) => `  ${name.padEnd(names)}  ${value.padEnd(widest)}  ${origin}`),
  ];
}

const valueText = (value: unknown): string =>
  printable(typeof value === 'string' ? value : JSON.stringify(value));

function originText(origin: Origin, file: string): string {
  switch (origin.kind) {
    case 'default':
      return 'default';
    case 'flag':
      return 'command line';
    case 'environment':
      return `environment, ${origin.variable}`;
    case 'defaults':
    case 'job':
    case 'profile': {
      const made = origin.variables.length === 0 ? '' : `, with ${origin.variables.join(' and ')}`;
      const part =
        origin.kind === 'job' ? '' : `, ${origin.kind === 'defaults' ? 'for all jobs' : 'of the profile'}`;
      return `${printable(file)}:${origin.line}${part}${made}`;
    }
    default:
      return origin satisfies never;
  }
}
