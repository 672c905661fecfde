import { createHash } from 'node:crypto';
import { createStageClient } from '../../src/stage/stage-client.ts';
import { createStageDestination } from '../../src/destinations/stage/stage-destination.ts';
import { eachOf } from '../support/trees/trees.ts';
import type { StageProcess } from './built-tool.ts';

/** What must lie on the Stage: files with their SHA-256 in hex, folders as ''. */
export type Expected = ReadonlyMap<string, string>;

/** Downloads every file below `root` and rejects unless exactly this is there, byte for byte. */
export async function checkStage(stage: StageProcess, root: string, expected: Expected): Promise<void> {
  const { url: baseUrl, token, deployment } = stage;
  const client = await createStageClient({ baseUrl, token, deployment });
  const destination = createStageDestination({ client, root });
  const { signal } = new AbortController();
  const wrong: string[] = [];
  const found = new Set<string>();
  const see = (path: string, digest: string): void => {
    found.add(path);
    if (expected.get(path) !== digest)
      wrong.push(`${path} ${expected.has(path) ? 'has other bytes' : 'does not belong there'}`);
  };
  const walk = async (folder: string): Promise<void> => {
    const children = [...((await destination.listFolder(root + folder, { signal })) ?? [])];
    await eachOf(children, 8, async ({ kind, name }) => {
      const path = folder + name;
      if (kind === 'folder') {
        see(`${path}/`, '');
        await walk(`${path}/`);
        return;
      }
      const sum = createHash('sha256');
      for await (const part of await destination.read(root + path, { signal })) sum.update(part);
      see(path, sum.digest('hex'));
    });
  };
  try {
    await walk('');
  } finally {
    await destination.close();
  }
  for (const path of expected.keys()) if (!found.has(path)) wrong.push(`${path} is missing`);
  if (wrong.length > 0)
    throw new Error(`${wrong.length} wrong on the Stage: ${wrong.slice(0, 5).join('; ')}`);
}
