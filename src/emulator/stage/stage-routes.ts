import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authorise } from '../http/bearer-check.ts';
import type { Behaviour } from '../control/behaviour.ts';
import type { RequestKind } from '../control/counters.ts';
import type { DataFolder } from '../storage/data-folder.ts';
import { Exchange } from '../http/exchange.ts';
import type { ExchangeContext } from '../http/exchange.ts';
import type { GeneratedTree } from './generated-tree.ts';
import { generatedChildren, generatedFolder } from './generated-tree.ts';
import { LateListings } from './late-listings.ts';
import type { Listed } from './object-json.ts';
import { listingBody, objectJson } from './object-json.ts';
import { PLACES, refuseFolders, spaceIdOf } from './places.ts';
import type { Place } from './places.ts';
import { Refusal } from '../http/refusal.ts';
import { decodePart, decodeStagePath, hasTrueParameter, parseDeploymentId, stagePath } from './stage-path.ts';
import type { StagePath } from './stage-path.ts';
import type { Node, StoredBytes } from '../storage/tree.ts';
import { notFound } from '../storage/tree.ts';
import { readSmallBody, receiveFile } from '../http/receive-file.ts';

export interface StageContext extends ExchangeContext {
  readonly data: DataFolder;
  readonly generated: GeneratedTree | undefined;
  readonly authorise: Authorise;
  /** Where to fetch a file's bytes, without credentials. */
  downloadUrlOf(deployment: string, path: string): string;
}

interface StageRequestContext extends StageContext {
  readonly late: LateListings;
}

const METHODS = ['GET', 'PUT', 'PATCH', 'DELETE'] as const;

export function registerStageRoutes(app: FastifyInstance, context: StageContext): void {
  const ofRequests = { ...context, late: new LateListings() };
  for (const place of PLACES) {
    const handler = (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
      new StageRequest(ofRequests, request, reply, place).run();
    for (const url of [place.prefix, `${place.prefix}/*`]) app.route({ method: [...METHODS], url, handler });
  }
}

/** One request on a Stage's files. */
class StageRequest {
  readonly #context: StageRequestContext;
  readonly #request: FastifyRequest;
  readonly #exchange: Exchange;
  readonly #id: string;
  readonly #path: StagePath | Refusal;
  readonly #place: Place;

  constructor(context: StageRequestContext, request: FastifyRequest, reply: FastifyReply, place: Place) {
    this.#context = context;
    this.#request = request;
    this.#place = place;
    const [target, query] = splitOnce(request.raw.url ?? '', '?');
    const segments = target.split('/');
    this.#id = segments[place.idAt] ?? '';
    const depth = place.prefix.split('/').length;
    this.#path = attempt(() => decodeStagePath(segments.slice(depth).join('/')));
    const path = this.#path instanceof Refusal ? undefined : this.#path;
    this.#exchange = new Exchange(context, request, reply, {
      kind: kindOf(request, path, query),
      deployment: this.#id.toLowerCase(),
      path: path?.text ?? target,
    });
  }

  run(): Promise<FastifyReply> {
    return this.#exchange.run(async () => {
      this.#context.authorise(this.#request);
      const { kind } = this.#exchange.info;
      const { id, root } = this.#deployment();
      if (this.#path instanceof Refusal) throw this.#path;
      if (this.#place.isSpace) refuseFolders(kind, this.#path);
      const path = this.#asSpelled(root, this.#path);
      if (this.#context.generated !== undefined) await this.#readGenerated(this.#context.generated, id, path);
      else if (kind === 'list') await this.#list(root, path);
      else if (kind === 'metadata') await this.#metadata(root, path);
      else if (kind === 'download') await this.#download(root, id, path);
      else if (kind === 'putFile') await this.#putFile(root, path);
      else if (kind === 'putFolder') await this.#putFolder(root, path);
      else if (kind === 'move') await this.#move(root, path);
      else await this.#remove(root, path);
    });
  }

  #asSpelled(root: number, path: StagePath): StagePath {
    const { behaviour, data } = this.#context;
    return behaviour.current.caseMatters ? path : data.tree.asSpelled(root, path);
  }

  /** Its ID is looked at before the path. */
  #deployment(): { id: string; root: number } {
    const { deployments } = this.#context.data;
    const named = decodePart(this.#id);
    const id = this.#place.isSpace ? spaceIdOf(named) : parseDeploymentId(named);
    if (this.#place.isSpace) return { id, root: deployments.rootOfSpace(id, named) };
    if (this.#path instanceof Refusal) throw this.#path;
    const root = deployments.rootOf(id);
    if (root === undefined) throw new Refusal(404, `deployment ${id} not found`);
    return { id, root };
  }

  async #list(root: number, path: StagePath): Promise<void> {
    await this.#exchange.ready();
    const { behaviour, data } = this.#context;
    const { tree } = data;
    const { listingLagMs } = behaviour.current;
    const past =
      listingLagMs > 0
        ? this.#context.late.shownBefore({ root, folder: path.text }, listingLagMs)
        : undefined;
    if (past !== undefined && past.children === undefined) throw notFound(path);
    const folder = this.#find(root, path);
    await this.#sendListing(folder, path, past?.children ?? tree.children(folder), behaviour.current);
  }

  async #metadata(root: number, path: StagePath): Promise<void> {
    await this.#exchange.ready();
    const file = this.#find(root, path);
    await this.#exchange.sendJson(objectJson(file, path.text, this.#context.behaviour.current));
  }

  async #download(root: number, id: string, path: StagePath): Promise<void> {
    await this.#exchange.ready();
    this.#find(root, path);
    const location = this.#context.downloadUrlOf(id, path.text);
    const { redirectStatus } = this.#context.behaviour.current;
    await this.#exchange.send(redirectStatus, 'text/plain; charset=utf-8', '', { location });
  }

  async #putFile(root: number, path: StagePath): Promise<void> {
    const { behaviour, data } = this.#context;
    let total = 0;
    const stored = await receiveFile(this.#request, data.blobs, async (bytes) => {
      total += bytes;
      const { fileLimitBytes, fileLimitStatus } = behaviour.current;
      if (fileLimitBytes !== null && total > fileLimitBytes)
        throw new Refusal(fileLimitStatus, `${path.text} is larger than ${fileLimitBytes} bytes`);
      if (this.#exchange.suffers('disk_full')) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
      await this.#exchange.receiving(bytes, total);
    });
    await this.#store(root, path, stored ?? { small: null, blob: null, size: 0 });
  }

  async #store(root: number, path: StagePath, bytes: StoredBytes): Promise<void> {
    const { behaviour, data } = this.#context;
    const { tree, blobs } = data;
    let kept = false;
    try {
      await this.#exchange.ready();
      if (this.#exchange.suffers('quota_full'))
        throw new Refusal(behaviour.current.quotaStatus, 'the storage limit of this Stage is reached');
      this.#change(root, [path], () => tree.putFile(root, path, bytes, behaviour.current));
      kept = true;
    } finally {
      if (!kept) await blobs.discard(bytes.blob);
    }
    await this.#exchange.committed(bytes.size);
    await this.#sendNamed(path);
  }

  async #putFolder(root: number, path: StagePath): Promise<void> {
    const { behaviour, data } = this.#context;
    const { tree, blobs } = data;
    const bytes = await receiveFile(this.#request, blobs, () => Promise.resolve());
    if (bytes !== undefined) {
      await blobs.discard(bytes.blob);
      throw new Refusal(400, `${path.text} is a folder path and the request carries a file`);
    }
    await this.#exchange.ready();
    this.#change(root, [path], () => {
      tree.makeFolder(root, path, behaviour.current);
      return false;
    });
    await this.#exchange.committed();
    await this.#sendNamed(path);
  }

  async #move(root: number, path: StagePath): Promise<void> {
    const to = this.#asSpelled(root, newPathOf(await readSmallBody(this.#request.raw), path));
    this.#exchange.movesTo(to.text);
    await this.#exchange.ready();
    this.#change(root, [path, to], () =>
      this.#context.data.tree.move(root, path, to, this.#context.behaviour.current),
    );
    await this.#exchange.committed();
    await this.#sendNamed(to);
  }

  async #remove(root: number, path: StagePath): Promise<void> {
    await this.#exchange.ready();
    this.#change(root, [path], () =>
      this.#context.data.tree.remove(root, path, this.#context.behaviour.current),
    );
    await this.#exchange.committed();
    await this.#sendNamed(path);
  }

  async #readGenerated(tree: GeneratedTree, id: string, path: StagePath): Promise<void> {
    if (this.#request.method !== 'GET') throw new Refusal(403, 'a generated Stage can only be read');
    await this.#exchange.ready();
    const { behaviour } = this.#context;
    const name = path.segments.at(-1) ?? '';
    if (path.isFolder) {
      const children = generatedChildren(tree, path.text, id);
      if (children === undefined) throw notFound(path);
      await this.#sendListing(generatedFolder(name), path, children, behaviour.current);
      return;
    }
    const parent = path.text.slice(0, path.text.length - name.length);
    const file = generatedChildren(tree, parent, id)?.find((child) => child.name === name && !child.folder);
    if (file === undefined) throw notFound(path);
    if (this.#exchange.info.kind === 'download') throw new Refusal(404, 'generated files have no content');
    await this.#exchange.sendJson(objectJson(file, path.text, behaviour.current));
  }

  #find(root: number, path: StagePath): Node {
    const node = this.#context.data.tree.find(root, path);
    if (node === undefined) throw notFound(path);
    return node;
  }

  /** `work` changes what is at these paths, and returns whether bytes became garbage. */
  #change(root: number, paths: readonly StagePath[], work: () => boolean): void {
    if (this.#context.behaviour.current.listingLagMs > 0) this.#keepListings(root, paths);
    if (this.#context.data.database.transaction(work)) void this.#context.data.blobs.collect();
  }

  /** What the folders show that a change may concern: those above, and folders that come or go. */
  #keepListings(root: number, paths: readonly StagePath[]): void {
    const { tree } = this.#context.data;
    for (const path of paths) {
      const above = path.segments.slice(0, -1).map((segment) => `${segment}/`);
      for (const folder of [stagePath(above.join('')), ...(path.isFolder ? [path] : [])]) {
        const node = tree.find(root, folder);
        this.#context.late.keep({ root, folder: folder.text }, node && tree.children(node));
      }
    }
  }

  #sendListing(
    folder: Listed,
    path: StagePath,
    children: readonly Listed[],
    behaviour: Behaviour,
  ): Promise<void> {
    return this.#exchange.sendJson(listingBody(folder, path.text, children, behaviour));
  }

  #sendNamed(path: StagePath): Promise<void> {
    const { replyPath, changeReplies } = this.#context.behaviour.current;
    if (changeReplies === 'text') return this.#exchange.send(200, 'text/plain; charset=utf-8', 'OK\n');
    const name = path.segments.at(-1) ?? '';
    const slash = replyPath === 'leading_slash' ? '/' : '';
    return this.#exchange.sendJson(JSON.stringify({ name, path: slash + path.text }));
  }
}

function kindOf(request: FastifyRequest, path: StagePath | undefined, query: string): RequestKind {
  if (request.method === 'PUT') return path?.isFolder ? 'putFolder' : 'putFile';
  if (request.method === 'PATCH') return 'move';
  if (request.method === 'DELETE') return 'remove';
  if (path === undefined) return 'other';
  if (path.isFolder) return 'list';
  return hasTrueParameter(query, 'metadata') ? 'metadata' : 'download';
}

/** The target of a move; that of a folder may come with or without its slash. */
function newPathOf(body: string, from: StagePath): StagePath {
  const parsed = attempt(() => JSON.parse(body) as unknown);
  const newPath =
    typeof parsed === 'object' && parsed !== null && 'newPath' in parsed ? parsed.newPath : undefined;
  if (typeof newPath !== 'string') throw new Refusal(400, 'the body must be JSON with a string "newPath"');
  return stagePath(from.isFolder && !newPath.endsWith('/') ? `${newPath}/` : newPath);
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** A refusal as a value: it is due only after the request was counted and authorised. */
function attempt<T>(work: () => T): T | Refusal {
  try {
    return work();
  } catch (error) {
    return error instanceof Refusal ? error : new Refusal(400, 'malformed request');
  }
}
