import { expect } from 'vitest';
import type { Emulator } from '../../../src/emulator/options.ts';
import { StageHttp } from '../stage/stage-http.ts';
import type { HttpOptions } from '../stage/stage-http.ts';

/** One request of a published client, as it sends it, and what the client takes from the reply without asking. */
export interface Line {
  /** Verb and target; `{name}` is what an earlier line saved. */
  readonly send: string;
  readonly body?: unknown;
  readonly form?: HttpOptions['body'];
  readonly headers?: Readonly<Record<string, string>>;
  /** 200 when absent. */
  readonly status?: number;
  /** Fields that the client reads from the reply, or from each of its rows, without a default. */
  readonly reads?: readonly string[];
  /** Where in the reply those are; the reply itself when absent. */
  readonly below?: string;
  readonly is?: unknown;
  /** Names for fields of the reply. */
  readonly saves?: Readonly<Record<string, string>>;
  /** The clock moves so far before: the client polls. */
  readonly after?: number;
}

/** Plays the lines of one client in their order. */
export async function play(
  emulator: Emulator,
  headers: Line['headers'],
  lines: readonly Line[],
): Promise<void> {
  const http = new StageHttp(emulator, '');
  const saved = new Map<string, string>();
  const filled = (text: string): string =>
    text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => saved.get(name) ?? whole);
  emulator.clock.set({ rate: 0 });
  for (const line of lines) {
    emulator.clock.set({ advanceMs: line.after ?? 0 });
    const [verb = '', target = ''] = filled(line.send).split(' ');
    const json = line.body === undefined ? null : filled(JSON.stringify(line.body));
    const reply = await http.raw(verb, emulator.url + target, {
      body: line.form ?? json,
      headers: { authorization: `Bearer ${emulator.token}`, ...headers, ...line.headers },
    });
    expect([line.send, reply.status, reply.status >= 400 ? reply.text : '']).toEqual([
      line.send,
      line.status ?? 200,
      expect.stringMatching(line.status === undefined ? /^$/ : /^[^\n]+\n$|^$/),
    ]);
    if (reply.status !== 200 || reply.text === '') continue;
    const whole = reply.json<Record<string, unknown>>();
    const rows = [line.below === undefined ? whole : whole[line.below]].flat() as Record<string, unknown>[];
    for (const row of rows)
      for (const field of line.reads ?? []) expect([line.send, row]).toHaveProperty(`1.${field}`);
    if (line.is !== undefined) expect([line.send, whole]).toMatchObject([line.send, line.is]);
    for (const [name, field] of Object.entries(line.saves ?? {})) saved.set(name, String(rows[0]?.[field]));
  }
}
