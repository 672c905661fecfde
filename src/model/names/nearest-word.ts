/** The known word that is most like another; undefined where none is near enough to be what was meant. */
export function nearestWord(word: string, known: Iterable<string>): string | undefined {
  const wanted = normal(word);
  let [nearest, least]: [string | undefined, number] = [undefined, Infinity];
  for (const each of known) {
    const distance = editDistance(wanted, normal(each));
    if (distance < least) [nearest, least] = [each, distance];
  }
  // a third of the letters may differ, and one in a short word
  return least <= Math.max(1, Math.floor(wanted.length / 3)) ? nearest : undefined;
}

/** ', did you mean "removal"?' or nothing, to end a sentence with. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const nearest = nearestWord(word, known);
  return nearest === undefined ? '' : `; did you mean "${nearest}"?`;
}

/** `trustLedger`, `trust-ledger` and `trust_ledger` are one word. */
const normal = (word: string): string =>
  word
    .slice(0, 64)
    .toLowerCase()
    .replaceAll(/[-_\s]/g, '');

/** How many letters have to be changed, added, left out or exchanged with the next one. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(row[j - 1]! + 1, last[j]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, before[j - 2]! + 1);
      row.push(least);
    }
    [before, last] = [last, row];
  }
  return last[b.length]!;
}
