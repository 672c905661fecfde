import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bucketAndStage } from '../../support/s3/bucket-and-stage.ts';
import { onEveryS3 } from '../../support/s3/s3-bucket.ts';
import { SMALL_PARQUET } from '../../support/trees/small-parquet.ts';
import type { S3Server } from '../../support/s3/s3-bucket.ts';

const suite = (name: string, server: () => S3Server): void => {
  describe(name, () => {
    async function filled() {
      const pair = await bucketAndStage(server());
      for (const [path, body] of [
        ['a/one', '1'],
        ['a/two', '22'],
        ['top', '333'],
      ] as const)
        await pair.put(path, body);
      const { accessKey, secretKey } = server();
      const env = {
        AWS_ACCESS_KEY_ID: accessKey,
        AWS_SECRET_ACCESS_KEY: secretKey,
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_ENDPOINT_URL_S3: pair.bucket.url,
        AWS_REGION: 'us-east-1',
      };
      const run = (...args: string[]) => pair.cli.run(args, { env });
      return { pair, run };
    }

    test('cp copies objects and prefixes to a Stage and to this machine, and cat writes them', async () => {
      const { pair, run } = await filled();
      await using _ = pair;
      const { source, stage, cli } = pair;
      expect(await run('cp', '-r', source, `${stage.address}/all`)).toMatchObject({ status: 0, stderr: '' });
      expect(await run('cp', `${source}a/t*`, `${source}top`, `${stage.address}/some`)).toMatchObject({
        status: 0,
      });
      expect(Object.keys(await stage.snapshot()).sort()).toEqual(
        ['all/', 'all/a/', 'all/a/one', 'all/a/two', 'all/top', 'some/', 'some/top', 'some/two'].sort(),
      );
      for (const expected of ['copied 3 files', 'copied nothing, 3 already there'])
        expect((await run('cp', '-r', source, 'here')).stdout).toContain(expected);
      expect(readFileSync(join(cli.folder, 'here/a/two'), 'utf8')).toBe('22');
      expect((await run('cat', `${source}a/one`, `${source}a/*`)).stdout).toBe('1122');
      expect(await run('cp', `${source}none`, 'here/')).toMatchObject({ status: 3 });
    });

    test('ls, stat, du and check look at a bucket as at any other place', async () => {
      const { pair, run } = await filled();
      await using _ = pair;
      const { source, stage } = pair;
      const names = (stdout: string): string[] =>
        stdout
          .trimEnd()
          .split('\n')
          .map((line) => line.split(/ +/).at(-1)!);
      expect(names((await run('ls', source)).stdout)).toEqual(['a/', 'top']);
      expect(names((await run('ls', source, '-R')).stdout)).toEqual(['a/', 'a/one', 'a/two', 'top']);
      expect(names((await run('ls', `${source}top`)).stdout)).toEqual(['top']);
      expect(await run('ls', `${source}nothing`)).toMatchObject({
        status: 5,
        stderr: expect.stringContaining(`there is nothing at ${source}nothing`) as string,
      });
      expect(JSON.parse((await run('stat', `${source}a/two`, '--json')).stdout)).toMatchObject({
        kind: 'file',
        size: 2,
      });
      expect((await run('du', source, '--json')).events).toEqual([
        { kind: 'folder', path: 'a/', files: 2, size: 3 },
        { kind: 'total', files: 3, size: 6 },
      ]);
      await pair.put('rows.parquet', SMALL_PARQUET);
      expect((await run('head', `${source}rows.parquet`, '-n', '1')).stdout).toMatch(/\n\{"id":1,.*\}\n$/);
      expect((await run('head', `${source}a/two`, '--bytes', '1')).stdout).toBe('2');
      await pair.remove('rows.parquet');
      expect(await run('sync', source, stage.address)).toMatchObject({ status: 0 });
      expect(await run('check', source, stage.address, '--content')).toMatchObject({
        status: 0,
        stdout: '3 files equal by names, sizes and content\n',
      });
      await pair.put('a/two', '2!');
      expect(await run('check', source, stage.address, '--content')).toMatchObject({
        status: 8,
        stdout: expect.stringContaining('a/two  (2 bytes; byte 1 is the first that differs)') as string,
      });
    });
  });
};

onEveryS3('looking at a bucket', suite);
