import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { WhoAsks } from './bearer-check.ts';
import type { BehaviourControl } from '../control/behaviour.ts';
import type { Counters } from '../control/counters.ts';
import type { ChosenFaults, FaultControl } from '../control/fault-control.ts';
import type { RequestHook, RequestInfo, RequestPhase, RequestRecord } from '../request-info.ts';
import { isDiskFull, Refusal } from './refusal.ts';
import type { RequestsInProgress } from './requests-in-progress.ts';

/** What every request needs, whatever it asks for. */
export interface ExchangeContext {
  readonly counters: Counters;
  readonly behaviour: BehaviourControl;
  readonly faults: FaultControl;
  readonly requests: RequestsInProgress;
  readonly whoAsks: WhoAsks;
  readonly onRequest: RequestHook | undefined;
  readonly onLog: ((record: RequestRecord) => void) | undefined;
}

/** Thrown when a fault ended the connection, or keeps it waiting for ever: there is nothing more to do. */
class Ended extends Error {}

/** What is sent at a time, in bytes: under a bandwidth limit, and without. */
const SLICE = 16 * 1024;
const READ = 256 * 1024;

/** One request and its reply, with the faults that it has to suffer. The methods stand in the order of the phases. */
export class Exchange {
  #info: RequestInfo;
  readonly #context: ExchangeContext;
  readonly #request: FastifyRequest;
  readonly #reply: FastifyReply;
  readonly #arrived = performance.now();
  #chosen: ChosenFaults = { rule: undefined, latencyMs: 0 };

  constructor(
    context: ExchangeContext,
    request: FastifyRequest,
    reply: FastifyReply,
    info: Pick<RequestInfo, 'kind' | 'operation' | 'deployment' | 'path'>,
  ) {
    this.#context = context;
    this.#request = request;
    this.#reply = reply;
    this.#info = {
      id: context.requests.nextId(),
      verb: request.method,
      ...info,
      by: context.whoAsks(request),
    };
    context.counters.countRequest(this.info);
    reply.raw.once('close', () => this.#over());
  }

  get info(): RequestInfo {
    return this.#info;
  }

  /** The body of a move was read. */
  movesTo(to: string): void {
    this.#info = { ...this.#info, to };
  }

  /**
   * Runs a handler: what it throws becomes the error reply. `bySql`: the handler reads the statement first, and calls `asks`,
   * so that faults can be meant for it.
   */
  run(handle: () => Promise<void>, { bySql = false } = {}): Promise<FastifyReply> {
    return this.#context.requests.track(this.#run(handle, bySql));
  }

  /** The statement was read: the faults are decided on. */
  asks(sql: string): void {
    this.#info = { ...this.#info, sql };
    this.#chosen = this.#context.faults.decide(this.info);
  }

  async #run(handle: () => Promise<void>, bySql: boolean): Promise<FastifyReply> {
    try {
      await this.#phase('received');
      // the client left meanwhile: what it sent cannot be read any more, not even to its end
      if (this.#request.raw.destroyed) throw new Ended();
      if (!bySql) this.#chosen = this.#context.faults.decide(this.info);
      await handle();
    } catch (error) {
      if (!(error instanceof Ended)) await this.#refuse(error).catch(ignoreEnded);
    }
    return this.#reply;
  }

  /** Whether the rule that was chosen for this request is of that sort. */
  suffers(fault: 'disk_full' | 'quota_full'): boolean {
    return this.#chosen.rule?.fault === fault;
  }

  /** Before each chunk of an upload; `total` counts the bytes so far, this chunk included. */
  async receiving(bytes: number, total: number): Promise<void> {
    const { rule } = this.#chosen;
    if (rule?.fault === 'reset_before' && rule.afterBytes !== undefined && total > rule.afterBytes)
      this.#reset();
    await this.#context.faults.waitForUpload(bytes);
  }

  /** The request has arrived whole. The latency passes here. */
  async ready(): Promise<void> {
    const { rule, latencyMs } = this.#chosen;
    const left = latencyMs - (performance.now() - this.#arrived);
    if (left > 0) await this.#context.requests.sleep(left);
    if (rule?.fault === 'reset_before') this.#reset();
    if (rule?.fault === 'stall' && rule.afterCommit !== true) this.#stall();
    if (rule?.fault === 'status' && rule.afterCommit !== true) throw this.#context.faults.refusal(rule);
  }

  /** A change was made. */
  async committed(bytes = 0): Promise<void> {
    this.#context.counters.countCommit(bytes);
    this.#info = { ...this.#info, commit: this.#context.requests.nextCommit() };
    await this.#phase('committed');
    const { rule } = this.#chosen;
    if (rule?.fault === 'reset_after') this.#reset();
    if (rule?.fault === 'lost_reply') {
      this.#reply.hijack();
      this.#request.raw.socket.destroySoon();
      throw new Ended();
    }
    if (rule?.fault === 'stall' && rule.afterCommit === true) this.#stall();
    if (rule?.fault === 'status' && rule.afterCommit === true) throw this.#context.faults.refusal(rule);
  }

  sendJson(body: string | Iterable<string>): Promise<void> {
    return this.send(200, 'application/json', body);
  }

  async send(
    status: number,
    type: string,
    body: string | Iterable<string>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    await this.#phase('replying');
    const reply = this.#reply.code(status).type(type).headers(headers);
    const { rule } = this.#chosen;
    if (rule?.fault === 'truncated_reply') return this.#breakOff(status, type, Buffer.from(text(body)));
    if (rule?.fault === 'cut_reply') {
      const whole = text(body);
      reply.send(whole.slice(0, Math.floor(whole.length / 2)));
    } else if (rule?.fault === 'replace_reply') {
      reply.code(rule.status ?? status).type(rule.contentType ?? type);
      reply.send(typeof rule.body === 'string' ? rule.body : rule.body(text(body)));
    } else if (this.#context.faults.shapesDownloads) {
      reply.send(Readable.from(this.#slowly(Buffer.from(text(body)))));
    } else {
      reply.send(typeof body === 'string' ? body : Readable.from(body));
    }
  }

  /** Bytes from `start` up to `end`; a file is closed in any case. All headers but the type must have been set. */
  async sendBytes(status: number, bytes: FileHandle | Uint8Array, start: number, end: number): Promise<void> {
    // A generator that was never started does not run its `finally`.
    if (!(bytes instanceof Uint8Array)) this.#reply.raw.once('close', () => void bytes.close());
    await this.#phase('replying');
    const { rule } = this.#chosen;
    const stop = rule?.fault === 'truncated_reply' ? start + ((end - start) >> 1) : end;
    const pieces = Readable.from(this.#pieces(bytes, start, stop, stop < end));
    this.#reply.code(status).type('application/octet-stream').send(pieces);
  }

  async *#pieces(
    bytes: FileHandle | Uint8Array,
    start: number,
    end: number,
    breaksOff: boolean,
  ): AsyncGenerator<Uint8Array> {
    const { counters, faults } = this.#context;
    for (let at = start; at < end;) {
      const piece = await readPiece(bytes, at, Math.min(at + (faults.shapesDownloads ? SLICE : READ), end));
      at += piece.length;
      counters.countServed(piece.length);
      await faults.waitForDownload(piece.length);
      yield piece;
    }
    if (breaksOff) this.#request.raw.socket.destroySoon();
  }

  #phase(phase: RequestPhase): Promise<void> | undefined {
    const { onRequest, requests } = this.#context;
    return onRequest && requests.unlessClosing(onRequest(phase, this.info));
  }

  async #refuse(error: unknown): Promise<void> {
    // What is left of a body must be read, or the next request on the connection would wait behind it.
    if (!this.#request.raw.complete) this.#request.raw.unpipe().resume();
    if (this.#request.raw.destroyed && !this.#request.raw.complete) {
      this.#reply.hijack();
      return;
    }
    const behaviour = this.#context.behaviour.current;
    const { status, message, headers } = asRefusal(error, behaviour.diskFullStatus);
    await this.send(status, behaviour.errorContentType, `${message}\n`, headers);
  }

  #reset(): never {
    this.#reply.hijack();
    this.#request.raw.socket.resetAndDestroy();
    throw new Ended();
  }

  #stall(): never {
    this.#reply.hijack();
    throw new Ended();
  }

  #breakOff(status: number, type: string, body: Buffer): void {
    this.#reply.hijack();
    const { raw } = this.#reply;
    raw.writeHead(status, { 'content-type': type, 'content-length': body.length });
    raw.write(body.subarray(0, body.length >> 1), () => raw.socket?.destroySoon());
  }

  async *#slowly(body: Buffer): AsyncGenerator<Buffer> {
    for (let at = 0; at < body.length; at += SLICE) {
      const slice = body.subarray(at, at + SLICE);
      await this.#context.faults.waitForDownload(slice.length);
      yield slice;
    }
  }

  #over(): void {
    const status = this.#reply.raw.writableFinished ? this.#reply.raw.statusCode : 0;
    this.#context.counters.countReply(status);
    const ms = performance.now() - this.#arrived;
    this.#context.onLog?.({ ...this.info, status, ms, fault: this.#chosen.rule?.fault });
  }
}

async function readPiece(bytes: FileHandle | Uint8Array, start: number, end: number): Promise<Uint8Array> {
  if (bytes instanceof Uint8Array) return bytes.subarray(start, end);
  const { bytesRead, buffer } = await bytes.read(Buffer.allocUnsafe(end - start), 0, end - start, start);
  if (bytesRead === 0) throw new Error('the stored bytes are shorter than their file');
  return buffer.subarray(0, bytesRead);
}

const text = (body: string | Iterable<string>): string =>
  typeof body === 'string' ? body : [...body].join('');

function ignoreEnded(error: unknown): void {
  if (!(error instanceof Ended)) throw error;
}

function asRefusal(error: unknown, diskFullStatus: number): Refusal {
  if (error instanceof Refusal) return error;
  if (isDiskFull(error)) return new Refusal(diskFullStatus, 'no space left on the device');
  return new Refusal(500, `internal server error: ${error instanceof Error ? error.message : String(error)}`);
}
