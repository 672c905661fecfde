// Uploads files the way the vendor's own client library goes about it, as its published behaviour is described: for
// each file it asks twice whether the path exists, uploads, and asks for the metadata; one call at a time. Our own code.
//
// usage: one-at-a-time.ts LIST API_URL DEPLOYMENT STAGE_FOLDER ROOT; LIST has a path a line
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [list = '', api = '', deployment = '', folder = '', root = ''] = process.argv.slice(2);
const base = `${api}/v1/stage/${deployment}/fs/`;
const headers = { authorization: 'Bearer bench' };

async function exists(path: string): Promise<boolean> {
  const answer = await fetch(`${base}${path}?metadata=1`, { headers });
  await answer.text();
  return answer.ok;
}

for (const path of readFileSync(list, 'utf8')
  .split('\n')
  .filter((line) => line !== '')) {
  const target = folder + path;
  await exists(target);
  await exists(target);
  const form = new FormData();
  form.append('file', new Blob([readFileSync(join(root, path))]));
  const put = await fetch(base + target, { method: 'PUT', headers, body: form });
  await put.text();
  if (!put.ok || !(await exists(target))) throw new Error(`${target} was not stored`);
}
