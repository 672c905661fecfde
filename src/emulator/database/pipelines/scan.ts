import { Pause } from '../pause.ts';
import type { PipelineContext } from './pipeline-context.ts';
import type { FileState, Pipeline } from './pipeline-store.ts';

/** Takes in the files on the Stage whose names are new to the pipeline. A name that it knows is not looked at again. */
export async function scanStage(
  { connection, pipelines, stage, signal }: PipelineContext,
  pipeline: Pipeline,
  state: FileState = 'Unloaded',
): Promise<void> {
  const pause = new Pause(signal);
  for (const files of stage.find(pipeline.load.files)) {
    const fresh = pipelines.unknownOf(pipeline.id, files);
    if (fresh.length > 0)
      await connection.transaction(() => {
        // dropped meanwhile
        if (pipelines.get(pipeline.id) !== undefined) pipelines.addFiles(pipeline.id, fresh, state);
      });
    await pause.ifDue();
  }
}

const AT_ONCE = 500;

/** Forgets the files that are no longer on the Stage. */
export async function dropOrphans(
  { connection, pipelines, stage, signal }: PipelineContext,
  { id }: Pipeline,
): Promise<number> {
  const pause = new Pause(signal);
  let dropped = 0;
  for (let last = ''; ;) {
    const names = pipelines.namesAfter(id, last, AT_ONCE);
    const end = names.at(-1);
    if (end === undefined) return dropped;
    const orphans = names.filter((name) => !stage.has(name));
    if (orphans.length > 0)
      await connection.transaction(() => {
        for (const name of orphans) if (pipelines.forgetFile(id, name)) dropped++;
      });
    last = end;
    await pause.ifDue();
  }
}
