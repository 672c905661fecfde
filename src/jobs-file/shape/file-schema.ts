import * as z from 'zod';
import { fileShape } from './file-shape.ts';

type Schema = Readonly<Record<string, unknown>>;

/** A value that is made of variables: what it is then, only the reader of the file can tell. */
const VARIABLE: Schema = { type: 'string', pattern: String.raw`\$\{[A-Za-z_]` };

/**
 * The JSON Schema of a jobs file, as schema/jobs.json has it. A value that is no text, or of which the text has a form, may
 * also be made of variables.
 */
export const jobsFileSchema = (): Schema => ({
  title: 'A stagesync jobs file',
  ...withVariables(z.toJSONSchema(fileShape, { io: 'input' })),
});

function withVariables(schema: Schema): Schema {
  const inner = Object.fromEntries(
    Object.entries(schema).map(([key, value]): [string, unknown] => {
      if (key === 'properties')
        return [key, mapped(value as Readonly<Record<string, Schema>>, withVariables)];
      if (key === 'items' || key === 'additionalProperties')
        return [key, isObject(value) ? withVariables(value) : value];
      // the branches of a choice get one more branch together
      if (key === 'anyOf') return [key, branches(value as readonly Schema[])];
      return [key, value];
    }),
  );
  if (!hasForm(schema)) return inner;
  const { description, ...own } = inner;
  return { ...(description !== undefined && { description }), anyOf: [own, VARIABLE] };
}

function branches(choices: readonly Schema[]): readonly Schema[] {
  const whole = choices.map((choice) => (hasForm(choice) ? choice : withVariables(choice)));
  return choices.some(hasForm) ? [...whole, VARIABLE] : whole;
}

const hasForm = ({ type, enum: words, const: word, pattern }: Schema): boolean =>
  type === 'boolean' ||
  type === 'integer' ||
  type === 'number' ||
  words !== undefined ||
  word !== undefined ||
  pattern !== undefined;

const isObject = (value: unknown): value is Schema => typeof value === 'object' && value !== null;

const mapped = (
  values: Readonly<Record<string, Schema>>,
  change: (value: Schema) => Schema,
): Readonly<Record<string, Schema>> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
