import type { Finding } from '../../../doctor/check.ts';
import type { Examined } from '../../../doctor/examine.ts';
import { printable } from '../../../model/printable.ts';
import type { Context } from '../../context.ts';
import { wrapped } from '../../help/wrap.ts';
import { styled, terminalOf, type Terminal } from '../../process/terminal.ts';

type Level = Finding['level'];

/** How a level looks; the word tells it without the colour. */
const LOOKS: Readonly<
  Record<Level, { readonly word: string; readonly colour: 'green' | 'yellow' | 'red' | 'dim' }>
> = {
  ok: { word: 'ok', colour: 'green' },
  skipped: { word: '-', colour: 'dim' },
  warning: { word: 'warning', colour: 'yellow' },
  failed: { word: 'failed', colour: 'red' },
};

const WORD = 9;
const NAME = 14;

export interface FindingPrinter {
  print(examined: Examined): void;
  end(all: readonly Examined[]): void;
}

/** Text for a person, or one object a finding. */
export function findingPrinter(
  { host, out }: Pick<Context, 'host' | 'out'>,
  { json }: { readonly json: boolean },
): FindingPrinter {
  if (json)
    return {
      print({ name, findings }) {
        for (const finding of findings)
          out.line(JSON.stringify({ type: 'finding', check: name, ...finding }));
      },
      end: (all) => out.line(JSON.stringify({ type: 'summary', ...countsOf(all) })),
    };
  const terminal = terminalOf(host.env, host.stdout);
  return {
    print({ name, findings }) {
      for (const finding of findings) for (const line of linesOf(name, finding, terminal)) out.line(line);
    },
    end: (all) => out.line(summaryOf(all)),
  };
}

function linesOf(name: string, finding: Finding, terminal: Terminal): string[] {
  const { word, colour } = LOOKS[finding.level];
  const isNarrow = terminal.width < 60;
  const indent = ' '.repeat(isNarrow ? WORD : WORD + NAME);
  const width = terminal.width - indent.length;
  const [first = '', ...rest] = wrapped(printable(finding.message), width);
  const head = `${styled(terminal, colour, word)}${' '.repeat(WORD - word.length)}`;
  const lines = isNarrow
    ? [`${head}${name}`, ...[first, ...rest].map((line) => `${indent}${line}`)]
    : [`${head}${name.padEnd(NAME)}${first}`, ...rest.map((line) => `${indent}${line}`)];
  const wayOut = 'wayOut' in finding ? finding.wayOut : undefined;
  if (wayOut === undefined) return lines;
  const way = wrapped(printable(wayOut), width - 3);
  return [...lines, ...way.map((line, at) => `${indent}${at === 0 ? '-> ' : '   '}${line}`)];
}

interface Counts {
  readonly ok: number;
  readonly warnings: number;
  readonly failed: number;
}

function countsOf(all: readonly Examined[]): Counts {
  const count = (level: Level): number =>
    all.reduce((sum, { findings }) => sum + findings.filter((each) => each.level === level).length, 0);
  return { ok: count('ok'), warnings: count('warning'), failed: count('failed') };
}

function summaryOf(all: readonly Examined[]): string {
  const { warnings, failed } = countsOf(all);
  if (failed === 0 && warnings === 0) return 'Everything that was tried works';
  const parts = [
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(warnings > 0 ? [`${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`] : []),
  ];
  return parts.join(', ');
}
