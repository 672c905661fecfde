import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPageToken } from '../../../src/daemon/http/page-token.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';

const GOOD = '0123456789abcdef0123456789abcdef';

async function fileWith(content: string): Promise<string> {
  const file = join(await temporaryFolder(), 'token');
  writeFileSync(file, content);
  return file;
}

test('a token is the one word of its file', async () => {
  expect(readPageToken(await fileWith(`${GOOD}\n`))).toBe(GOOD);
});

test.each([
  ['', /20 to 4096 characters/],
  ['short', /20 to 4096 characters/],
  [`${GOOD} ${GOOD}`, /one word/],
  [`${GOOD}ä`, /one word/],
])('a file with %j is refused, without showing it', async (content, message) => {
  const file = await fileWith(content);
  expect(() => readPageToken(file)).toThrow(message);
  if (content !== '') expect(() => readPageToken(file)).not.toThrow(content);
});

test('a file that is not there is named', () => {
  expect(() => readPageToken('/nowhere/token')).toThrow(/cannot read --http-token-file \/nowhere\/token/);
});
