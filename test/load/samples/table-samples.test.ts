import { expect, test } from 'vitest';
import { inferTable } from '../../../src/load/samples/infer-table.ts';
import { memorySample, memorySamples } from '../../support/load/memory-sample.ts';
import { optionsOf, TABLE_SAMPLES } from '../../support/load/table-samples.ts';

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
