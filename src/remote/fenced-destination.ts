import type { Fence } from '../model/cluster/leader-election.ts';
import type { Operation } from '../model/errors.ts';
import type { Content, Destination, PartialFile } from '../model/ports.ts';
import { surrounded } from './wrapped-destinations.ts';

const CHANGES: ReadonlySet<Operation> = new Set(['upload', 'create_folder', 'move', 'remove']);

/**
 * The same destination; the fence is asked right before each change. Below the retrying destination that is before each attempt. A
 * connection that has a way closer to the first byte asks once more there.
 */
export function fenced(destination: Destination, fence: Fence): Destination {
  const { openPartial, sweepPartial } = destination;
  return {
    ...surrounded(destination, async (operation, _path, request) => {
      if (CHANGES.has(operation)) fence.check();
      return request();
    }),
    async put(path, content, call) {
      fence.check();
      return destination.put(path, fencedContent(content, fence), call);
    },
    openPartial:
      openPartial &&
      (async (path, options) => {
        fence.check();
        return fencedPartial(await openPartial.call(destination, path, options), fence);
      }),
    sweepPartial:
      sweepPartial &&
      (async (call) => {
        fence.check();
        return sweepPartial.call(destination, call);
      }),
  };
}

/** An upload that stood still in its middle does not come to its end over what a later leader has put there. */
function fencedContent(content: Content, fence: Fence): Content {
  if ('bytes' in content) return content;
  const { chunks, resume } = content;
  return {
    ...content,
    chunks: checked(chunks, fence),
    resume: resume && { ...resume, from: (offset) => checked(resume.from(offset), fence) },
  };
}

async function* checked(chunks: AsyncIterable<Uint8Array>, fence: Fence): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of chunks) {
    fence.check();
    yield chunk;
  }
}

/** Pieces go to a name of the writer's own; what others see changes with its end. */
const fencedPartial = (file: PartialFile, fence: Fence): PartialFile => ({
  get size() {
    return file.size;
  },
  write: (chunk) => file.write(chunk),
  async finish(as) {
    fence.check();
    return file.finish(as);
  },
  discard: () => file.discard(),
  [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
});
