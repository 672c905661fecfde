// npm run scale -- s3 | local | growth | watches | queue: what has to hold at full size. Minutes, not seconds; Linux, because it asks /proc.
import { checkGrowth } from './growth/growth.ts';
import { checkIdleWatches } from './idle-watches.ts';
import { checkLocalTree } from './local-tree.ts';
import { checkQueueMemory } from './queue-memory.ts';
import { checkS3Bucket } from './s3-bucket.ts';

const CHECKS: Readonly<Record<string, (say: (line: string) => void) => Promise<void>>> = {
  s3: checkS3Bucket,
  local: checkLocalTree,
  growth: checkGrowth,
  watches: checkIdleWatches,
  queue: checkQueueMemory,
};

const wanted = process.argv.slice(2);
const names = wanted.length > 0 ? wanted : Object.keys(CHECKS);
for (const name of names) {
  const check = CHECKS[name];
  if (check === undefined)
    throw new Error(`there is no check named ${name}: ${Object.keys(CHECKS).join(', ')}`);
  await check((line) => console.log(`${name}: ${line}`));
  console.log(`${name}: holds`);
}
