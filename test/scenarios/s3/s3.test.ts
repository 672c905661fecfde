import { CopyObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { bucketAndStage, digests } from '../../support/s3/bucket-and-stage.ts';
import { actionsOf } from '../../support/cli/cli.ts';
import { onEveryS3 } from '../../support/s3/s3-bucket.ts';
import type { S3Server } from '../../support/s3/s3-bucket.ts';
import type { Fault, ProxiedRequest } from '../../support/s3/s3-proxy.ts';
import { ODD_NAMES } from '../../support/trees/trees.ts';

/** radosgw over memory keeps no key of more than 200 bytes. */
const NAMES = ODD_NAMES.map((name) => name.slice(0, 60));

/** Odd names at the top and in folders, an empty object, one of several chunks. */
const OBJECTS: Readonly<Record<string, string | Uint8Array>> = {
  ...Object.fromEntries(NAMES.map((name) => [name, `at the top: ${name}`])),
  ...Object.fromEntries(NAMES.map((name) => [`in ${name}/${name}`, `below: ${name}`])),
  empty: '',
  'large.bin': Buffer.alloc(1_500_000, 'stagesync'),
};
const COUNT = Object.keys(OBJECTS).length;

async function filled(server: S3Server, objects: Readonly<Record<string, string | Uint8Array>>) {
  const pair = await bucketAndStage(server);
  for (const [path, body] of Object.entries(objects)) await pair.put(path, body);
  return pair;
}

/** Gives an object of every listing another storage class. */
const archived =
  (key: string, storageClass: string, restore = '') =>
  ({ isList }: ProxiedRequest): Fault | undefined =>
    isList
      ? {
          rewrite: (xml) =>
            xml.replaceAll(/<Contents>.*?<\/Contents>/gs, (item) =>
              decodeURIComponent(/<Key>(.*?)<\/Key>/s.exec(item)?.[1] ?? '') === key
                ? item
                    .replace(/<StorageClass>.*?<\/StorageClass>/s, '')
                    .replace(
                      '</Contents>',
                      `<StorageClass>${storageClass}</StorageClass>${restore}</Contents>`,
                    )
                : item,
            ),
        }
      : undefined;

function suite(name: string, server: () => S3Server): void {
  describe(`a bucket of ${name}`, () => {
    test('arrives byte for byte under odd names; a second run reads no object and changes nothing', async () => {
      await using pair = await filled(server(), OBJECTS);
      const first = await pair.sync();
      expect(first.stderr).not.toMatch(/failed|warning/);
      expect(first).toMatchObject({ status: 0, report: { outcome: 'clean', uploaded: COUNT, failed: 0 } });
      expect(await pair.files()).toEqual(digests(OBJECTS));
      expect(pair.reads().sort()).toEqual(Object.keys(OBJECTS).sort());

      const changes = pair.stage.changingRequests();
      const second = await pair.sync(['--delete']);
      expect(second).toMatchObject({ status: 0, report: { uploaded: 0, unchanged: COUNT } });
      expect(actionsOf(second)).toEqual([]);
      expect(pair.reads()).toEqual([]);
      expect(pair.stage.changingRequests()).toBe(changes);
    });

    test('objects that are changed, added and removed are exactly these actions', async () => {
      await using pair = await filled(server(), OBJECTS);
      await pair.sync();
      pair.reads();
      await pair.put('empty', 'no longer');
      await pair.put('large.bin', Buffer.alloc(1_500_000, 'same size'));
      await pair.put('new folder/ü/one.csv', '1');
      await pair.remove('hash#');
      await pair.remove('in question?/question?');
      const third = await pair.sync(['--delete']);
      expect(third.status).toBe(0);
      expect(actionsOf(third)).toEqual([
        'createFolder new folder/ new',
        'createFolder new folder/ü/ new',
        'remove hash# gone_from_source',
        'remove in question?/ gone_from_source',
        'remove in question?/question? gone_from_source',
        'upload empty changed',
        'upload large.bin changed',
        'upload new folder/ü/one.csv new',
      ]);
      expect(pair.reads().sort()).toEqual(['empty', 'large.bin', 'new folder/ü/one.csv']);
      const { 'hash#': _, 'in question?/question?': __, ...left } = OBJECTS;
      expect(await pair.files()).toEqual(
        digests({
          ...left,
          empty: 'no longer',
          'large.bin': Buffer.alloc(1_500_000, 'same size'),
          'new folder/ü/one.csv': '1',
        }),
      );
    });

    test('an object that was moved is one PATCH, and nothing is read', async () => {
      await using pair = await filled(server(), { 'a/one.csv': 'the first', 'a/two.csv': 'the second' });
      await pair.sync();
      pair.reads();
      await pair.bucket.client.send(
        new CopyObjectCommand({
          Bucket: pair.bucket.name,
          CopySource: `${pair.bucket.name}/${pair.prefix}a/one.csv`,
          Key: `${pair.prefix}a/moved ü.csv`,
        }),
      );
      await pair.remove('a/one.csv');
      pair.stage.emulator.counters.reset();
      const moved = await pair.sync();
      expect(actionsOf(moved)).toEqual(['move a/one.csv -> a/moved ü.csv renamed']);
      expect(pair.stage.emulator.counters.read()).toMatchObject({ changing: 1, byKind: { move: 1 } });
      expect(pair.reads()).toEqual([]);
      expect(await pair.files()).toEqual(
        digests({ 'a/moved ü.csv': 'the first', 'a/two.csv': 'the second' }),
      );
    });

    test('folder markers are folders, and go with --delete', async () => {
      await using pair = await filled(server(), { '': '', 'only/a/marker/': '', 'with/': '', 'with/x': 'x' });
      expect(await pair.sync()).toMatchObject({ status: 0, report: { uploaded: 1, foldersCreated: 4 } });
      expect(Object.keys(await pair.stage.snapshot()).sort()).toEqual(
        ['only/', 'only/a/', 'only/a/marker/', 'with/', 'with/x'].sort(),
      );
      await pair.remove('only/a/marker/');
      await pair.remove('with/');
      expect(actionsOf(await pair.sync(['--delete']))).toEqual([
        'remove only/ gone_from_source',
        'remove only/a/ gone_from_source',
        'remove only/a/marker/ gone_from_source',
      ]);
    });

    test('what no path can be, what is both file and folder, and what is being restored is reported; the rest goes on', async () => {
      const odd = ['../up', 'a//b', 'back\\slash', 'control\u0001'];
      await using pair = await filled(server(), {
        ...Object.fromEntries(odd.map((key) => [key, 'x'])),
        both: 'the file',
        'both/below': 'hidden by it',
        'cold.bin': 'old and archived',
        fine: 'fine',
        'marker/': 'bytes in a folder',
      });
      await pair.stage.destination.makeFolder('target/', { signal: AbortSignal.timeout(10_000) });
      const kept = { size: 4, bytes: Buffer.from('kept') };
      await pair.stage.destination.put('target/cold.bin', kept, { signal: AbortSignal.timeout(10_000) });
      const underWay = '<RestoreStatus><IsRestoreInProgress>true</IsRestoreInProgress></RestoreStatus>';
      pair.fault = archived(`${pair.prefix}cold.bin`, 'GLACIER', underWay);
      const run = await pair.sync(['--mirror']);
      expect(run).toMatchObject({ status: 3, report: { outcome: 'failures', uploaded: 2, removed: 0 } });
      const problems = run.events.flatMap((event) => (event.type === 'problem' ? [event] : []));
      expect(problems.map(({ code, path }) => `${code} ${path}`).sort()).toEqual(
        [
          ...['../up', 'a//b', 'back\\slash', 'control\\u{1}'].map((path) => `name_not_allowed ${path}`),
          'archived cold.bin',
          'folder_with_content marker/',
          'name_conflict both/',
        ].sort(),
      );
      expect(run.report.failed).toBe(problems.length);
      const [cold] = problems.filter(({ code }) => code === 'archived');
      expect(cold?.message).toMatch(/GLACIER.*being restored/);
      expect(await pair.files()).toEqual(digests({ both: 'the file', fine: 'fine', 'cold.bin': 'kept' }));

      pair.fault = () => undefined;
      expect(actionsOf(await pair.sync(['--mirror']))).toEqual(['upload cold.bin differs']);
    });

    test("at an endpoint of one's own a class that is named as an archive says nothing: what can be read is taken", async () => {
      await using pair = await filled(server(), { 'cold.bin': 'in a tier', fine: 'fine' });
      const tiered = archived(`${pair.prefix}cold.bin`, 'GLACIER');
      const refused = { reply: { status: 403, code: 'InvalidObjectState' } };
      pair.fault = (request) =>
        request.isRead && request.url.pathname.endsWith('cold.bin') ? refused : tiered(request);
      const first = await pair.sync(['--mirror']);
      expect(first).toMatchObject({ status: 3, report: { outcome: 'failures', uploaded: 1 } });
      expect(first.events).toContainEqual(
        expect.objectContaining({
          type: 'action',
          path: 'cold.bin',
          outcome: 'failed',
          error: expect.objectContaining({
            message: expect.stringMatching(/^cannot read it: the object is archived; restore it/),
          }),
        }),
      );
      expect(await pair.files()).toEqual(digests({ fine: 'fine' }));

      pair.fault = tiered;
      expect(await pair.sync(['--mirror'])).toMatchObject({ status: 0, report: { uploaded: 1 } });
      expect(await pair.files()).toEqual(digests({ fine: 'fine', 'cold.bin': 'in a tier' }));
      expect(await pair.sync(['--mirror'])).toMatchObject({ status: 0, report: { unchanged: 2 } });
    });

    test('what is excluded is neither read nor removed', async () => {
      await using pair = await filled(server(), {
        'a.csv': 'a',
        'a.log': 'log',
        'tmp/x': 'x',
        'tmp/y.csv': 'y',
      });
      await pair.sync();
      for (const path of ['a.csv', 'a.log', 'tmp/x']) await pair.remove(path);
      await pair.put('tmp/new', 'new');
      await pair.put('b.csv', 'b');
      pair.reads();
      const run = await pair.sync(['--mirror', '--exclude', '*.log', '--exclude', 'tmp/']);
      expect(actionsOf(run)).toEqual(['remove a.csv gone_from_source', 'upload b.csv new']);
      expect(pair.reads()).toEqual(['b.csv']);
      expect(Object.keys(await pair.files()).sort()).toEqual(['a.log', 'b.csv', 'tmp/x', 'tmp/y.csv']);
    });

    test('--dry-run tells the actions that a run then does, reads no object and changes nothing', async () => {
      await using pair = await filled(server(), { 'a.csv': 'a', 'b.csv': 'b', 'sub/c.csv': 'c' });
      await pair.sync();
      await pair.put('a.csv', 'changed');
      await pair.remove('b.csv');
      await pair.put('new/d.csv', 'd');
      pair.reads();
      const changes = pair.stage.changingRequests();
      const dry = await pair.sync(['--delete', '--dry-run']);
      expect(dry).toMatchObject({ status: 0, report: { dryRun: true, uploaded: 0, removed: 0 } });
      const planned = dry.events.flatMap((event) =>
        event.type === 'planned' ? [`${event.kind} ${event.path} ${event.reason}`] : [],
      );
      expect(pair.reads()).toEqual([]);
      expect(pair.stage.changingRequests()).toBe(changes);
      const actions = actionsOf(await pair.sync(['--delete']));
      expect(actions).toHaveLength(4);
      expect(planned.sort()).toEqual(actions);
    });

    test('--delete removes what came from the bucket, --mirror also what others put beside it', async () => {
      await using pair = await filled(server(), { 'a.csv': 'a', 'b.csv': 'b' });
      await pair.sync();
      const foreign = { size: 1, bytes: Buffer.from('f') };
      await pair.stage.destination.put('target/foreign.csv', foreign, {
        signal: AbortSignal.timeout(10_000),
      });
      await pair.remove('a.csv');
      expect(actionsOf(await pair.sync())).toEqual([]);
      expect(actionsOf(await pair.sync(['--delete']))).toEqual(['remove a.csv gone_from_source']);
      expect(actionsOf(await pair.sync(['--mirror']))).toEqual(['remove foreign.csv not_in_source']);
      await pair.remove('b.csv');
      const emptied = await pair.sync(['--mirror']);
      expect(emptied).toMatchObject({ status: 4, report: { error: { code: 'guard_empty_source' } } });
      expect(await pair.files()).toEqual(digests({ 'b.csv': 'b' }));
    });
  });
}

onEveryS3('a bucket through the command line', suite);
