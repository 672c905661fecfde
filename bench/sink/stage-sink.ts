// A Stage as fast as possible, in a process of its own: it takes what is put, remembers names, sizes and hashes, and
// lists them. Started by sink/start.ts, which it talks to over the process channel.
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { FilePart } from './file-part.ts';
import { AnswerTimes } from './answer-times.ts';
import { servedBytes } from '../fixture/served-bytes.ts';
import { reply, serveConnection } from './http-connection.ts';
import type { BodyReader, Reply, RequestHead } from './http-connection.ts';
import type { SinkOptions, SinkReport, SinkRequest, Verb } from './sink-options.ts';
import { StageTree } from './stage-tree.ts';

const pages = new Map<string, Map<string, string>>();

/** Listings of a generated tree are kept from run to run: they are the same, and making them is not what is measured. */
function pagesOf(generated: SinkOptions['generated']): Map<string, string> {
  const key = JSON.stringify(generated);
  let made = pages.get(key);
  if (made === undefined) pages.set(key, (made = new Map()));
  return made;
}

const PREFIX = /^\/v1\/stages?\/[^/]+\/fs\/?/;
const NOT_FOUND = reply('404 Not Found', 'not found');

/** What Stage says of a change that it made. */
const named = (path: string): string => reply('200 OK', `{"name":"","path":${JSON.stringify(path)}}`);

class Sink {
  readonly #options: SinkOptions;
  readonly #tree: StageTree;
  readonly #requests: Record<Verb, number> = { GET: 0, PUT: 0, PATCH: 0, DELETE: 0 };
  #folderPuts = 0;
  #refused = 0;
  #repeatedPuts = 0;
  #looks = 0;
  #reads = 0;
  #bytes = 0;
  #puts = 0;
  #firstPutMs: number | undefined;
  #lastPutMs: number | undefined;
  readonly #times: AnswerTimes;
  readonly #listings = new Map<string, number>();
  #tokens: number;
  #filledAt = performance.now();

  constructor(options: SinkOptions, kept: StageTree | undefined) {
    this.#options = options;
    this.#tree = kept ?? new StageTree(options.generated, pagesOf(options.generated));
    this.#times = new AnswerTimes(options);
    this.#tokens = options.limit?.burst ?? 0;
  }

  get tree(): StageTree {
    return this.#tree;
  }

  begin = (head: RequestHead): BodyReader => {
    const verb = head.method as Verb;
    this.#requests[verb]++;
    const [encoded = '', query = ''] = head.target.split('?');
    const path = decodeURIComponent(encoded.replace(PREFIX, ''));
    if (!this.#mayPass()) return refusing(this.#options.limit?.silent === true ? TOO_MANY : TOO_MANY_WAIT);
    if (verb === 'PUT' && !path.endsWith('/')) return this.#file(head, path);
    if (verb === 'PATCH') return this.#move(head, path);
    return this.#answering(verb, () => this.#simple(verb, path, query));
  };

  #mayPass(): boolean {
    const { limit } = this.#options;
    if (limit === undefined) return true;
    const now = performance.now();
    this.#tokens = Math.min(limit.burst, this.#tokens + ((now - this.#filledAt) / 1000) * limit.perSecond);
    this.#filledAt = now;
    if (this.#tokens >= 1) {
      this.#tokens--;
      return true;
    }
    this.#refused++;
    return false;
  }

  #simple(verb: Verb, path: string, query: string): Reply {
    if (verb === 'PUT') {
      this.#folderPuts++;
      this.#tree.makeFolder(path);
      return named(path);
    }
    if (verb === 'DELETE') return this.#tree.remove(path) ? named(path) : NOT_FOUND;
    const size = verb === 'GET' && query === '' ? this.#tree.servedSize(path) : undefined;
    if (size !== undefined) {
      this.#reads++;
      return served(size);
    }
    const isLook = query.includes('metadata=') && !path.endsWith('/');
    if (isLook) this.#looks++;
    else if (this.#options.trace === true) this.#listings.set(path, (this.#listings.get(path) ?? 0) + 1);
    const found = isLook ? this.#tree.look(path) : this.#tree.list(path);
    return found === undefined ? NOT_FOUND : reply('200 OK', found);
  }

  #file(head: RequestHead, path: string): BodyReader {
    this.#puts++;
    const now = performance.timeOrigin + performance.now();
    this.#firstPutMs ??= now;
    if (this.#puts === this.#options.tellAtPut) process.send!({ told: this.#firstPutMs });
    if (path === this.#options.tellAtPath) process.send!({ told: now });
    const part = new FilePart(head, this.#options.hash ?? false);
    const store = (): string => {
      const file = part.received();
      this.#bytes += file.size;
      if (!this.#tree.put(path, file)) this.#repeatedPuts++;
      this.#lastPutMs = performance.timeOrigin + performance.now();
      return named(path);
    };
    const done = this.#answering('PUT', store, { path, bytes: head.bodyBytes });
    const { tellAtByte = Infinity } = this.#options;
    let received = 0;
    return {
      data(chunk) {
        if (received < tellAtByte && received + chunk.length >= tellAtByte) process.send!({ told: now });
        received += chunk.length;
        part.data(chunk);
      },
      end: (answer) => done.end(answer),
    };
  }

  #move(_head: RequestHead, path: string): BodyReader {
    let body = '';
    const done = this.#answering('PATCH', () => {
      const { newPath } = JSON.parse(body) as { newPath: string };
      return this.#tree.move(path, newPath) ? named(newPath) : NOT_FOUND;
    });
    return { data: (chunk) => void (body += chunk.toString()), end: (answer) => done.end(answer) };
  }

  #answering(
    verb: Verb,
    text: () => Reply,
    body?: { readonly path: string; readonly bytes: number },
  ): BodyReader {
    return {
      data: () => undefined,
      end: (answer) => this.#times.after(verb, body, () => answer(text())),
    };
  }

  report(): SinkReport {
    return {
      requests: this.#requests,
      folderPuts: this.#folderPuts,
      refused: this.#refused,
      repeatedPuts: this.#repeatedPuts,
      looks: this.#looks,
      reads: this.#reads,
      bytes: this.#bytes,
      firstPutMs: this.#firstPutMs,
      lastPutMs: this.#lastPutMs,
      listings: [...this.#listings],
      answers: this.#times.taken,
      puts: this.#times.puts,
      files: [...this.#tree.files()],
    };
  }
}

/** A file as the object store of a Stage sends it. */
function* served(size: number): Generator<string | Buffer, void> {
  yield `HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\ncontent-length: ${size}\r\n\r\n`;
  yield* servedBytes(size);
}

const TOO_MANY = reply('429 Too Many Requests', 'slow down');
const TOO_MANY_WAIT = reply('429 Too Many Requests', 'slow down', 'retry-after: 1\r\n');
/** A refusal comes at once, as one does: it is made before any work. */
const refusing = (refusal: string): BodyReader => ({
  data: () => undefined,
  end: (answer) => answer(refusal),
});

let sink = new Sink({}, undefined);
const server = createServer((socket) => serveConnection(socket, (head) => sink.begin(head)));
server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port }));
process.on('message', (request: SinkRequest) => {
  if (request.ask === 'reset') sink = new Sink(request.options, request.keepFiles ? sink.tree : undefined);
  process.send!({ id: request.id, report: sink.report() });
});
process.on('disconnect', () => process.exit());
