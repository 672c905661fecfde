import type { ConversionStep } from '../columns/column-choice.ts';
import { sqlText } from './sql-text.ts';

/** The expression that makes the value of a column of the text in a variable: NULL stays NULL, and what cannot be converted is an error. */
export const conversionSql = (variable: string, steps: readonly ConversionStep[]): string =>
  steps.reduce(applied, variable);

function applied(expression: string, step: ConversionStep): string {
  switch (step.step) {
    case 'null_words':
      return step.words.reduce((inner, word) => `NULLIF(${inner}, ${sqlText(word)})`, expression);
    case 'trim':
      return `TRIM(${expression})`;
    case 'replace':
      return `REPLACE(${expression}, ${sqlText(step.from)}, ${sqlText(step.to)})`;
    case 'left':
      return `LEFT(${expression}, ${step.characters})`;
    case 'truth': {
      const words = [
        ...step.yes.map((word) => [word, 1] as const),
        ...step.no.map((word) => [word, 0] as const),
      ];
      const cases = words.map(([word, value]) => `WHEN ${sqlText(word)} THEN ${value}`);
      return `CASE LOWER(${expression}) ${cases.join(' ')} ELSE ${expression} END`;
    }
    case 'parse_time':
      return `STR_TO_DATE(${expression}, ${sqlText(step.format)})`;
    case 'to_utc':
      return `CONVERT_TZ(LEFT(${expression}, CHAR_LENGTH(${expression}) - 6), RIGHT(${expression}, 6), '+00:00')`;
    default:
      return step satisfies never;
  }
}
