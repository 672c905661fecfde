import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { apiReference } from '../support/api/api-reference.ts';
import { useEmulators } from '../support/cli/emulators.ts';

const start = useEmulators();
const PAGE = new URL('../../docs/api.md', import.meta.url);

// "npx vitest run test/api/reference.test.ts -u" writes the page
test('docs/api.md is what the table of operations gives', async () => {
  const text = await format(apiReference(), { ...(await resolveConfig(PAGE)), filepath: PAGE.pathname });
  await expect(text).toMatchFileSnapshot(PAGE.pathname);
});

test('its program runs as it stands there', async () => {
  const emulator = await start();
  const [, program = ''] = /```ts\n([^]*?)```/.exec(readFileSync(PAGE, 'utf8')) ?? [];
  const library = new URL('../../src/index.ts', import.meta.url).href;
  const folder = mkdtempSync(join(tmpdir(), 'stagesync-program-'));
  try {
    const file = join(folder, 'program.mts');
    writeFileSync(file, program.replace("'stagesync'", `'${library}'`));
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [file], {
      env: {
        SINGLESTOREDB_MANAGEMENT_TOKEN: emulator.token,
        SINGLESTOREDB_MANAGEMENT_BASE_URL: emulator.url,
      },
    });
    expect(stdout).toBe('etl S-1 ACTIVE\n');
    expect(stderr).toMatch(/PENDING\n(?:[^]*\n)?ACTIVE\nACTIVE\n$/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
