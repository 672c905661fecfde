import { homedir, userInfo } from 'node:os';
import { isAbsolute } from 'node:path';
import type { Host } from './host.ts';
import { collectBuffers, collectGarbage, keepHeapSmall } from './small-heap.ts';
import { configError } from '../../jobs/usage-errors.ts';

function currentFolder(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw configError('the current folder was removed; change to one that exists', error);
  }
}

export function processHost(): Host {
  return {
    env: process.env,
    // only a relative path needs the current folder; looking it up throws when the folder was removed
    get cwd() {
      return currentFolder();
    },
    // HOME can be empty or relative; state must not land in whatever folder is the current one
    home: isAbsolute(homedir()) ? homedir() : userInfo().homedir,
    pid: process.pid,
    versions: { node: process.versions.node, platform: `${process.platform} ${process.arch}` },
    // looking it up opens it
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    onSignal(signal, listener) {
      process.on(signal, listener);
      return () => void process.off(signal, listener);
    },
    onCrash(listener) {
      process.on('uncaughtException', listener);
      return () => void process.off('uncaughtException', listener);
    },
    keepHeapSmall,
    collectBuffers,
    collectGarbage,
    exit: (status) => process.exit(status),
  };
}
