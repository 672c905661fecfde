import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { managementReference } from '../../support/cli/management-reference.ts';

test('docs/management/commands.md is what the commands say of themselves (--update writes it)', async () => {
  const file = new URL('../../../docs/management/commands.md', import.meta.url).pathname;
  const text = await format(await managementReference(), { ...(await resolveConfig(file)), filepath: file });
  await expect(text).toMatchFileSnapshot(file);
});
