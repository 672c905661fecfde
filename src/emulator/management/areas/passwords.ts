import { createHash, randomBytes } from 'node:crypto';
import { Refusal } from '../../http/refusal.ts';
import type { Call } from '../operation.ts';

export interface ChosenPassword {
  /** What is kept of it. */
  readonly digest: string;
  /** The password itself, when the reply is to tell it: it was made here. */
  readonly generated: string | undefined;
}

/** A password for what has that ID: the one that was asked for, or one that is made and told once. */
export function choosePassword(call: Call, id: string, asked: string | undefined): ChosenPassword {
  const isGood = asked !== undefined && follows(asked, call.switches.passwordRule);
  if (asked !== undefined && !isGood && call.switches.passwordRule === 'eight')
    throw new Refusal(
      400,
      'adminPassword: needs 8 characters, an upper and a lower case letter, and a digit or a special character',
    );
  const password = isGood ? asked : makePassword();
  return { digest: passwordDigest(id, password), generated: isGood ? undefined : password };
}

/** Good by either rule. */
function makePassword(): string {
  for (;;) {
    const password = `Aq7-${randomBytes(12).toString('hex')}`;
    if (follows(password, 'fourteen')) return password;
  }
}

/** Passwords themselves are not kept. */
export const passwordDigest = (id: string, password: string): string =>
  createHash('sha256').update(`${id}\n${password}`).digest('hex');

function follows(password: string, rule: 'eight' | 'fourteen'): boolean {
  const upper = /[A-Z]/.test(password);
  const lower = /[a-z]/.test(password);
  const digit = /\d/.test(password);
  const special = /[^A-Za-z\d]/.test(password);
  if (rule === 'eight') return password.length >= 8 && upper && lower && (digit || special);
  return (
    password.length >= 14 &&
    upper &&
    lower &&
    digit &&
    special &&
    !/(.)\1{3}/.test(password) &&
    !hasSequence(password)
  );
}

/** Three characters that follow each other, as in abc or 123. */
function hasSequence(password: string): boolean {
  const codes = Array.from(password.toLowerCase(), (each) => each.codePointAt(0) ?? 0);
  return codes.some((code, at) => code + 1 === codes[at + 1] && code + 2 === codes[at + 2]);
}
