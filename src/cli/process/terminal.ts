import { styleText } from 'node:util';
import type { Host, HostStream } from './host.ts';

/** What a stream can show. */
export interface Terminal {
  /** In columns, at least 20. */
  readonly width: number;
  readonly hasColours: boolean;
  /** Whether it makes links of OSC 8 sequences. */
  readonly hasLinks: boolean;
}

type Variables = Host['env'];

/** Lines that are wider than this are hard to read. */
const WIDEST = 100;
const NARROWEST = 20;
const UNKNOWN = 80;

export function terminalOf(env: Variables, stream: HostStream): Terminal {
  const columns = stream.isTTY === true ? (stream.columns ?? UNKNOWN) : UNKNOWN;
  return {
    width: Math.min(WIDEST, Math.max(NARROWEST, columns)),
    hasColours: hasColours(env, stream),
    hasLinks: hasLinks(env, stream),
  };
}

/** NO_COLOR and TERM=dumb take the colours of a terminal away, FORCE_COLOR gives them to what is none. */
function hasColours(env: Variables, { isTTY }: HostStream): boolean {
  if (env['NO_COLOR']) return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTTY === true && env['TERM'] !== 'dumb';
}

/** Terminals do not say that they know links: their names do. */
function hasLinks(env: Variables, { isTTY }: HostStream): boolean {
  const forced = env['FORCE_HYPERLINK'];
  if (forced !== undefined) return forced !== '0';
  if (isTTY !== true || env['TERM'] === 'dumb' || env['CI']) return false;
  const named = /^(iTerm\.app|WezTerm|vscode|ghostty|zed|Hyper|rio)$/.test(env['TERM_PROGRAM'] ?? '');
  const term = /^(xterm-kitty|xterm-ghostty|alacritty|foot)/.test(env['TERM'] ?? '');
  const isVte = Number(env['VTE_VERSION'] ?? 0) >= 5000;
  return named || term || isVte || Boolean(env['WT_SESSION'] ?? env['KONSOLE_VERSION']);
}

type Format = Parameters<typeof styleText>[0];

/** Text in a format of `util.styleText`, where the terminal has colours. */
export const styled = ({ hasColours: has }: Terminal, format: Format, text: string): string =>
  has ? styleText(format, text, { validateStream: false }) : text;

/** Text that leads to a URL where the terminal can show that, else the text alone. */
export const linked = ({ hasLinks: has }: Terminal, text: string, url: string | undefined): string =>
  has && url !== undefined ? `\u001b]8;;${url}\u001b\\${text}\u001b]8;;\u001b\\` : text;
