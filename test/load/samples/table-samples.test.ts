import { expect, test } from 'vitest';
import { inferTable } from '../../../src/load/samples/infer-table.ts';
import type { InferOptions } from '../../../src/load/samples/kind-reader.ts';
import { memorySample, memorySamples } from '../../support/load/memory-sample.ts';
import { TABLE_SAMPLES, type TableSample } from '../../support/load/table-samples.ts';

export function optionsOf({ flags = [] }: Pick<TableSample, 'flags'>): InferOptions {
  return {
    sample: undefined,
    delimiter: undefined,
    header: flags.includes('--header') ? true : undefined,
    nullWords: flags.flatMap((flag, at) => (flag === '--null' ? [flags[at + 1]!] : [])),
    dateOrder: flags.includes('--day-first') ? 'dmy' : flags.includes('--month-first') ? 'mdy' : undefined,
  };
}

test.each(TABLE_SAMPLES)('$file has the types that an engineer would choose', async (sample) => {
  for (const chunk of [5, 7000]) {
    const file = memorySample(sample.file, sample.bytes, chunk);
    const inferred = (await inferTable(memorySamples(file), optionsOf(sample)))!;
    const types = inferred.columns.map(({ name, type, nullable }) => [name, `${type}${nullable ? '' : '!'}`]);
    expect(Object.fromEntries(types)).toEqual(sample.columns);
    expect(types.map(([name]) => name)).toEqual(Object.keys(sample.columns));
    expect(inferred.extent).toMatchObject({ rows: sample.rows, readAll: true });
    const told = [...inferred.findings, ...inferred.columns.flatMap(({ findings }) => findings)];
    if (sample.told === undefined) expect(told.filter(({ severity }) => severity === 'problem')).toEqual([]);
    else expect(told.map(({ message }) => message).join('\n')).toContain(sample.told);
  }
});
