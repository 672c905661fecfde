import type { Finding } from '../../../check/finding.ts';
import { mostThatMayDiffer } from '../../../check/sample.ts';
import type { CheckResult } from '../../../jobs/check.ts';
import { printable } from '../../../model/printable.ts';
import { bytes, count, counted } from '../../output/quantities.ts';

/** One finding on one line. */
export function findingLine(finding: Finding): string {
  const path = printable(finding.path);
  switch (finding.kind) {
    case 'missing':
    case 'extra':
      return `${finding.kind.padEnd(8)} ${path}  (${counted(finding.size, 'byte')})`;
    case 'differ':
      return `${'differ'.padEnd(8)} ${path}  (${differenceOf(finding)})`;
    case 'unclear': {
      const { side, problem } = finding;
      return `${path}${side === undefined ? '' : ` in ${side.toUpperCase()}`}: ${printable(problem.message)}`;
    }
    default:
      return finding satisfies never;
  }
}

const differenceOf = ({ sizeA, sizeB, offset }: Extract<Finding, { kind: 'differ' }>): string =>
  offset === undefined
    ? `${counted(sizeA, 'byte')} in A, ${count(sizeB)} in B`
    : `${counted(sizeA, 'byte')}; byte ${count(offset)} is the first that differs`;

/** What came of the check, and what it proves. */
export function summaryLines(
  result: CheckResult,
  { content, sample }: { readonly content?: true; readonly sample?: number },
): string[] {
  const { equal, differ, missing, extra, unclear, notCompared } = result;
  const differing = [
    differ > 0 && `${count(differ)} differ`,
    missing > 0 && `${count(missing)} missing in B`,
    extra > 0 && `${count(extra)} only in B`,
  ].filter((part) => part !== false);
  const by = content === true ? 'names, sizes and content' : 'names and sizes';
  const unsure =
    unclear === 0 ? '' : `; ${counted(unclear, 'place')} could not be compared${below(notCompared)}`;
  const verdict =
    differing.length > 0
      ? `the places differ: ${differing.join(', ')}, ${count(equal)} equal`
      : `${counted(equal, 'file')} equal by ${by}`;
  return [verdict + unsure, ...(sample === undefined ? [] : [sampleLine(result, sample)])];
}

const below = (notCompared: number): string =>
  notCompared === 0 ? '' : `, with ${counted(notCompared, 'file')} of the other side`;

/** Says what a sample proves, and how to draw it again. */
function sampleLine(result: CheckResult, percent: number): string {
  const { read, readBytes, seed } = result;
  const differing = result.contentDiffers;
  const of = result.equal + differing;
  const begin = `sample of ${percent}%: ${count(read)} of ${counted(of, 'file')} of equal size read (${bytes(readBytes)}), seed ${seed}`;
  if (read === 0) return `${begin}; that says nothing of the contents`;
  if (differing > 0)
    return `${begin}; ${count(differing)} of those read ${differing === 1 ? 'differs' : 'differ'}`;
  const most = mostThatMayDiffer(read, of);
  if (most === 0) return `${begin}; all were read, and their contents are equal`;
  return `${begin}; their contents are equal, so that with a confidence of 95% less than ${share(most)} of all differ`;
}

/** Rounded up: what is proven must not sound like more than it is. */
const share = (part: number): string => {
  const percent = part * 100;
  const digits = percent >= 1 ? 1 : percent >= 0.01 ? 3 : 5;
  return `${(Math.ceil(percent * 10 ** digits) / 10 ** digits).toFixed(digits)}%`;
};
