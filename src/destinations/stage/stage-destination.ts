import { hasFact } from '../../model/errors.ts';
import type { RelPath } from '../../model/path.ts';
import type { Destination, DestinationTraits } from '../../model/ports.ts';
import { contentOf, type NotAListing, readListing, readMetadata } from '../../stage/read-listing.ts';
import type { StageClient } from '../../stage/stage-client.ts';
import { type ApiCall, badReply } from '../../api/api-errors.ts';
import { deploymentMissing } from '../../stage/stage-errors.ts';
import { STAGE_WORDS } from './stage-words.ts';

export interface StageDestinationOptions {
  readonly client: StageClient;
  /** The target folder from the Stage root: '' or ending in '/'. */
  readonly root: RelPath;
  /** Default: `stage://DEPLOYMENT/root`. */
  readonly label?: string | undefined;
  /** Default: no limit of file size. The service documents none, and answers 413 to a file over its own limit. */
  readonly traits?: Partial<DestinationTraits> | undefined;
  /** Called when the destination was closed, for what was opened for it. */
  readonly onClosed?: (() => Promise<void>) | undefined;
}

/**
 * A folder of a Stage as the engine sees it. Takes the client over: closing it closes the client.
 *
 * Beyond the port: a listing of the Stage's root that is not found rejects with `stage_deployment_missing`, since
 * every deployment has one.
 */
export function createStageDestination(options: StageDestinationOptions): Destination {
  const { client, root } = options;

  const listFolder: Destination['listFolder'] = async (folder, call) => {
    const reply = await found(client.list(folder, call));
    if (reply === undefined) {
      if (folder === '') throw deploymentMissing(client.deployment);
      return undefined;
    }
    const { value, exact, children } = reply;
    const apiCall: ApiCall = { operation: 'list', verb: 'list', path: folder };
    if (children === undefined) return checked(readListing(folder, value, exact), apiCall);
    checked(contentOf(folder, value), apiCall);
    return children;
  };

  return {
    label: options.label ?? `stage://${client.deployment}/${root}`,
    words: STAGE_WORDS,
    root,
    traits: { maxFileBytes: Number.MAX_SAFE_INTEGER, ...options.traits },
    listFolder,
    async stat(path, call) {
      const reply = await found(client.metadata(path, call));
      return reply === undefined
        ? undefined
        : checked(readMetadata(path, reply.value), { operation: 'look', verb: 'look at', path });
    },
    async put(path, content, call) {
      await client.upload(path, content, call);
      // its answer tells no time
      return undefined;
    },
    read: (path, call) => client.download(path, call),
    readFrom: (path, offset, call) => client.download(path, { ...call, offset }),
    async makeFolder(folder, call) {
      try {
        await client.createFolder(folder, call);
      } catch (error) {
        // How Stage answers for a folder that exists is not known for certain: a refusal is worth one look.
        if (!hasFact(error, 'taken', 'refused')) throw error;
        const there = await found(client.list(folder, call)).catch(() => undefined);
        call.signal.throwIfAborted();
        if (there === undefined) throw error;
      }
    },
    move: (from, to, call) => client.move(from, to, call),
    remove: (path, call) => client.delete(path, call),
    async close() {
      await client.close();
      await options.onClosed?.();
    },
  };
}

/** Undefined when nothing is there. */
async function found<T>(reply: Promise<T>): Promise<T | undefined> {
  try {
    return await reply;
  } catch (error) {
    if (hasFact(error, 'missing')) return undefined;
    throw error;
  }
}

function checked<T>(result: T | NotAListing, call: ApiCall): T {
  if (typeof result === 'object' && result !== null && 'why' in result) throw badReply(call, result.why);
  return result;
}
