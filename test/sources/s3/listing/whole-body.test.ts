import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { wholeBody } from '../../../../src/sources/s3/listing/whole-body.ts';

test('a page is read whole, and one without end is let go of and refused', async () => {
  const page = Readable.from([Buffer.from('ab'), Buffer.from('cd')], { objectMode: false });
  expect((await wholeBody(page, 4)).toString()).toBe('abcd');
  const endless = Readable.from(
    (function* () {
      for (;;) yield Buffer.alloc(1024);
    })(),
  );
  await expect(wholeBody(endless, 10_000)).rejects.toMatchObject({ code: 'source_listing_broken' });
  expect(endless.destroyed).toBe(true);
});
