import { createMemoryPipelines } from '../support/load/memory-pipelines.ts';
import {
  BAD,
  PIPELINE,
  TABLE,
  describePipelines,
  type PipelinesFixture,
  type PipelinesFixtureOptions,
} from './pipelines.ts';

function open({ hasUniqueKey }: PipelinesFixtureOptions): Promise<PipelinesFixture> {
  const files = new Map<string, string>();
  const options = {
    name: PIPELINE,
    table: TABLE,
    files: 'in/**',
    hasUniqueKey,
    read: (path: string) => files.get(path),
    paths: () => files.keys(),
    now: () => 1_700_000_000_000,
    skips: (content: string) => content === BAD,
  };
  const pipelines = createMemoryPipelines(options);
  return Promise.resolve({
    pipelines,
    named: (pipeline) => createMemoryPipelines({ ...options, named: pipeline }),
    put: async (path, content) => void files.set(path, content),
    load: async () => {
      pipelines.endBatch();
      pipelines.batch();
    },
    hold: async () => pipelines.beginBatch({ mostFiles: 1 }),
    begin: async () => pipelines.beginBatch(),
    rows: async (content) => pipelines.rows.filter((row) => row.content === content).length,
    [Symbol.asyncDispose]: () => pipelines.close(),
  });
}

describePipelines('memory', open);
