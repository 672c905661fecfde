import { symlinkSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { getuid } from 'node:process';

/** Options of node that make a folder of this name unreadable for everyone: the permissions of a file stop no superuser. */
export const unreadableFolder = (name: string): readonly string[] => [
  '--import',
  `data:text/javascript,${encodeURIComponent(`
  import fs from 'node:fs';
  for (const call of ['openSync', 'opendirSync']) {
    const original = fs[call];
    fs[call] = (path, ...rest) => {
      if (String(path).endsWith('/${name}')) throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
      return original(path, ...rest);
    };
  }`)}`,
];

/** A file that nobody can read, root neither: then a link to a switch of the kernel that can only be written. */
export async function unreadableFile(path: string): Promise<void> {
  if (getuid?.() === 0) return symlinkSync('/proc/sys/net/ipv4/route/flush', path);
  await writeFile(path, 'secret');
  await chmod(path, 0o000);
}
