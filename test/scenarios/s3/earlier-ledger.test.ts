import { globSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { bucketAndStage, digests } from '../../support/s3/bucket-and-stage.ts';
import type { BucketAndStage } from '../../support/s3/bucket-and-stage.ts';
import { actionsOf } from '../../support/cli/cli.ts';
import { onEveryS3 } from '../../support/s3/s3-bucket.ts';

/** Makes the rows what release 0.1 wrote: without the object's time, and every ETag an identity. */
function asBefore(pair: BucketAndStage): number {
  const [path] = globSync(join(pair.cli.stateFolder, '**/*.sqlite'));
  const ledger = new DatabaseSync(path!);
  const { changes } = ledger
    .prepare(
      "UPDATE entry SET version = substr(version, 1, instr(version, '@') - 1), identity = substr(version, 1, instr(version, '@') - 1) WHERE instr(version, '@') > 0",
    )
    .run();
  ledger.close();
  return Number(changes);
}

onEveryS3('ledgers of an earlier release', (name, server) => {
  test(`a ledger of release 0.1 over ${name} is taken on without a read, and changes are seen from then on`, async () => {
    await using pair = await bucketAndStage(server());
    for (const key of ['a', 'b', 'c']) await pair.put(key, key);
    await pair.sync();
    expect(asBefore(pair)).toBe(3);
    await pair.put('b', 'changed');
    pair.reads();
    const run = await pair.sync(['--delete']);
    expect(actionsOf(run)).toEqual(['upload b changed']);
    expect(run).toMatchObject({ status: 0, report: { unchanged: 2 } });
    expect(pair.reads()).toEqual(['b']);
    // Written anew: there is nothing left to take on.
    expect(asBefore(pair)).toBe(3);
    expect(await pair.files()).toEqual(digests({ a: 'a', b: 'changed', c: 'c' }));
  });
});
