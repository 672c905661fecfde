import type { FileHandle } from 'node:fs/promises';
import { realWritableDisk, type WritableDisk } from '../../../src/disk/writable-disk.ts';

/** Where a process dies, and how many changes it had begun. */
export interface Death {
  readonly at: number;
  readonly when: 'before' | 'after';
  begun: number;
  readonly onDeath: () => void;
}

/** A disk of a process that dies before, or right after, one of its changes: nothing is changed any more then. */
export function mortalDisk(death: Death): WritableDisk {
  const die = (): never => {
    death.onDeath();
    throw new Error(`the process died ${death.when} change ${death.at}`);
  };
  const mortal =
    <A extends unknown[], R>(change: (...args: A) => R) =>
    (...args: A): R => {
      const at = ++death.begun;
      if (at < death.at) return change(...args);
      if (at === death.at && death.when === 'after') change(...args);
      return die();
    };
  const opening =
    (open: (path: string) => Promise<FileHandle>) =>
    async (path: string): Promise<FileHandle> => {
      const at = ++death.begun;
      if (at > death.at || (at === death.at && death.when === 'before')) die();
      const handle = await open(path);
      if (at < death.at) return handle;
      await handle.close();
      return die();
    };
  return {
    ...realWritableDisk,
    create: opening(realWritableDisk.create.bind(realWritableDisk)),
    openToWrite: opening(realWritableDisk.openToWrite.bind(realWritableDisk)),
    makeFolders: mortal(realWritableDisk.makeFolders.bind(realWritableDisk)),
    makeFolder: mortal(realWritableDisk.makeFolder.bind(realWritableDisk)),
    link: mortal(realWritableDisk.link.bind(realWritableDisk)),
    rename: mortal(realWritableDisk.rename.bind(realWritableDisk)),
    removeFile: mortal(realWritableDisk.removeFile.bind(realWritableDisk)),
    removeFolder: mortal(realWritableDisk.removeFolder.bind(realWritableDisk)),
  };
}
