import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import type { Effort } from '../measure/contest.ts';
import { run } from '../measure/child.ts';
import { DEPLOYMENT } from '../product.ts';

/** The files of one upload: `paths` below `root` on this machine, to `folder` on the sink. */
export interface Upload {
  readonly root: string;
  readonly paths: readonly string[];
  readonly folder: string;
}

const BASE = `/v1/stage/${DEPLOYMENT}/fs/`;

/** curl: one process, a form per file, `parallel` at the same time. */
export async function curlUpload(
  bench: Bench,
  upload: Upload,
  parallel: number,
  ...more: readonly string[]
): Promise<Effort> {
  const config = join(bench.folder, 'curl.config');
  const transfers = upload.paths.map(
    (path) =>
      `url = "${bench.sink.url}${BASE}${upload.folder}${path}"\nrequest = PUT\nform = "file=@${join(upload.root, path)}"\nheader = "Authorization: Bearer bench"\nheader = "Expect:"\noutput = /dev/null\nsilent\nfail\n`,
  );
  writeFileSync(config, transfers.join('next\n'));
  return run('curl', ['--parallel', '--parallel-max', String(parallel), ...more, '-K', config]);
}

/** One of our Python scripts. It times itself from its first call to its last, so that loading Python does not count. */
export async function pythonScript(
  bench: Bench,
  script: string,
  args: readonly string[],
  paths: readonly string[],
  cwd?: string,
): Promise<Effort> {
  const list = join(bench.folder, 'script.paths');
  writeFileSync(list, paths.join('\n'));
  const file = new URL(`../baseline/${script}`, import.meta.url).pathname;
  const { stdout } = await run(
    bench.peers.python!.executable,
    [file, list, ...args],
    cwd === undefined ? {} : { cwd },
  );
  const [seconds = NaN, cpu = NaN, kilobytes = NaN] = stdout.trim().split(' ').map(Number);
  return { wallMs: seconds * 1000, cpuUs: cpu * 1e6, rssBytes: kilobytes * 1024, diskBytes: undefined };
}

export const scriptUpload = (bench: Bench, upload: Upload): Promise<Effort> =>
  pythonScript(
    bench,
    'upload_one_at_a_time.py',
    [bench.sink.url, DEPLOYMENT, upload.folder, upload.root],
    upload.paths,
  );
