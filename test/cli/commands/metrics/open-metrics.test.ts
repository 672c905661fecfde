import { expect, test } from 'vitest';
import { samplesIn, watchedValues } from '../../../../src/cli/commands/metrics/open-metrics.ts';

const TEXT = `# TYPE singlestoredb_cloud_threads_running gauge
# HELP singlestoredb_cloud_threads_running Queries that run now.
singlestoredb_cloud_threads_running{node="a",workspace_name="etl"} 1
singlestoredb_cloud_threads_running{node="b",workspace_name="etl"} 2.5 1700000000
singlestoredb_cloud_queries_total{workspace_name="e\\"t{l}\\\\"} 40
process_cpu_seconds_total 3
nonsense
# EOF
`;

test('samples are read with their labels, and what is none is passed over', () => {
  expect(samplesIn(TEXT)).toEqual([
    { name: 'singlestoredb_cloud_threads_running', labels: { node: 'a', workspace_name: 'etl' }, value: 1 },
    { name: 'singlestoredb_cloud_threads_running', labels: { node: 'b', workspace_name: 'etl' }, value: 2.5 },
    { name: 'singlestoredb_cloud_queries_total', labels: { workspace_name: 'e"t{l}\\' }, value: 40 },
    { name: 'process_cpu_seconds_total', labels: {}, value: 3 },
  ]);
});

test('what matters is added up over nodes; a counter that was seen before has a rate', () => {
  const now = samplesIn(TEXT);
  const before = now.map((sample) => ({ ...sample, value: sample.value / 2 }));
  expect(watchedValues(now, before, 10)).toEqual([
    { workspace: 'etl', metric: 'threads_running', value: 3.5, perSecond: undefined },
    { workspace: 'e"t{l}\\', metric: 'queries_total', value: 40, perSecond: 2 },
  ]);
  expect(watchedValues(now, [], 0).map(({ perSecond }) => perSecond)).toEqual([undefined, undefined]);
});
