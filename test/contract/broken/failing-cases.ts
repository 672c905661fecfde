import { expect, test } from 'vitest';
import type { ContractCase } from '../../../src/contract/contract.ts';

/** Ends that break one promise each, and the cases that have to find them out. */
export type Broken<End> = Readonly<
  Record<string, { readonly breaks: (end: End) => Partial<End>; readonly foundBy: readonly string[] }>
>;

/** Each broken end fails the cases that are named for it; each case of the contract is failed by one. */
export function describeBroken<End>(
  broken: Broken<End>,
  contractOf: (breaks: (end: End) => Partial<End>) => readonly ContractCase[],
): void {
  test.each(Object.entries(broken))('one that %s is found out', async (_, { breaks, foundBy }) => {
    const cases = contractOf(breaks).filter(({ name }) => foundBy.includes(name));
    expect(cases.map(({ name }) => name).toSorted()).toEqual([...foundBy].toSorted());
    for (const { name, run } of cases) await expect(run(), name).rejects.toThrow();
  });

  test('every case is failed by one of them', () => {
    const found = new Set(Object.values(broken).flatMap(({ foundBy }) => foundBy));
    const names = contractOf(() => ({})).map(({ name }) => name);
    expect(names.filter((name) => !found.has(name))).toEqual([]);
  });
}
