import * as z from 'zod';

// What replies are read with. The service leaves out, or sends as null, what the text of the API calls required, and
// writes numbers as strings here and there. A reply is refused only where it lacks what it is about: its ID.

export const id = z.string().min(1);

export const optionalText = z.string().nullish();

/** A name, or the word of a state: '' where it is null or left out. One thing without it must not hide all others of a list. */
export const word = z
  .string()
  .nullish()
  .transform((text) => text ?? '');

export const optionalFlag = z.boolean().nullish();

const numeric = z
  .string()
  .regex(/^\s*-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\s*$/)
  .transform(Number);

/** A number, or its digits. */
export const number = z.union([z.number(), numeric]);

export const optionalNumber = number.nullish();

export const optionalTexts = z.array(z.string()).nullish();

// What requests are written with. A key that is not named is refused before it is sent.

/** Every ID that the API asks for has this form; the variant does not matter. */
export const uuid = z.guid({ error: 'must be an ID such as 68af2f46-0000-1000-9000-3f6f5365d878' });

/** A name that somebody gave. */
export const givenName = z.string().min(1, { error: 'must not be empty' });

/** An update that names nothing would only start a transition. */
export const someOf = <Shape extends z.ZodObject>(shape: Shape): Shape =>
  shape.refine((given) => Object.values(given).some((value) => value !== undefined), {
    error: 'nothing to change is given',
  });

/** For `query`: whether terminated ones are listed too. */
export const includeTerminated = z.boolean().optional();
