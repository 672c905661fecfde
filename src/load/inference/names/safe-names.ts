import { RESERVED_WORDS } from './reserved-words.ts';

/** A name for the database, and why it is not the one of the file. */
export interface SafeName {
  readonly name: string;
  /** Absent: it is the same. */
  readonly changed?: string | undefined;
}

/** What SingleStore takes. */
const LONGEST = 64;
/** Letters that lose no mark when they are taken apart. */
const SPELLED: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  Æ: 'AE',
  ø: 'o',
  Ø: 'O',
  œ: 'oe',
  Œ: 'OE',
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  Đ: 'D',
};

/**
 * A name that needs no backticks: ASCII letters, digits and underscores, no reserved word, at most 64 characters. `fallback`:
 * where nothing of the name is left.
 */
export function safeName(text: string, fallback: string): SafeName {
  const trimmed = text.trim();
  const ascii = trimmed
    .replaceAll(/[ßæÆøØœŒłŁđĐ]/g, (letter) => SPELLED[letter] ?? letter)
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '');
  const plain = ascii.replaceAll(/[^A-Za-z0-9_]+/g, '_').replaceAll(/^_+(?=.)|_+$/g, (edge, at: number) =>
    // an underscore that was typed at the beginning stays
    at === 0 && trimmed.startsWith('_') ? edge : '',
  );
  if (trimmed === '') return { name: fallback, changed: 'the file has no name for it' };
  if (/^_*$/.test(plain)) return { name: fallback, changed: 'nothing of the name is ASCII' };
  const led = /^\d/.test(plain) ? `_${plain}` : plain;
  const cut = led.slice(0, LONGEST);
  if (RESERVED_WORDS.has(cut.toLowerCase())) return { name: `${cut}_`, changed: 'a reserved word' };
  if (cut === text) return { name: cut };
  return { name: cut, changed: reasonOf({ trimmed, ascii, led, plain }) };
}

interface Steps {
  readonly trimmed: string;
  readonly ascii: string;
  readonly plain: string;
  readonly led: string;
}

function reasonOf({ trimmed, ascii, plain, led }: Steps): string {
  if (led.length > LONGEST) return `longer than ${LONGEST} characters`;
  if (ascii !== trimmed) return 'not ASCII';
  if (led !== plain) return 'begins with a digit';
  return 'spaces or signs in it';
}

/** The same for several names, which differ from each other in any case: `id`, `id_2`. */
export function safeNames(texts: readonly string[], fallback: (at: number) => string): readonly SafeName[] {
  const taken = new Set<string>();
  return texts.map((text, at) => {
    const safe = safeName(text, fallback(at));
    const name = freeName(safe.name, taken);
    taken.add(name.toLowerCase());
    return name === safe.name ? safe : { name, changed: safe.changed ?? 'another column has the name' };
  });
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name.toLowerCase())) return name;
  for (let n = 2; ; n++) {
    const suffix = `_${n}`;
    const next = name.slice(0, LONGEST - suffix.length) + suffix;
    if (!taken.has(next.toLowerCase())) return next;
  }
}

/** A name for a table, from that of a file or folder: 'orders' of 'orders-2026-12-31.csv.gz'. */
export function tableNameOf(name: string): string {
  const stem = name.replace(/(?<=.)\.[^/]*$/, '');
  const undated = stem.replace(
    /(?<=\p{L})[-_. ]*(?:\d{4}[-_.]?\d{2}(?:[-_.]?\d{2})?|\d+|part[-_]?\d+)$/iu,
    '',
  );
  return safeName(undated, 'data').name.toLowerCase();
}
