import { expect, test } from 'vitest';
import { realWritableDisk } from '../../src/disk/writable-disk.ts';

test.runIf(process.platform === 'linux')('a folder that takes no new ones ends the making of folders', () => {
  expect(() => realWritableDisk.makeFolders('/proc/none/below')).toThrow('ENOENT');
});
