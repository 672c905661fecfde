import { PassThrough } from 'node:stream';
import type { Host } from '../../../src/cli/process/host.ts';

export interface FakeHost {
  readonly host: Host;
  stdout(): string;
  stderr(): string;
  /** As if the process got this signal. */
  send(signal: NodeJS.Signals): void;
  /** How many listeners are registered for it. */
  listeners(signal: NodeJS.Signals): number;
}

/** A process that is none, for command lines run inside the test. */
export function fakeHost(env: Record<string, string> = {}): FakeHost {
  const signals = new Map<NodeJS.Signals, Set<() => void>>();
  const [stdout, stderr] = [collector(), collector()];
  const host: Host = {
    env,
    cwd: '/work',
    home: '/home/test',
    pid: process.pid,
    versions: { node: process.versions.node, platform: 'test' },
    stdout: stdout.stream,
    stderr: stderr.stream,
    onSignal(signal, listener) {
      const set = signals.get(signal) ?? new Set();
      signals.set(signal, set.add(listener));
      return () => void set.delete(listener);
    },
    onCrash: () => () => undefined,
    keepHeapSmall: () => undefined,
    collectBuffers: () => () => undefined,
    collectGarbage: () => undefined,
    exit: (status) => {
      throw new Error(`exit ${status}`);
    },
  };
  return {
    host,
    stdout: stdout.text,
    stderr: stderr.text,
    send: (signal) => signals.get(signal)?.forEach((listener) => listener()),
    listeners: (signal) => signals.get(signal)?.size ?? 0,
  };
}

function collector(): { stream: PassThrough; text: () => string } {
  const stream = new PassThrough();
  const parts: string[] = [];
  stream.on('data', (part: Buffer) => parts.push(part.toString()));
  return { stream, text: () => parts.join('') };
}
