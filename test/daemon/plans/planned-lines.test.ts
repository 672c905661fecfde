import { expect, onTestFinished, test } from 'vitest';
import { PlannedLines } from '../../../src/daemon/plans/planned-lines.ts';
import type { PlanLine } from '../../../src/model/plan.ts';

/** Names longer and shorter than what is read at once, with characters of several bytes. */
const line = (at: number): PlanLine => ({
  kind: 'upload',
  path: `${at}-${'ä\u2028€'.repeat(at % 97 === 5 ? 20_000 : at % 50)}`,
  reason: 'new',
  stamp: String(at),
});

function filled(count: number): PlannedLines {
  const lines = new PlannedLines();
  onTestFinished(() => lines.close());
  for (let at = 0; at < count; at++) lines.add(line(at));
  return lines;
}

test('lines are read page by page, each once and in order, and as a whole', () => {
  const lines = filled(400);
  const read: PlanLine[] = [];
  let from: number | undefined = 0;
  while (from !== undefined) {
    const page: ReturnType<PlannedLines['page']> = lines.page(from, 37);
    read.push(...page.lines);
    from = page.next;
  }
  const all = Array.from({ length: 400 }, (_, at) => line(at));
  expect(read).toEqual(all);
  expect([...lines]).toEqual(all);
  expect([...lines]).toHaveLength(400);
});

test('a page that ends with the plan says so', () => {
  expect(filled(5).page(0, 5).next).toBeUndefined();
  expect(filled(6).page(0, 5).next).toBeGreaterThan(0);
  expect(filled(0).page(0, 5)).toEqual({ lines: [], next: undefined });
});
